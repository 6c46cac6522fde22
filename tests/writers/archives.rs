//! Writes archives byte by byte for tests, those of the crate as well: the least that makes each a sound file of its kind.

use std::io::Write as _;

/// The coder of a member that is copied as it is.
pub const COPIED: &[u8] = &[1, 0];

/// A gzip stream (RFC 1952).
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

/// A tape archive (POSIX.1-2017, ustar).
pub fn tape(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).expect("memory");
    }
    builder.into_inner().expect("memory")
}

/// A 7z archive of one short member that is stored as it is (7zFormat.txt of the LZMA SDK). What `coder` names is only said:
/// [`COPIED`], or another one that a reader has to refuse.
pub fn seven_zip(name: &str, content: &[u8], coder: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let size = u8::try_from(content.len()).expect("a short member");
    let mut names = vec![0];
    names.extend(format!("{name}\0").encode_utf16().flat_map(u16::to_le_bytes));
    let mut header = vec![0x01, 0x04, 0x06, 0, 1, 0x09, size, 0, 0x07, 0x0B, 1, 0, 1];
    header.extend_from_slice(coder);
    header.extend_from_slice(&[0x0C, size, 0, 0x08, 0x0A, 1]);
    header.extend_from_slice(&sum(content));
    header.extend_from_slice(&[0, 0, 0x05, 1, 0x11, u8::try_from(names.len()).expect("a short name")]);
    header.extend_from_slice(&names);
    header.extend_from_slice(&[0, 0]);
    let mut start = (content.len() as u64).to_le_bytes().to_vec();
    start.extend_from_slice(&(header.len() as u64).to_le_bytes());
    start.extend_from_slice(&sum(&header));
    let mut out = b"7z\xBC\xAF\x27\x1C\0\x04".to_vec();
    out.extend_from_slice(&sum(&start));
    [out, start, content.to_vec(), header].concat()
}
