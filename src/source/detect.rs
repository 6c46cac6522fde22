//! What a file is, told by its first bytes.
//!
//! *Invariant:* a name alone never decides. It only tips the balance where the content already has the shape.

use super::ReadOptions;
use super::container::packed;
use super::mail::envelope;
use crate::extract::packed::Packing;
use crate::extract::{self, header_block};
use crate::model::provenance::ContainerFormat;
use crate::source::{calls, contacts, texts, wide};

/// Bytes of a file that are looked at.
pub const HEAD_BYTES: usize = 64 * 1024;

/// What a file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One Internet message.
    Message,
    /// A container of this format.
    Container(ContainerFormat),
    /// Another file, of a media type found by content.
    File(String),
}

/// Finds what a file is from its first [`HEAD_BYTES`].
pub fn kind(head: &[u8], file_name: &str, options: &ReadOptions) -> Kind {
    let media_type = extract::media_type(head, file_name);
    if media_type == "application/zip" {
        return Kind::Container(ContainerFormat::Zip);
    }
    if let Some(packing) = Packing::of(&media_type) {
        return Kind::Container(packed::format_of(packing));
    }
    if is_mbox(head) {
        return Kind::Container(ContainerFormat::Mbox);
    }
    // Backups and cards are found in UTF-16 too.
    let narrow = wide::narrowed(head);
    if let Some(format) = texts::sms_backup_restore::sniff(&narrow) {
        return Kind::Container(format);
    }
    if contacts::vcard::sniff(&narrow) {
        return Kind::Container(ContainerFormat::VCard);
    }
    // Binary formats cannot be messages or tables; the checks below would only misread them. A zero byte in the text
    // of a message does not make it another file.
    let text = media_type.starts_with("text/") || media_type == "message/rfc822";
    let may_be_message = text || media_type == "application/octet-stream" && has_text_header(head);
    if may_be_message && header_block::is_message(head, file_name) {
        return Kind::Message;
    }
    if !text {
        return Kind::File(media_type);
    }
    if calls::delimited::sniff(head, file_name, options) {
        return Kind::Container(ContainerFormat::CallDetail);
    }
    Kind::File(if media_type == "message/rfc822" { "text/plain".to_owned() } else { media_type })
}

/// Whether a blank line comes before the first zero byte.
fn has_text_header(head: &[u8]) -> bool {
    let header = head.split(|byte| *byte == 0).next().unwrap_or_default();
    header.windows(2).any(|pair| pair == b"\n\n") || header.windows(4).any(|four| four == b"\r\n\r\n")
}

/// Whether the bytes begin a file of messages separated by `From ` lines (RFC 4155).
pub fn is_mbox(head: &[u8]) -> bool {
    let mut lines = header_block::lines(header_block::skip_blank_start(head));
    let Some(first) = lines.next() else { return false };
    if !envelope::begins(first) {
        return false;
    }
    let second = lines.next().unwrap_or_default();
    envelope::is_dated(first) && envelope::may_follow(second) || envelope::is_known_header(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> ReadOptions {
        ReadOptions::of(chrono_tz::America::Chicago)
    }

    #[test]
    fn content_decides_and_a_name_only_tips_the_balance() {
        let mbox = Kind::Container(ContainerFormat::Mbox);
        let text = Kind::File("text/plain".into());
        let cases: [(&[u8], &str, Kind); 14] = [
            (b"Received: from x\r\nSubject: y\r\n\r\nbody", "photo.jpg", Kind::Message),
            (b"Subject: y\n\nbody", "one.eml", Kind::Message),
            (b"Received: from x\nSubject: y\n\nbo\0dy\0", "one.eml", Kind::Message),
            (b"Received: from \0x\nSubject: y\n\nbody", "one.eml", Kind::File("application/octet-stream".into())),
            (b"Subject: y\n\nbody", "one.txt", text.clone()),
            (b"Dear all,\nSubject: y\nFrom: z\n", "letter.eml", text.clone()),
            (b"From x@y.us Tue Apr 16 12:00:40 2019\nSubject: a\n\nb\n", "a.eml", mbox.clone()),
            (b"From - \nSubject: a\n\nb\n", "inbox", mbox.clone()),
            (b"From the desk of the clerk\nNote: this is a letter\n", "a.mbox", text.clone()),
            (b"\xEF\xBB\xBF\nFrom x Tue Apr 16 12:00:40 +0000 2019\nTo: a\n\n", "x", mbox),
            (b"\x1f\x8b\x08\0", "x.eml", Kind::Container(ContainerFormat::Gzip)),
            (b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaa", "x", Kind::Container(ContainerFormat::Zip)),
            (b"\x89PNG\r\n\x1a\n", "x.eml", Kind::File("image/png".into())),
            (b"", "empty.eml", Kind::File("application/x-empty".into())),
        ];
        for (head, name, expected) in cases {
            assert_eq!(kind(head, name, &options()), expected, "{name}: {:?}", String::from_utf8_lossy(head));
        }
    }
}
