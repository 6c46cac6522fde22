//! Recognition of characters in pictures and in pages that are pictures, by `tesseract`, where a city asks for it.
//!
//! It errs, so that what it reads is marked and never makes a file searchable in full. It is off unless the agency profile
//! or the command says otherwise: it costs about a second for each page, and every picture of every text message is one.

use super::Extracted;
use super::helper::{Allowance, Helper, HelperError};
use crate::base::clock::StopWatch;
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use std::cell::RefCell;
use std::sync::Arc;

/// What one page or picture may use.
const PAGE: Allowance = Allowance { seconds: 60, output: 4 * 1024 * 1024, memory: 1024 * 1024 * 1024 };
/// What drawing one page may use; a page is 3,300 dots long, which is 300 to the inch on letter paper.
const DRAWN: Allowance = Allowance { seconds: 60, output: 64 * 1024 * 1024, memory: 1024 * 1024 * 1024 };
/// Dots of the longer side of a drawn page.
const DOTS: &str = "3300";
/// Pages of one file that are recognised.
const PAGES: usize = 200;
/// Seconds after which no further page of a file is begun.
const FILE_SECONDS: f64 = 900.0;
/// Bytes below which a picture is a bullet or a line and not a page.
const SMALL: usize = 1_000;
/// Kinds of pictures that the program reads.
const PICTURES: [&str; 6] = ["image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp"];

thread_local! {
    /// What the work of this thread may use. Readers of every format extract attachments; this way none of them has to
    /// hand it on.
    static ENGINE: RefCell<Option<Arc<Engine>>> = const { RefCell::new(None) };
}

/// The installed programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    reader: Helper,
    /// Draws pages of PDF files.
    drawer: Option<Helper>,
    /// Name and version, as the program says them.
    pub version: String,
}

/// Why nothing can be recognised here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OcrError {
    /// The program is not installed.
    #[error("tesseract is not installed (Debian package tesseract-ocr)")]
    Missing,
    /// It does not run.
    #[error("tesseract is installed and does not run")]
    Broken,
}

impl Engine {
    /// The programs as they are on the search path.
    ///
    /// # Errors
    /// When `tesseract` is not there, or does not say its version.
    pub fn find() -> Result<Self, OcrError> {
        let reader = Helper::find("tesseract").ok_or(OcrError::Missing)?;
        let said = reader.run(&["--version"], b"", PAGE).map_err(|_| OcrError::Broken)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let version = said.lines().next().unwrap_or_default().trim().to_owned();
        if !version.starts_with("tesseract") {
            return Err(OcrError::Broken);
        }
        Ok(Self { reader, drawer: Helper::find("pdftoppm"), version })
    }

    /// Whether pages of PDF files can be drawn, which `pdftoppm` does (Debian package poppler-utils).
    pub fn draws_pages(&self) -> bool {
        self.drawer.is_some()
    }

    /// The words in a picture.
    fn picture(&self, bytes: &[u8]) -> Result<String, HelperError> {
        let text = self.reader.run(&["stdin", "stdout"], bytes, PAGE)?;
        Ok(String::from_utf8_lossy(&text).replace('\u{c}', "").trim().to_owned())
    }

    /// The words on a page of a PDF file.
    fn page(&self, file: &[u8], number: u32) -> Result<String, HelperError> {
        let drawer = self.drawer.as_ref().ok_or(HelperError::NotStarted)?;
        let number = number.to_string();
        let drawn = drawer.run(&["-f", &number, "-l", &number, "-gray", "-scale-to", DOTS, "-"], file, DRAWN)?;
        if drawn.is_empty() {
            return Err(HelperError::Failed);
        }
        self.picture(&drawn)
    }

    fn mark(&self) -> String {
        format!("[read by OCR, {}]\n", self.version)
    }

    fn note(&self, out: &mut Extracted) {
        out.facts.insert("ocr engine".to_owned(), self.version.clone());
    }
}

/// Does some work whose pictures are read by this engine, or by none.
pub fn with<T>(engine: Option<&Arc<Engine>>, work: impl FnOnce() -> T) -> T {
    let before = ENGINE.replace(engine.cloned());
    let result = work();
    ENGINE.set(before);
    result
}

fn current() -> Option<Arc<Engine>> {
    ENGINE.with_borrow(Clone::clone)
}

/// Adds the words in a picture, where this is asked for.
pub fn add_picture(bytes: &[u8], out: &mut Extracted) {
    let Some(engine) = current() else { return };
    if !PICTURES.contains(&out.found_type.as_str()) || bytes.len() < SMALL || !out.text.is_empty() {
        return;
    }
    match engine.picture(bytes) {
        Ok(words) if words.is_empty() => engine.note(out),
        Ok(words) => {
            engine.note(out);
            out.text = format!("{}{words}\n", engine.mark());
            out.searchable = Searchable::Partly;
            out.problems.push(errs("its words were"));
        }
        Err(error) => out.problems.push(failed("the picture", error)),
    }
}

/// Adds the words on pages that are pictures, where this is asked for; the pages that stay unread.
pub fn add_pages(file: &[u8], pages: &[u32], out: &mut Extracted) -> Vec<u32> {
    let Some(engine) = current().filter(|engine| engine.draws_pages() && !pages.is_empty()) else {
        return pages.to_vec();
    };
    let watch = StopWatch::start();
    let mut read = Vec::new();
    let mut unread = Vec::new();
    let mut trouble = None;
    for (count, number) in pages.iter().enumerate() {
        if count >= PAGES || watch.seconds() > FILE_SECONDS {
            unread.push(*number);
            continue;
        }
        match engine.page(file, *number) {
            Ok(words) if words.is_empty() => unread.push(*number),
            Ok(words) => {
                out.text.push_str(&format!("[page {number}] {}{words}\n", engine.mark()));
                read.push(number.to_string());
            }
            Err(error) => {
                unread.push(*number);
                trouble = Some(error);
            }
        }
    }
    engine.note(out);
    if !read.is_empty() {
        out.facts.insert("ocr pages".to_owned(), read.join(", "));
        out.problems.push(errs("words of pages that are pictures were"));
        out.searchable = out.searchable.max(Searchable::Partly);
    }
    if let Some(error) = trouble {
        out.problems.push(failed("a page", error));
    }
    if pages.len() > PAGES {
        let sentence = format!("only the first {PAGES} of {} pages that are pictures were read by OCR", pages.len());
        out.problems.push(crate::model::exception::Problem::new(ProblemCode::LimitReached, sentence));
    }
    unread
}

fn errs(what: &str) -> crate::model::exception::Problem {
    let sentence = format!("{what} read by OCR, which errs; it is not searchable in full");
    crate::model::exception::Problem::new(ProblemCode::Unsupported, sentence)
}

fn failed(what: &str, error: HelperError) -> crate::model::exception::Problem {
    let code = match error {
        HelperError::TooLong | HelperError::TooMuch => ProblemCode::LimitReached,
        HelperError::NotStarted | HelperError::Failed => ProblemCode::Unreadable,
    };
    crate::model::exception::Problem::new(code, format!("the program for OCR did not read {what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::text;

    /// A page of letter paper that shows only a picture of words, as a scanner makes it.
    fn scan() -> Option<Vec<u8>> {
        let drawer = Helper::find("pdftoppm")?;
        let words = crate::extract::pdf::page_of_words("Culvert inspection report");
        let drawn = drawer.run(&["-gray", "-r", "150", "-"], &words, DRAWN).ok()?;
        Some(crate::extract::pdf::page_of_picture(&drawn))
    }

    #[test]
    fn a_scanned_page_is_read_marked_and_searchable_in_part() {
        let Ok(engine) = Engine::find() else {
            println!("skipped: tesseract is not installed");
            return;
        };
        let Some(scan) = scan() else {
            println!("skipped: pdftoppm is not installed");
            return;
        };
        let without = text(&scan, "scan.pdf", "");
        assert_eq!((without.searchable, without.text.contains("Culvert")), (Searchable::Not, false));
        let engine = Arc::new(engine);
        let read = with(Some(&engine), || text(&scan, "scan.pdf", ""));
        assert_eq!(read.searchable, Searchable::Partly, "{:?}", read.problems);
        assert!(read.text.contains("[read by OCR, tesseract"), "{}", read.text);
        assert!(read.text.contains("Culvert inspection report"), "{}", read.text);
        assert_eq!(read.facts.get("ocr pages").map(String::as_str), Some("1"));
        assert!(read.facts.get("ocr engine").is_some_and(|version| version.starts_with("tesseract ")));
        let after = text(&scan, "scan.pdf", "");
        assert_eq!(after, without, "it is off again");
    }
}
