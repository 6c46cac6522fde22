//! How many pages a PDF file has, for whoever checks what was delivered.

use lopdf::{Document, LoadOptions};

/// Bytes one stream may unpack to while pages are counted.
const STREAM_BYTES: usize = 256 * 1024 * 1024;

/// The pages of a PDF file; `None` when it cannot be read as one.
pub fn page_count(pdf: &[u8]) -> Option<u32> {
    // The reader is of other hands and the file may have been tampered with: a panic in it means "cannot be read".
    let counted = std::panic::catch_unwind(|| {
        let options = LoadOptions { max_decompressed_size: Some(STREAM_BYTES), ..LoadOptions::default() };
        Document::load_mem_with_options(pdf, options).ok().map(|document| document.get_pages().len())
    });
    counted.ok().flatten().and_then(|pages| u32::try_from(pages).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pdf_has_no_pages() {
        for bytes in [&b""[..], b"%PDF-1.7\n", b"plain text", &[0; 64]] {
            assert_eq!(page_count(bytes), None);
        }
    }
}
