//! Attachments by type.

/// Words people use, and the media types that begin so.
const WORDS: &[(&str, &[&str])] = &[
    ("word", &[DOC, DOCX, ODT, RTF]),
    ("document", &[DOC, DOCX, ODT, RTF, "application/pdf"]),
    ("excel", &[XLS, XLSX, ODS, "text/csv"]),
    ("spreadsheet", &[XLS, XLSX, ODS, "text/csv"]),
    ("powerpoint", &[PPT, PPTX, ODP]),
    ("presentation", &[PPT, PPTX, ODP]),
    ("doc", &[DOC]),
    ("docx", &[DOCX]),
    ("xls", &[XLS]),
    ("xlsx", &[XLSX]),
    ("ppt", &[PPT]),
    ("pptx", &[PPTX]),
    ("odt", &[ODT]),
    ("ods", &[ODS]),
    ("odp", &[ODP]),
    ("jpg", &["image/jpeg"]),
    ("tif", &["image/tiff"]),
    ("txt", &["text/plain"]),
    ("htm", &["text/html"]),
    ("eml", &["message/rfc822"]),
    ("email", &["message/rfc822"]),
    ("msg", &["application/vnd.ms-outlook"]),
    ("ics", &["text/calendar"]),
    ("vcf", &["text/vcard"]),
    ("mp3", &["audio/mpeg"]),
    ("m4a", &["audio/mp4"]),
    ("mov", &["video/quicktime"]),
    (
        "archive",
        &["application/zip", "application/gzip", "application/x-7z", "application/vnd.rar", "application/x-tar"],
    ),
];

const DOC: &str = "application/msword";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const ODT: &str = "application/vnd.oasis.opendocument.text";
const RTF: &str = "application/rtf";
const XLS: &str = "application/vnd.ms-excel";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";
const PPT: &str = "application/vnd.ms-powerpoint";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml";
const ODP: &str = "application/vnd.oasis.opendocument.presentation";

/// Whether a media type is meant by what was typed: a media type (`application/pdf`), its first part (`image`), its
/// second (`pdf`, `png`), an ending (`docx`, `jpg`), or a word (`spreadsheet`).
pub fn type_fits(wanted: &str, media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let wanted = wanted.trim().to_ascii_lowercase();
    if wanted.contains('/') {
        return wanted == media_type;
    }
    if let Some((_, starts)) = WORDS.iter().find(|(word, _)| *word == wanted) {
        return starts.iter().any(|start| media_type.starts_with(start));
    }
    let Some((first, second)) = media_type.split_once('/') else { return false };
    first == wanted || second == wanted || second.strip_prefix("x-") == Some(wanted.as_str())
}
