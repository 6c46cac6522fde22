//! Writes archives and documents for tests: the least that makes each a sound file of its kind.

use std::io::{Cursor, Write as _};

/// A ZIP archive of members.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("closed").into_inner()
}

/// A bzip2 stream.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

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

/// A 7z archive of one short member that is stored as it is (7zFormat.txt of the LZMA SDK).
pub fn seven_zip(name: &str, content: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let size = u8::try_from(content.len()).expect("a short member");
    let mut names = vec![0];
    names.extend(format!("{name}\0").encode_utf16().flat_map(u16::to_le_bytes));
    let mut header =
        vec![0x01, 0x04, 0x06, 0, 1, 0x09, size, 0, 0x07, 0x0B, 1, 0, 1, 1, 0, 0x0C, size, 0, 0x08, 0x0A, 1];
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

/// A document of one paragraph (ISO/IEC 29500-1).
pub fn docx(words: &str) -> Vec<u8> {
    let main =
        format!("<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>");
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", main.as_bytes())])
}

/// Bytes as text in base64, in lines (RFC 2045 section 6.8).
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (at, group) in bytes.chunks(3).enumerate() {
        if at > 0 && at % 19 == 0 {
            out.push_str("\r\n");
        }
        let value = group.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
