//! How is a zip archive written byte by byte, so that any part of it can be a lie?

use std::io::Write;

/// One file as its bytes stand in the archive.
#[derive(Clone)]
pub(super) struct Raw {
    pub(super) name: Vec<u8>,
    pub(super) local_name: Vec<u8>,
    pub(super) packed: Vec<u8>,
    pub(super) size: u32,
    pub(super) checksum: u32,
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) attributes: u32,
    pub(super) extra: Vec<u8>,
    pub(super) local_extra: Vec<u8>,
    /// Both sizes of the local header, where they shall differ from the directory's.
    pub(super) local_size: Option<u32>,
    pub(super) behind: Vec<u8>,
    /// Where the directory says the file is; nothing is written for it then.
    pub(super) place: Option<u32>,
}

pub(super) fn stored(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Raw {
    let content = content.as_ref();
    Raw {
        name: name.as_ref().to_vec(),
        local_name: name.as_ref().to_vec(),
        packed: content.to_vec(),
        size: content.len() as u32,
        checksum: crc32fast::hash(content),
        method: 0,
        flags: 0,
        attributes: 0o100_644 << 16,
        extra: vec![],
        local_extra: vec![],
        local_size: None,
        behind: vec![],
        place: None,
    }
}

pub(super) fn deflated(name: &str, content: &[u8]) -> Raw {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("a vector takes all");
    let packed = encoder.finish().expect("a vector takes all");
    Raw { packed, method: 8, ..stored(name, content) }
}

impl Raw {
    fn local(&self) -> Vec<u8> {
        let packed = self.local_size.unwrap_or(self.packed.len() as u32);
        let size = self.local_size.unwrap_or(self.size);
        let header = self.header(packed, size, &self.local_name, &self.local_extra);
        let rest = [&self.local_name, &self.local_extra, &self.packed, &self.behind];
        [b"PK\x03\x04", header.as_slice(), &rest.map(Vec::as_slice).concat()].concat()
    }

    fn central(&self, place: u32) -> Vec<u8> {
        let header = self.header(self.packed.len() as u32, self.size, &self.name, &self.extra);
        let places = [self.attributes.to_le_bytes(), place.to_le_bytes()].concat();
        let start = [b"PK\x01\x02\x14\x03", header.as_slice(), &[0; 6], &places].concat();
        [start.as_slice(), &self.name, &self.extra].concat()
    }

    /// What the two headers of a file have in common.
    fn header(&self, packed: u32, size: u32, name: &[u8], extra: &[u8]) -> Vec<u8> {
        let first = [20, self.flags, self.method, 0, 33].map(u16::to_le_bytes).concat();
        let sizes = [self.checksum, packed, size].map(u32::to_le_bytes).concat();
        let lengths = [name.len() as u16, extra.len() as u16].map(u16::to_le_bytes).concat();
        [first, sizes, lengths].concat()
    }
}

pub(super) fn pack(files: &[Raw]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let place = file.place.unwrap_or(bytes.len() as u32);
        if file.place.is_none() {
            bytes.extend(file.local());
        }
        directory.extend(file.central(place));
    }
    let counts = [0, 0, files.len() as u16, files.len() as u16].map(u16::to_le_bytes).concat();
    let places = [directory.len() as u32, bytes.len() as u32].map(u32::to_le_bytes).concat();
    [bytes.as_slice(), &directory, b"PK\x05\x06", &counts, &places, &[0, 0]].concat()
}
