//! Why is a package refused, and what should its author do?

use super::limits;

const LONGEST_QUOTE: usize = 100;

/// Why a package is refused; written out, each is a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageRefusal {
    /// Over [`limits::PACKAGE_BYTES`].
    #[error("Make the package smaller than {} MB.", limits::PACKAGE_BYTES / (1024 * 1024))]
    TooLarge,
    /// No zip archive at all.
    #[error("Upload a zip archive with quantum-app.json at its top; this file is not one.")]
    NotAZip,
    /// An archive that contradicts itself; the text says where.
    #[error("Pack the archive again with an ordinary zip tool: {0}.")]
    Damaged(String),
    /// Needs the zip64 format, or claims to.
    #[error("Pack the archive again without zip64, which a package of this size does not need.")]
    Zip64,
    /// Over [`limits::ENTRIES`].
    #[error("Pack at most {} files and folders.", limits::ENTRIES)]
    TooManyEntries,
    /// Over [`limits::UNPACKED_BYTES`].
    #[error("Pack files of at most {} MB together.", limits::UNPACKED_BYTES / (1024 * 1024))]
    UnpacksTooLarge,
    /// Over [`limits::RATIO`].
    #[error(
        "Pack files that compress to no less than a hundredth of their size; very repetitive ones are refused."
    )]
    RatioTooHigh,
    /// An encrypted file.
    #[error("Pack {0} without a password.")]
    Encrypted(String),
    /// Neither stored nor deflated.
    #[error("Pack {0} with the method \"deflate\" or \"store\".")]
    Compression(String),
    /// A link, device or pipe.
    #[error("Pack the file itself in place of {0}, which is a link or a special file.")]
    Link(String),
    /// A name that could leave the folder, or that not every system reads alike.
    #[error(
        "Rename {name}: names are plain ASCII paths of at most {longest} characters with forward slashes, without \"..\", a leading slash or a drive letter.",
        name = .0,
        longest = limits::NAME_BYTES
    )]
    UnsafeName(String),
    /// Over [`limits::DEPTH`].
    #[error("Move {name} up: at most {depth} folders may lie in one another.", name = .0, depth = limits::DEPTH)]
    TooDeep(String),
    /// Two of one name, letter case aside, or a file that is also a folder.
    #[error("Pack {0} only once; upper and lower case are the same name.")]
    DuplicateName(String),
    /// Two files that share bytes of the archive.
    #[error(
        "Pack the archive again with an ordinary zip tool: {0} shares its bytes with another file."
    )]
    Overlapping(String),
    /// The checksum does not hold.
    #[error("Pack {0} again: its checksum does not hold.")]
    Checksum(String),
    /// Not as many bytes as announced.
    #[error("Pack {0} again: it is not of the size the archive announces.")]
    Size(String),
    /// Not a file of a package.
    #[error(
        "Remove {0} or move it into examples/: a package holds quantum-app.json, README.md, LICENSE, programs (*.qasm) and examples/."
    )]
    UnexpectedFile(String),
    /// No `quantum-app.json` at the top.
    #[error("Add quantum-app.json at the top of the archive, not inside a folder.")]
    ManifestMissing,
    /// Over [`limits::MANIFEST_BYTES`].
    #[error("Shorten quantum-app.json to {} KB.", limits::MANIFEST_BYTES / 1024)]
    ManifestTooLarge,
    /// Not a manifest; the text says where.
    #[error("Correct quantum-app.json: {0}.")]
    ManifestInvalid(String),
    /// The manifest's program is not in the archive.
    #[error("Add the program {0}, which quantum-app.json names, or name one that is there.")]
    ProgramMissing(String),
    /// Over [`limits::PROGRAM_BYTES`].
    #[error("Shorten the program {name} to {size} MB.", name = .0, size = limits::PROGRAM_BYTES / (1024 * 1024))]
    ProgramTooLarge(String),
    /// Over [`limits::PROGRAMS`].
    #[error("Pack at most {} programs; further ones may go into examples/.", limits::PROGRAMS)]
    TooManyPrograms,
    /// No `README.md` at the top.
    #[error("Add README.md at the top of the archive; it tells others what the app does.")]
    ReadmeMissing,
    /// Over [`limits::README_BYTES`].
    #[error("Shorten README.md to {} KB.", limits::README_BYTES / 1024)]
    ReadmeTooLarge,
    /// Not UTF-8.
    #[error("Save {0} as UTF-8 text.")]
    NotText(String),
}

impl PackageRefusal {
    /// Stable name of the reason, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "package_too_large",
            Self::NotAZip => "package_not_a_zip",
            Self::Damaged(_) => "package_damaged",
            Self::Zip64 => "package_zip64",
            Self::TooManyEntries => "package_too_many_entries",
            Self::UnpacksTooLarge => "package_unpacks_too_large",
            Self::RatioTooHigh => "package_ratio_too_high",
            Self::Encrypted(_) => "package_encrypted",
            Self::Compression(_) => "package_compression_unsupported",
            Self::Link(_) => "package_link",
            Self::UnsafeName(_) => "package_unsafe_name",
            Self::TooDeep(_) => "package_too_deep",
            Self::DuplicateName(_) => "package_duplicate_name",
            Self::Overlapping(_) => "package_overlapping_files",
            Self::Checksum(_) => "package_bad_checksum",
            Self::Size(_) => "package_wrong_size",
            Self::UnexpectedFile(_) => "package_unexpected_file",
            Self::ManifestMissing => "manifest_missing",
            Self::ManifestTooLarge => "manifest_too_large",
            Self::ManifestInvalid(_) => "manifest_invalid",
            Self::ProgramMissing(_) => "program_missing",
            Self::ProgramTooLarge(_) => "program_too_large",
            Self::TooManyPrograms => "too_many_programs",
            Self::ReadmeMissing => "readme_missing",
            Self::ReadmeTooLarge => "readme_too_large",
            Self::NotText(_) => "package_not_utf8",
        }
    }

    pub(super) fn unsafe_name(raw: &[u8]) -> Self {
        Self::UnsafeName(quoted(&String::from_utf8_lossy(raw)))
    }

    pub(super) fn program_missing(name: &str) -> Self {
        Self::ProgramMissing(quoted(name))
    }

    pub(super) fn program_too_large(name: &str) -> Self {
        Self::ProgramTooLarge(quoted(name))
    }

    pub(super) fn unexpected_file(name: &str) -> Self {
        Self::UnexpectedFile(quoted(name))
    }

    pub(super) fn not_text(name: &str) -> Self {
        Self::NotText(quoted(name))
    }

    pub(super) fn manifest(reason: &str) -> Self {
        Self::ManifestInvalid(plain(reason, 2 * LONGEST_QUOTE).trim_end_matches('.').to_owned())
    }
}

/// A name of the author's in our sentence: bounded, without what could disturb a terminal or a log line.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", plain(name, LONGEST_QUOTE).replace('"', "\u{fffd}"))
}

fn plain(text: &str, longest: usize) -> String {
    let harmless = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    let mut plain: String = text.chars().take(longest).map(harmless).collect();
    if text.chars().nth(longest).is_some() {
        plain.push('…');
    }
    plain
}
