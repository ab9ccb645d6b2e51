//! Are ordinary packages read, and hostile ones refused for the right reason?

mod raw;

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::*;
use raw::{Raw, deflated, pack, stored};

const MANIFEST_TEXT: &str =
    r#"{"name":"Bell","version":"1.0.0","program":"bell.qasm","input_schema":{"type":"object"}}"#;
const PROGRAM_TEXT: &str = "OPENQASM 3.0;\nqubit[2] q;\nh q[0];\ncx q[0], q[1];\n";

fn good() -> Vec<Raw> {
    vec![
        stored(MANIFEST, MANIFEST_TEXT),
        stored(README, "# Bell\n"),
        deflated("bell.qasm", PROGRAM_TEXT.as_bytes()),
    ]
}

fn and(file: Raw) -> Vec<Raw> {
    let mut files = good();
    files.push(file);
    files
}

fn with(index: usize, bend: impl FnOnce(&mut Raw)) -> Vec<Raw> {
    let mut files = good();
    bend(&mut files[index]);
    files
}

fn code(bytes: &[u8]) -> &'static str {
    match Package::read(bytes) {
        Ok(_) => "accepted",
        Err(refusal) => {
            let sentence = refusal.to_string();
            assert!(
                sentence.ends_with('.')
                    && sentence.len() < 500
                    && !sentence.chars().any(char::is_control),
                "{sentence}"
            );
            refusal.code()
        }
    }
}

#[test]
fn a_package_made_by_hand_is_read_whole() {
    let package =
        Package::read(&pack(&and(stored("examples/run.py", "print()")))).expect("a package");
    assert_eq!(package.program(), PROGRAM_TEXT);
    assert_eq!(package.readme, "# Bell\n");
    assert_eq!(
        package.files.keys().collect::<Vec<_>>(),
        ["README.md", "bell.qasm", "examples/run.py", MANIFEST]
    );
    assert_eq!(package.files["bell.qasm"], PROGRAM_TEXT.len() as u64);
}

#[test]
fn packages_of_an_ordinary_zip_tool_are_read() {
    let files = [
        (MANIFEST, MANIFEST_TEXT),
        (README, "# Bell"),
        ("bell.qasm", PROGRAM_TEXT),
        ("examples/a/b.md", "x"),
    ];
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        let options =
            SimpleFileOptions::default().compression_method(method).unix_permissions(0o755);
        let mut seekable = zip::ZipWriter::new(Cursor::new(Vec::new()));
        seekable.add_directory("examples", options).expect("written");
        seekable.set_comment("made by a test").expect("short enough");
        let mut streamed = zip::ZipWriter::new_stream(Vec::new());
        for (name, text) in files {
            seekable.start_file(name, options).expect("written");
            seekable.write_all(text.as_bytes()).expect("written");
            streamed.start_file(name, options).expect("written");
            streamed.write_all(text.as_bytes()).expect("written");
        }
        let seekable = seekable.finish().expect("written").into_inner();
        let streamed = streamed.finish().expect("written").into_inner();
        for bytes in [seekable, streamed] {
            assert_eq!(Package::read(&bytes).expect("a package").files.len(), files.len());
        }
    }
}

#[test]
fn hostile_names_are_refused() {
    let long = format!("examples/{}", "x".repeat(200));
    for name in [
        "../bell.qasm",
        "examples/../../x",
        "examples/..",
        "..",
        ".",
        "./bell.qasm",
        "/etc/passwd",
        "//host/share",
        "C:/x.qasm",
        "c:x.qasm",
        "examples\\x.qasm",
        "..\\x.qasm",
        "examples//x",
        "examples/x\0.qasm",
        "examples/x\n.qasm",
        "examples/\u{7f}",
        "",
        "/",
        "examples/x ",
        "examples/ x",
        "examples/x.",
        "examples/größe.qasm",
        "examples/a?b",
        "examples/a|b",
        &long,
    ] {
        assert_eq!(code(&pack(&and(stored(name, "x")))), "package_unsafe_name", "{name:?}");
    }
    assert_eq!(code(&pack(&and(stored(b"examples/\xff\xfe", "x")))), "package_unsafe_name");
    let unicode_path = b"\x75\x70\x09\0\x01\0\0\0\0../x".to_vec();
    assert_eq!(
        code(&pack(&with(2, |file| file.extra = unicode_path.clone()))),
        "package_unsafe_name"
    );
    assert_eq!(
        code(&pack(&with(2, |file| file.local_extra = unicode_path))),
        "package_unsafe_name"
    );
}

#[test]
fn hostile_archives_are_refused() {
    let program = 2;
    let many: Vec<Raw> =
        (0..1_001).map(|number| stored(format!("examples/{number}"), "")).collect();
    let bomb = deflated("examples/zeros", &vec![0; 2 * 1024 * 1024]);
    let half = |name: &str| Raw { size: 60 * 1024 * 1024, ..deflated(name, b"x") };
    let noise: Vec<u8> = (0..PROGRAM_TEXT.len() as u32)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for (expected, files) in [
        ("package_too_many_entries", many),
        ("package_ratio_too_high", and(bomb)),
        (
            "package_unpacks_too_large",
            [good(), vec![half("examples/1"), half("examples/2")]].concat(),
        ),
        (
            "package_link",
            and(Raw { attributes: 0o120_777 << 16, ..stored("examples/link", "/etc/passwd") }),
        ),
        ("package_link", and(Raw { attributes: 0o020_666 << 16, ..stored("examples/device", "") })),
        ("package_link", and(Raw { attributes: 0o010_666 << 16, ..stored("examples/pipe", "") })),
        ("package_too_deep", and(stored("examples/b/c/d/e/f/g/h/i", "x"))),
        ("package_duplicate_name", and(stored("bell.qasm", "x"))),
        ("package_duplicate_name", and(stored("Bell.QASM", "x"))),
        ("package_duplicate_name", and(stored("bell.qasm/", ""))),
        ("package_duplicate_name", and(stored("bell.qasm/inside.qasm", ""))),
        ("package_encrypted", with(program, |file| file.flags = 1)),
        ("package_encrypted", with(program, |file| file.flags = 1 << 6 | 1)),
        ("package_encrypted", with(program, |file| file.flags = 1 << 13)),
        ("package_encrypted", with(program, |file| file.method = 99)),
        ("package_compression_unsupported", with(program, |file| file.method = 9)),
        ("package_compression_unsupported", with(program, |file| file.method = 93)),
        ("package_bad_checksum", with(program, |file| file.checksum ^= 1)),
        ("package_bad_checksum", and(Raw { checksum: 7, ..stored("examples/x", "x") })),
        ("package_wrong_size", with(program, |file| file.size -= 1)),
        ("package_wrong_size", with(program, |file| file.size += 1)),
        ("package_wrong_size", with(0, |file| file.size += 1)),
        (
            "package_wrong_size",
            and(Raw {
                name: b"examples/".to_vec(),
                local_name: b"examples/".to_vec(),
                ..stored("x", "hidden")
            }),
        ),
        ("package_damaged", with(program, |file| file.packed = noise)),
        ("package_damaged", with(program, |file| file.packed.truncate(10))),
        ("package_damaged", with(program, |file| file.packed.push(0))),
        ("package_damaged", with(program, |file| file.local_name = b"evil.qasm".to_vec())),
        ("package_damaged", with(program, |file| file.local_size = Some(7))),
        ("package_damaged", with(program, |file| file.local_size = Some(0))),
        ("package_damaged", with(program, |file| file.behind = b"hidden".to_vec())),
        ("package_damaged", with(program, |file| file.behind = vec![0; 16])),
        ("package_damaged", with(program, |file| file.extra = vec![1, 0, 9, 0, 0])),
        ("package_damaged", with(program, |file| file.local_extra = vec![0; 3])),
        ("package_damaged", with(program, |file| file.place = Some(0))),
        ("package_damaged", with(program, |file| file.place = Some(u32::MAX - 1))),
        ("package_zip64", with(program, |file| file.place = Some(u32::MAX))),
        ("package_zip64", with(program, |file| file.size = u32::MAX)),
        ("package_zip64", with(program, |file| file.local_size = Some(u32::MAX))),
        ("package_overlapping_files", twice_the_same_bytes()),
        ("package_unexpected_file", and(stored("install.sh", "x"))),
        ("package_unexpected_file", and(stored("docs/manual.pdf", "x"))),
        ("package_unexpected_file", and(stored("__MACOSX/._bell.qasm", "x"))),
        ("package_unexpected_file", and(stored("programs/.bell.qasm", "x"))),
    ] {
        assert_eq!(code(&pack(&files)), expected);
    }
}

/// A file inside another one's bytes, so that both unpack the same.
fn twice_the_same_bytes() -> Vec<Raw> {
    let inner = stored("examples/inner", "shared bytes");
    let alone = pack(std::slice::from_ref(&inner));
    let local = &alone[..30 + inner.name.len() + inner.packed.len()];
    let files = and(stored("examples/outer", local));
    let packed = pack(&files);
    let end = packed.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    let place = Some((end - local.len()) as u32);
    [files, vec![Raw { place, ..inner }]].concat()
}

#[test]
fn archives_with_a_bent_frame_are_refused() {
    let bytes = pack(&good());
    let end = bytes.len() - 22;
    let bent = |at: usize, with: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[end + at..end + at + with.len()].copy_from_slice(with);
        bytes
    };
    let mut with_locator = bytes[..end].to_vec();
    with_locator.extend([b"PK\x06\x07".as_slice(), &[0; 16], &bytes[end..]].concat());
    for (expected, bytes) in [
        ("package_not_a_zip", vec![]),
        ("package_not_a_zip", b"PK".to_vec()),
        ("package_not_a_zip", b"\x1f\x8b a gzip file".to_vec()),
        ("package_not_a_zip", bytes[..end].to_vec()),
        ("package_not_a_zip", bytes[..end + 21].to_vec()),
        ("package_damaged", [bytes.as_slice(), b"behind"].concat()),
        ("package_damaged", [b"#!/bin/sh\n", bytes.as_slice()].concat()),
        ("package_damaged", bytes[7..].to_vec()),
        ("package_damaged", bent(4, &[1])),
        ("package_damaged", bent(8, &[1, 0])),
        ("package_damaged", bent(8, &[2, 0, 2, 0])),
        ("package_damaged", bent(8, &[4, 0, 4, 0])),
        ("package_damaged", bent(12, &[1])),
        ("package_damaged", bent(16, &[1])),
        ("package_too_many_entries", bent(8, &[0xe9, 3, 0xe9, 3])),
        ("package_zip64", bent(8, &[0xff, 0xff, 0xff, 0xff])),
        ("package_zip64", bent(16, &[0xff; 4])),
        ("package_zip64", with_locator),
        ("manifest_missing", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        ("package_too_large", vec![0; limits::PACKAGE_BYTES as usize + 1]),
    ] {
        assert_eq!(code(&bytes), expected);
    }
}

#[test]
fn packages_without_their_parts_or_with_too_large_ones_are_refused() {
    let long = |bytes: u64| "x".repeat(bytes as usize + 1);
    let manifest = |text: &str| with(0, |file| *file = stored(MANIFEST, text));
    let in_a_folder = good()
        .into_iter()
        .map(|file| stored([b"bell/", file.name.as_slice()].concat(), "x"))
        .collect();
    let programs = (0..20).map(|number| stored(format!("{number}.qasm"), "x"));
    for (expected, files) in [
        ("manifest_missing", good()[1..].to_vec()),
        ("manifest_missing", in_a_folder),
        ("manifest_too_large", manifest(&long(limits::MANIFEST_BYTES))),
        ("manifest_invalid", manifest("{}")),
        ("manifest_invalid", manifest("not JSON \u{1b}[31m")),
        ("readme_missing", [&good()[..1], &good()[2..]].concat()),
        ("readme_too_large", with(1, |file| *file = stored(README, long(limits::README_BYTES)))),
        ("package_not_utf8", with(1, |file| *file = stored(README, b"\xff\xfe"))),
        ("package_not_utf8", with(0, |file| *file = stored(MANIFEST, b"{\"name\":\"\xff\"}"))),
        ("package_not_utf8", with(2, |file| *file = stored("bell.qasm", b"\xc3\x28"))),
        ("program_missing", good()[..2].to_vec()),
        ("program_missing", with(2, |file| *file = stored("examples/bell.qasm", "x"))),
        ("program_missing", with(2, |file| *file = stored("BELL.qasm", "x"))),
        (
            "program_too_large",
            with(2, |file| *file = stored("bell.qasm", long(limits::PROGRAM_BYTES))),
        ),
        ("too_many_programs", good().into_iter().chain(programs).collect()),
    ] {
        assert_eq!(code(&pack(&files)), expected);
    }
}

fn bend(bytes: &mut Vec<u8>, changes: &[(usize, u8)], cut: usize) {
    for (at, value) in changes {
        let length = bytes.len();
        bytes[at % length] = *value;
    }
    bytes.truncate(bytes.len() - cut % 40);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        code(&bytes);
    }

    #[test]
    fn any_change_of_a_package_is_read_or_refused_without_a_panic(
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6), cut in any::<usize>(), cuts in any::<bool>(),
    ) {
        let mut bytes = pack(&and(deflated("examples/x", &[7; 300])));
        bend(&mut bytes, &changes, if cuts { cut } else { 0 });
        code(&bytes);
    }
}
