//! IPRO load files (LFP): one line for each page, by which review software finds the page inside its file.
//!
//! ```text
//! IM,<page number>,<D|C|>,<page of the file>,@<volume>;<folder>;<file>;7     7 is a PDF file
//! OF,<page number>,@<volume>;<folder>;<file>,1                               the original file of a document
//! ```
//! `D` begins a document, `C` one that belongs to the document before it; a further page has neither. Pages of a file
//! with several of them are counted from 1, that of a file with one page is 0. No quoting exists, so every value is made
//! of our own plain names.

use super::names;
use crate::model::production::BatesNumber;

/// A document as this load file tells it.
#[derive(Debug, Clone, Copy)]
pub struct Pages<'d> {
    /// The number of the first page.
    pub first: &'d BatesNumber,
    /// Its pages.
    pub pages: u32,
    /// Whether it belongs to the document before it.
    pub child: bool,
    /// The path of the PDF file inside the bag.
    pub pdf: &'d str,
    /// The path of the original file, where it is given.
    pub native: Option<&'d str>,
}

/// The lines of a document, each with its CRLF.
pub fn lines(document: &Pages<'_>, volume: &str) -> String {
    let place = |path: &str| {
        let path = names::in_volume(volume, path);
        let (folder, file) = path.rsplit_once('\\').unwrap_or(("", &path));
        format!("@{volume};{folder};{file}")
    };
    let pdf = place(document.pdf);
    let mut out = String::new();
    for page in 0..document.pages {
        let begins = match (page, document.child) {
            (0, false) => "D",
            (0, true) => "C",
            _ => "",
        };
        let of_file = if document.pages == 1 { 0 } else { page + 1 };
        out.push_str(&format!("IM,{},{begins},{of_file},{pdf};7\r\n", document.first.plus(page)));
    }
    if let Some(native) = document.native {
        out.push_str(&format!("OF,{},{},1\r\n", document.first, place(native)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_line_and_a_document_its_beginning() {
        let first: BatesNumber = "CB-00000003".parse().expect("a number");
        let mut document = Pages {
            first: &first,
            pages: 2,
            child: false,
            pdf: "data/VOL001/PDF/0001/CB-00000003.pdf",
            native: Some("data/VOL001/NATIVES/0001/CB-00000003.docx"),
        };
        assert_eq!(
            lines(&document, "VOL001"),
            "IM,CB-00000003,D,1,@VOL001;PDF\\0001;CB-00000003.pdf;7\r\n\
             IM,CB-00000004,,2,@VOL001;PDF\\0001;CB-00000003.pdf;7\r\n\
             OF,CB-00000003,@VOL001;NATIVES\\0001;CB-00000003.docx,1\r\n"
        );
        document = Pages { pages: 1, child: true, native: None, ..document };
        assert_eq!(lines(&document, "VOL001"), "IM,CB-00000003,C,0,@VOL001;PDF\\0001;CB-00000003.pdf;7\r\n");
    }
}
