//! Media types, found by content.

use super::{charset, header_block};

/// The media type of a file by its first bytes; the name decides only between kinds of text.
pub fn media_type(head: &[u8], name: &str) -> String {
    sniff(head, name).to_owned()
}

/// The media type of a whole file: of a ZIP archive, its table tells whether it is a document.
pub fn media_type_of(bytes: &[u8], name: &str) -> String {
    let found = sniff(bytes, name);
    if found == "application/zip"
        && let Ok(archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes))
        && let Some(document) = document_type(archive.file_names_raw())
    {
        return document.to_owned();
    }
    found.to_owned()
}

/// The media type of a document that is a ZIP archive, by the names of its members.
pub fn document_type<'n>(names: impl Iterator<Item = &'n [u8]>) -> Option<&'static str> {
    let mut types = false;
    let mut main = None;
    for name in names.take(10_000) {
        match name {
            b"[Content_Types].xml" => types = true,
            b"word/document.xml" => main = Some(DOCX),
            b"xl/workbook.xml" | b"xl/workbook.bin" => main = Some(XLSX),
            b"ppt/presentation.xml" => main = Some(PPTX),
            b"visio/document.xml" => main = Some("application/vnd.ms-visio.drawing"),
            _ => {}
        }
    }
    main.filter(|_| types)
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// First bytes and what they mean.
const MAGIC: [(&[u8], &str); 33] = [
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "application/x-ole-storage"),
    (b"GIF8", "image/gif"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\0\0\x01\0", "image/x-icon"),
    (b"\xD7\xCD\xC6\x9A", "image/wmf"),
    (b"ID3", "audio/mpeg"),
    (b"\xFF\xFB", "audio/mpeg"),
    (b"\xFF\xF3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1A\x45\xDF\xA3", "video/x-matroska"),
    (b"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xFD7zXZ\0", "application/x-xz"),
    (b"\x28\xB5\x2F\xFD", "application/zstd"),
    (b"\x78\x9F\x3E\x22", "application/vnd.ms-tnef"),
    (b"!BDN", "application/vnd.ms-outlook-pst"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7FELF", "application/x-elf"),
    (b"bplist00", "application/x-bplist"),
    (b"wOFF", "font/woff"),
    (b"%!PS", "application/postscript"),
    (b"-----BEGIN PGP MESSAGE-----", "application/pgp-encrypted"),
    (b"\0\x01\0\0\0", "font/ttf"),
];

fn sniff(head: &[u8], name: &str) -> &'static str {
    if head.is_empty() {
        return "application/x-empty";
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return packed_document(head);
    }
    // A PDF may have bytes before its mark (ISO 32000-1, annex H.3.4.1).
    if contains(&head[..head.len().min(1024)], b"%PDF-") {
        return "application/pdf";
    }
    for (magic, media) in MAGIC {
        let weak = magic.len() == 2;
        if head.starts_with(magic) && !(weak && charset::is_text(head)) {
            return media;
        }
    }
    if head.starts_with(b"BM") && head.len() > 14 && head[6..10] == [0; 4] {
        return "image/bmp";
    }
    // POSIX.1-2017, pax, ustar interchange format.
    if head.get(257..262) == Some(b"ustar") {
        return "application/x-tar";
    }
    if let Some(media) = boxed(head) {
        return media;
    }
    if let Some(media) = cryptographic(head) {
        return media;
    }
    if !charset::is_text(head) {
        return "application/octet-stream";
    }
    kind_of_text(head, name)
}

/// A ZIP archive, or a document in one, where its first members tell.
fn packed_document(head: &[u8]) -> &'static str {
    // OpenDocument puts its media type first, unpacked (ODF 1.3 part 2, section 3.3).
    if let Some(media) = head.get(30..).and_then(|rest| rest.strip_prefix(b"mimetypeapplication/")) {
        let types = [
            (&b"vnd.oasis.opendocument.text"[..], "application/vnd.oasis.opendocument.text"),
            (b"vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
            (b"vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.presentation"),
            (b"vnd.oasis.opendocument.graphics", "application/vnd.oasis.opendocument.graphics"),
            (b"epub+zip", "application/epub+zip"),
        ];
        if let Some((_, found)) = types.iter().find(|(beginning, _)| media.starts_with(beginning)) {
            return found;
        }
    }
    "application/zip"
}

/// RIFF and ISO base media files name what they are after a length.
fn boxed(head: &[u8]) -> Option<&'static str> {
    let kind = head.get(8..12)?;
    if head.starts_with(b"RIFF") {
        return Some(match kind {
            b"WAVE" => "audio/wav",
            b"WEBP" => "image/webp",
            b"AVI " => "video/x-msvideo",
            _ => "application/octet-stream",
        });
    }
    if &head[4..8] != b"ftyp" {
        return None;
    }
    Some(match kind {
        b"heic" | b"heix" | b"mif1" | b"hevc" => "image/heic",
        b"avif" => "image/avif",
        b"M4A " | b"M4B " => "audio/mp4",
        b"qt  " => "video/quicktime",
        b"3gp4" | b"3gp5" | b"3gp6" | b"3g2a" => "video/3gpp",
        _ => "video/mp4",
    })
}

/// CMS structures (RFC 5652) by their object identifier.
fn cryptographic(head: &[u8]) -> Option<&'static str> {
    const PKCS7: [u8; 10] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];
    let start = &head[..head.len().min(20)];
    let at = start.windows(PKCS7.len()).position(|window| window == PKCS7)?;
    if head[0] != 0x30 {
        return None;
    }
    match head.get(at + PKCS7.len())? {
        2 => Some("application/pkcs7-mime"),
        3 => Some("application/pkcs7-enveloped"),
        _ => Some("application/pkcs7"),
    }
}

fn kind_of_text(head: &[u8], name: &str) -> &'static str {
    let start = &head[..head.len().min(2048)];
    let start = charset::decode(start, None).text.trim_start().to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if begins(&["begin:vcard"]) {
        "text/vcard"
    } else if begins(&["begin:vcalendar"]) {
        "text/calendar"
    } else if begins(&["<!doctype html", "<html", "<head", "<body", "<table", "<div", "<p>", "<meta"])
        || (begins(&["<?xml", "<!--"]) && start.contains("<html"))
    {
        "text/html"
    } else if begins(&["<svg"]) || (begins(&["<?xml"]) && start.contains("<svg")) {
        "image/svg+xml"
    } else if begins(&["<?xml"]) {
        "text/xml"
    } else if header_block::is_message(head, name) {
        "message/rfc822"
    } else if has_extension(name, "csv") {
        "text/csv"
    } else {
        "text/plain"
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let cases: [(&[u8], &str, &str); 12] = [
            (b"%PDF-1.4", "a.txt", "application/pdf"),
            (b"junk\n%PDF-1.4", "a", "application/pdf"),
            (b"{\\rtf1 a}", "a.doc", "application/rtf"),
            (b"RIFF\0\0\0\0WAVE", "a", "audio/wav"),
            (b"\0\0\0\x18ftypheic", "a.jpg", "image/heic"),
            (b"a,b\n1,2\n", "a.CSV", "text/csv"),
            (b"MZ is a monogram", "a.txt", "text/plain"),
            (b"MZ\x90\0\x03\0\0\0", "a.txt", "application/vnd.microsoft.portable-executable"),
            (b" <!DOCTYPE html><p>", "a", "text/html"),
            (b"BEGIN:VCALENDAR\r\n", "a", "text/calendar"),
            (b"\x01\x02\x03\0\xff", "a.txt", "application/octet-stream"),
            (b"Received: a\nSubject: b\n\nc", "a", "message/rfc822"),
        ];
        for (head, name, expected) in cases {
            assert_eq!(media_type(head, name), expected, "{:?}", String::from_utf8_lossy(head));
        }
    }
}
