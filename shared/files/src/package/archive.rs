//! Which files are in a zip archive? A strict reader of the plain format: whatever two readers could see differently is
//! refused, and nothing is unpacked before all headers agree.

use std::collections::HashSet;
use std::io::Read;

use flate2::bufread::DeflateDecoder;

use super::refusal::quoted;
use super::{PackageRefusal, limits};

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
const ZIP64_LOCATOR_BYTES: usize = 20;
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_BYTES: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;

// bits of the flags: encrypted, strongly encrypted, names encrypted; sizes follow the data
const ANY_ENCRYPTION: u16 = 1 | 1 << 6 | 1 << 13;
const DESCRIPTOR: u16 = 1 << 3;
const DESCRIPTOR_BYTES: [usize; 4] = [12, 16, 20, 24];
const UNICODE_PATH: u16 = 0x7075;
const AES: u16 = 99;

/// An archive whose headers agree with each other.
pub(super) struct Archive<'bytes> {
    bytes: &'bytes [u8],
    entries: Vec<Entry>,
}

/// One file or folder.
pub(super) struct Entry {
    /// A relative path of plain ASCII; a folder's ends with a slash.
    pub(super) name: String,
    /// The size it is announced to unpack to.
    pub(super) size: u64,
    packing: Packing,
    checksum: u32,
    /// Where its local header starts, its data starts, and its data ends.
    header: usize,
    start: usize,
    end: usize,
    has_descriptor: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Packing {
    Stored,
    Deflated,
}

impl<'bytes> Archive<'bytes> {
    /// Reads all headers and holds them against each other and the limits.
    pub(super) fn open(bytes: &'bytes [u8]) -> Result<Self, PackageRefusal> {
        let directory = Directory::find(bytes)?;
        let mut entries = Vec::with_capacity(directory.count);
        let mut at = directory.start;
        for _ in 0..directory.count {
            let (entry, next) = read_entry(bytes, at, &directory)?;
            entries.push(entry);
            at = next;
        }
        if at != directory.end {
            return Err(damaged("its directory is longer than it says"));
        }
        check_names(&entries)?;
        check_sizes(&entries, bytes.len() as u64)?;
        check_places(&entries, directory.start)?;
        Ok(Self { bytes, entries })
    }

    /// The files, in the order of the directory; folders are left out.
    pub(super) fn files(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.entries.iter().filter(|entry| !entry.name.ends_with('/'))
    }

    /// Unpacks one file in pieces, refused as soon as it grows over its announced size, and if its checksum fails.
    pub(super) fn unpack(
        &self,
        entry: &Entry,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), PackageRefusal> {
        let packed = &self.bytes[entry.start..entry.end];
        let mut checksum = crc32fast::Hasher::new();
        let mut size = 0;
        let mut checked_take = |chunk: &[u8]| {
            size += chunk.len() as u64;
            if size > entry.size {
                return Err(PackageRefusal::Size(quoted(&entry.name)));
            }
            checksum.update(chunk);
            take(chunk);
            Ok(())
        };
        match entry.packing {
            Packing::Stored => checked_take(packed)?,
            Packing::Deflated => inflate(packed, &entry.name, checked_take)?,
        }
        if size != entry.size {
            return Err(PackageRefusal::Size(quoted(&entry.name)));
        }
        if checksum.finalize() != entry.checksum {
            return Err(PackageRefusal::Checksum(quoted(&entry.name)));
        }
        Ok(())
    }
}

fn inflate(
    packed: &[u8],
    name: &str,
    mut take: impl FnMut(&[u8]) -> Result<(), PackageRefusal>,
) -> Result<(), PackageRefusal> {
    let mut decoder = DeflateDecoder::new(packed);
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = decoder
            .read(&mut buffer)
            .map_err(|_| damaged(&format!("{} does not unpack", quoted(name))))?;
        if count == 0 {
            break;
        }
        take(&buffer[..count])?;
    }
    if decoder.total_in() != packed.len() as u64 {
        return Err(damaged(&format!("{} has bytes behind its end", quoted(name))));
    }
    Ok(())
}

/// Where the central directory lies.
struct Directory {
    count: usize,
    start: usize,
    end: usize,
}

impl Directory {
    fn find(bytes: &[u8]) -> Result<Self, PackageRefusal> {
        let earliest = bytes.len().saturating_sub(END_BYTES + usize::from(u16::MAX));
        let end = bytes[earliest..]
            .windows(END.len())
            .rposition(|four| four == END)
            .ok_or(PackageRefusal::NotAZip)?;
        let end = earliest + end;
        let record = bytes.get(end..end + END_BYTES).ok_or(PackageRefusal::NotAZip)?;
        if bytes.len() - end - END_BYTES != usize::from(u16_at(record, 20)) {
            return Err(damaged("there are bytes behind its end"));
        }
        let (count, size, start) = (u16_at(record, 10), u32_at(record, 12), u32_at(record, 16));
        let has_locator = end
            .checked_sub(ZIP64_LOCATOR_BYTES)
            .is_some_and(|at| bytes[at..].starts_with(ZIP64_LOCATOR));
        if has_locator || count == u16::MAX || size == u32::MAX || start == u32::MAX {
            return Err(PackageRefusal::Zip64);
        }
        if u16_at(record, 4) != 0 || u16_at(record, 6) != 0 || u16_at(record, 8) != count {
            return Err(damaged("it is one part of several"));
        }
        if usize::from(count) > limits::ENTRIES {
            return Err(PackageRefusal::TooManyEntries);
        }
        if u64::from(start) + u64::from(size) != end as u64 {
            return Err(damaged("its directory is not where it says"));
        }
        Ok(Self { count: usize::from(count), start: start as usize, end })
    }
}

/// One entry of the directory, and where the next one starts.
fn read_entry(
    bytes: &[u8],
    at: usize,
    directory: &Directory,
) -> Result<(Entry, usize), PackageRefusal> {
    let cut_off = || damaged("its directory is cut off");
    let header = part(bytes, at, CENTRAL_BYTES, directory.end).ok_or_else(cut_off)?;
    if !header.starts_with(CENTRAL) {
        return Err(cut_off());
    }
    let lengths = [28, 30, 32].map(|at| usize::from(u16_at(header, at)));
    let raw_name =
        part(bytes, at + CENTRAL_BYTES, lengths[0], directory.end).ok_or_else(cut_off)?;
    let extra = part(bytes, at + CENTRAL_BYTES + lengths[0], lengths[1], directory.end)
        .ok_or_else(cut_off)?;
    let next = at + CENTRAL_BYTES + lengths.iter().sum::<usize>();
    let name = read_name(raw_name)?;
    check_extra(extra, raw_name)?;
    let (packed, size, place) = (u32_at(header, 20), u32_at(header, 24), u32_at(header, 42));
    if [packed, size, place].contains(&u32::MAX) {
        return Err(PackageRefusal::Zip64);
    }
    if u16_at(header, 34) != 0 {
        return Err(damaged("it is one part of several"));
    }
    let packing = read_packing(header, &name)?;
    if !matches!(u32_at(header, 38) >> 16 & 0o170_000, 0 | 0o100_000 | 0o040_000) {
        return Err(PackageRefusal::Link(quoted(&name)));
    }
    if (packing == Packing::Stored && packed != size) || (name.ends_with('/') && size != 0) {
        return Err(PackageRefusal::Size(quoted(&name)));
    }
    let start = read_local(bytes, header, raw_name, directory.start)?;
    let end = start + packed as usize;
    if end > directory.start {
        return Err(damaged(&format!("{} is cut off", quoted(&name))));
    }
    let entry = Entry {
        name,
        size: u64::from(size),
        packing,
        checksum: u32_at(header, 16),
        header: place as usize,
        start,
        end,
        has_descriptor: u16_at(header, 8) & DESCRIPTOR != 0,
    };
    Ok((entry, next))
}

/// Holds the local header against the directory's; the place where the data starts.
fn read_local(
    bytes: &[u8],
    central: &[u8],
    raw_name: &[u8],
    before: usize,
) -> Result<usize, PackageRefusal> {
    let name = || quoted(&String::from_utf8_lossy(raw_name));
    let at = u32_at(central, 42) as usize;
    let local = part(bytes, at, LOCAL_BYTES, before).filter(|local| local.starts_with(LOCAL));
    let local = local.ok_or_else(|| damaged(&format!("{} is not where it should be", name())))?;
    let (name_length, extra_length) =
        (usize::from(u16_at(local, 26)), usize::from(u16_at(local, 28)));
    let has_descriptor = u16_at(central, 8) & DESCRIPTOR != 0;
    let sizes_agree = [(14, 16), (18, 20), (22, 24)].iter().all(|(local_at, central_at)| {
        let told = u32_at(local, *local_at);
        told == u32_at(central, *central_at) || (has_descriptor && told == 0)
    });
    let names_agree = part(bytes, at + LOCAL_BYTES, name_length, before) == Some(raw_name);
    let packed_alike =
        u16_at(local, 6) == u16_at(central, 8) && u16_at(local, 8) == u16_at(central, 10);
    if u32_at(local, 18) == u32::MAX || u32_at(local, 22) == u32::MAX {
        return Err(PackageRefusal::Zip64);
    }
    if !(sizes_agree && names_agree && packed_alike) {
        return Err(damaged(&format!("its two headers of {} disagree", name())));
    }
    let extra = part(bytes, at + LOCAL_BYTES + name_length, extra_length, before);
    let extra = extra.ok_or_else(|| damaged(&format!("{} is cut off", name())))?;
    check_extra(extra, raw_name)?;
    Ok(at + LOCAL_BYTES + name_length + extra_length)
}

fn read_packing(central: &[u8], name: &str) -> Result<Packing, PackageRefusal> {
    let method = u16_at(central, 10);
    if u16_at(central, 8) & ANY_ENCRYPTION != 0 || method == AES {
        return Err(PackageRefusal::Encrypted(quoted(name)));
    }
    match method {
        0 => Ok(Packing::Stored),
        8 => Ok(Packing::Deflated),
        _ => Err(PackageRefusal::Compression(quoted(name))),
    }
}

fn read_name(raw: &[u8]) -> Result<String, PackageRefusal> {
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !br#"\:*?"<>|"#.contains(byte);
    if raw.is_empty() || raw.len() > limits::NAME_BYTES || !raw.iter().all(plain) {
        return Err(PackageRefusal::unsafe_name(raw));
    }
    let name: String = raw.iter().copied().map(char::from).collect();
    let path = name.strip_suffix('/').unwrap_or(&name);
    let safe = |part: &str| !part.is_empty() && !part.ends_with('.') && part.trim() == part;
    if !path.split('/').all(safe) {
        return Err(PackageRefusal::unsafe_name(raw));
    }
    if path.split('/').count() > limits::DEPTH {
        return Err(PackageRefusal::TooDeep(quoted(&name)));
    }
    Ok(name)
}

/// No name twice in any letter case, and no file that is a folder for another.
fn check_names(entries: &[Entry]) -> Result<(), PackageRefusal> {
    let duplicate = |entry: &Entry| PackageRefusal::DuplicateName(quoted(&entry.name));
    let mut names = HashSet::new();
    for entry in entries {
        if !names.insert(entry.name.trim_end_matches('/').to_ascii_lowercase()) {
            return Err(duplicate(entry));
        }
    }
    let files: HashSet<String> = entries
        .iter()
        .filter(|entry| !entry.name.ends_with('/'))
        .map(|entry| entry.name.to_ascii_lowercase())
        .collect();
    for entry in entries {
        let name = entry.name.trim_end_matches('/').to_ascii_lowercase();
        if name.match_indices('/').any(|(at, _)| files.contains(&name[..at])) {
            return Err(duplicate(entry));
        }
    }
    Ok(())
}

fn check_sizes(entries: &[Entry], archive: u64) -> Result<(), PackageRefusal> {
    let unpacked: u64 = entries.iter().map(|entry| entry.size).sum();
    if unpacked > limits::UNPACKED_BYTES {
        return Err(PackageRefusal::UnpacksTooLarge);
    }
    if unpacked > archive * limits::RATIO {
        return Err(PackageRefusal::RatioTooHigh);
    }
    Ok(())
}

/// The files lie one behind the other from the first byte to the directory, with nothing hidden in between.
fn check_places(entries: &[Entry], directory: usize) -> Result<(), PackageRefusal> {
    let mut in_place: Vec<&Entry> = entries.iter().collect();
    in_place.sort_by_key(|entry| entry.header);
    if in_place.first().map_or(directory, |first| first.header) != 0 {
        return Err(damaged("there are bytes before its first file"));
    }
    let starts = in_place.iter().skip(1).map(|entry| entry.header).chain([directory]);
    for (entry, next) in in_place.iter().zip(starts) {
        let Some(gap) = next.checked_sub(entry.end) else {
            return Err(PackageRefusal::Overlapping(quoted(&entry.name)));
        };
        let is_descriptor = entry.has_descriptor && DESCRIPTOR_BYTES.contains(&gap);
        if gap != 0 && !is_descriptor {
            return Err(damaged(&format!("there are bytes behind {}", quoted(&entry.name))));
        }
    }
    Ok(())
}

/// The extra fields are whole, and none gives the file a second name.
fn check_extra(mut extra: &[u8], raw_name: &[u8]) -> Result<(), PackageRefusal> {
    while !extra.is_empty() {
        let header = extra.get(..4);
        let next = header.and_then(|header| extra.get(4 + usize::from(u16_at(header, 2))..));
        let (Some(header), Some(next)) = (header, next) else {
            return Err(damaged("an extra field is cut off"));
        };
        if u16_at(header, 0) == UNICODE_PATH {
            return Err(PackageRefusal::unsafe_name(raw_name));
        }
        extra = next;
    }
    Ok(())
}

fn part(bytes: &[u8], at: usize, length: usize, before: usize) -> Option<&[u8]> {
    bytes.get(..before)?.get(at..at.checked_add(length)?)
}

fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

fn damaged(what: &str) -> PackageRefusal {
    PackageRefusal::Damaged(what.to_owned())
}
