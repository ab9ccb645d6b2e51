//! What is a quantum app package, and is this one? Pure: bytes in, a package or a refusal out.

mod archive;
mod manifest;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use archive::{Archive, Entry};

pub use manifest::{Defaults, Manifest};
pub use refusal::PackageRefusal;

/// How large things may be.
pub mod limits {
    /// A package as it is uploaded, in bytes.
    pub const PACKAGE_BYTES: u64 = 10 * 1024 * 1024;
    /// All files of a package together, unpacked, in bytes.
    pub const UNPACKED_BYTES: u64 = 100 * 1024 * 1024;
    /// How many times larger than the package its files may be.
    pub const RATIO: u64 = 100;
    /// Files and folders in a package.
    pub const ENTRIES: usize = 1_000;
    /// A name in a package with its folders, in bytes.
    pub const NAME_BYTES: usize = 200;
    /// Folders in folders, the file included.
    pub const DEPTH: usize = 8;
    /// `quantum-app.json`, in bytes.
    pub const MANIFEST_BYTES: u64 = 256 * 1024;
    /// A program, in bytes.
    pub const PROGRAM_BYTES: u64 = 1024 * 1024;
    /// Programs outside `examples/`.
    pub const PROGRAMS: usize = 20;
    /// `README.md`, in bytes.
    pub const README_BYTES: u64 = 200 * 1024;
    /// Shots a run starts with by default.
    pub const SHOTS: u32 = 100_000;
}

const MANIFEST: &str = "quantum-app.json";
const README: &str = "README.md";
const PROGRAM_ENDING: &str = ".qasm";
const EXAMPLES: &str = "examples/";
const LICENSES: [&str; 4] = ["LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE"];

/// A package that was read whole: every checksum holds, every text is UTF-8, the manifest names a program that is there.
#[derive(Clone, PartialEq)]
pub struct Package {
    /// `quantum-app.json`.
    pub manifest: Manifest,
    /// The programs outside `examples/`, by name.
    pub programs: BTreeMap<String, String>,
    /// `README.md`.
    pub readme: String,
    /// All files by name with their size in bytes; folders are left out.
    pub files: BTreeMap<String, u64>,
}

impl Package {
    /// Reads a package that nobody has checked; never panics, and never holds more than the programs and texts of it.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, PackageRefusal> {
        if bytes.len() as u64 > limits::PACKAGE_BYTES {
            return Err(PackageRefusal::TooLarge);
        }
        let archive = Archive::open(bytes)?;
        check_files(archive.files())?;
        let mut texts = BTreeMap::new();
        for entry in archive.files() {
            if let Some(text) = unpack(&archive, entry)? {
                texts.insert(entry.name.clone(), text);
            }
        }
        let manifest = texts.remove(MANIFEST).ok_or(PackageRefusal::ManifestMissing)?;
        let readme = texts.remove(README).ok_or(PackageRefusal::ReadmeMissing)?;
        let manifest = Manifest::read(&manifest)?;
        if !texts.contains_key(&manifest.program) {
            return Err(PackageRefusal::program_missing(&manifest.program));
        }
        let files = archive.files().map(|entry| (entry.name.clone(), entry.size)).collect();
        Ok(Self { manifest, programs: texts, readme, files })
    }

    /// The program the manifest names.
    pub fn program(&self) -> &str {
        &self.programs[&self.manifest.program]
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Package")
            .field("manifest", &self.manifest)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Manifest,
    Readme,
    Program,
    Example,
    License,
}

impl Role {
    fn of(name: &str) -> Option<Self> {
        match name {
            MANIFEST => Some(Self::Manifest),
            README => Some(Self::Readme),
            _ if name.starts_with(EXAMPLES) => Some(Self::Example),
            // what systems leave behind beside a file, such as "._bell.qasm"
            _ if name.starts_with("__MACOSX/")
                || name.split('/').any(|part| part.starts_with('.')) =>
            {
                None
            }
            _ if name.ends_with(PROGRAM_ENDING) => Some(Self::Program),
            _ if LICENSES.contains(&name) => Some(Self::License),
            _ => None,
        }
    }
}

/// All that can be known without unpacking.
fn check_files<'archive>(
    files: impl Iterator<Item = &'archive Entry> + Clone,
) -> Result<(), PackageRefusal> {
    let has = |role| files.clone().any(|entry| Role::of(&entry.name) == Some(role));
    if !has(Role::Manifest) {
        return Err(PackageRefusal::ManifestMissing);
    }
    if !has(Role::Readme) {
        return Err(PackageRefusal::ReadmeMissing);
    }
    let mut programs = 0;
    for entry in files {
        let refusal = match Role::of(&entry.name) {
            Some(Role::Manifest) if entry.size > limits::MANIFEST_BYTES => {
                PackageRefusal::ManifestTooLarge
            }
            Some(Role::Readme) if entry.size > limits::README_BYTES => {
                PackageRefusal::ReadmeTooLarge
            }
            Some(Role::Program) if entry.size > limits::PROGRAM_BYTES => {
                PackageRefusal::program_too_large(&entry.name)
            }
            Some(Role::Program) if programs == limits::PROGRAMS => PackageRefusal::TooManyPrograms,
            None => PackageRefusal::unexpected_file(&entry.name),
            Some(role) => {
                programs += usize::from(role == Role::Program);
                continue;
            }
        };
        return Err(refusal);
    }
    Ok(())
}

/// Unpacks every file, for its checksum; gives the text of those that are read.
fn unpack(archive: &Archive<'_>, entry: &Entry) -> Result<Option<String>, PackageRefusal> {
    if matches!(Role::of(&entry.name), Some(Role::Example | Role::License) | None) {
        archive.unpack(entry, |_| ())?;
        return Ok(None);
    }
    let mut bytes = Vec::new();
    archive.unpack(entry, |chunk| bytes.extend_from_slice(chunk))?;
    String::from_utf8(bytes).map(Some).map_err(|_| PackageRefusal::not_text(&entry.name))
}
