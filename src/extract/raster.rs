//! Pages of a PDF file as dots, drawn by `pdftoppm` (Debian package poppler-utils), and the words that `tesseract` reads in
//! dots, where these programs are installed. For pages that are given with a part painted over: nothing of the file goes on
//! but what a reader would have seen.

use super::helper::{Allowance, Helper, HelperError};
use super::placed::{Bounds, PlacedText};

/// Dots to the inch; at 200 small print can still be read.
pub const DOTS_PER_INCH: u32 = 200;
/// Pages of one file that are drawn.
pub const PAGES: usize = 300;
/// What drawing one page may use.
const DRAWN: Allowance = Allowance { seconds: 60, output: 256 * 1024 * 1024, memory: 2 * 1024 * 1024 * 1024 };
/// What reading one page may use.
const READ: Allowance = Allowance { seconds: 60, output: 4 * 1024 * 1024, memory: 1024 * 1024 * 1024 };

/// Why pages could not be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// The program is not installed.
    #[error("pdftoppm is not installed (Debian package poppler-utils)")]
    Missing,
    /// It failed on this file.
    #[error("pdftoppm could not draw a page: {0}")]
    Drawing(#[from] HelperError),
    /// There are more pages than are drawn.
    #[error("the file has more than {PAGES} pages")]
    TooMany,
}

/// The dots of one page, three bytes each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dots {
    /// Dots of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue of each dot, row by row.
    pub rgb: Vec<u8>,
}

/// How many pages a PDF has, as this program reads it; `None` when it cannot be opened.
pub fn count(file: &[u8]) -> Option<usize> {
    super::pdf::page_count(file)
}

/// Whether pages can be drawn here.
pub fn draws_pages() -> bool {
    Helper::find("pdftoppm").is_some()
}

/// One page of a PDF file, counted from 1: the part of it that a reader sees, and not what lies beside that on the paper.
///
/// # Errors
/// When the program is not there or fails.
pub fn page(file: &[u8], number: usize) -> Result<Dots, RasterError> {
    let drawer = Helper::find("pdftoppm").ok_or(RasterError::Missing)?;
    let (number, dots) = (number.to_string(), DOTS_PER_INCH.to_string());
    let drawn = drawer.run(&["-f", &number, "-l", &number, "-r", &dots, "-cropbox", "-"], file, DRAWN)?;
    portable(&drawn).ok_or(RasterError::Drawing(HelperError::Failed))
}

/// One page of a PDF file as dots that are black or white: width, height, and the rows, a bit to a dot, black is one.
///
/// # Errors
/// When the program is not there or fails.
pub fn bits(file: &[u8], number: usize, dots_per_inch: u32) -> Result<(u32, u32, Vec<u8>), RasterError> {
    let drawer = Helper::find("pdftoppm").ok_or(RasterError::Missing)?;
    let (number, dots) = (number.to_string(), dots_per_inch.to_string());
    let drawn = drawer.run(&["-mono", "-f", &number, "-l", &number, "-r", &dots, "-"], file, DRAWN)?;
    portable_bits(&drawn).ok_or(RasterError::Drawing(HelperError::Failed))
}

/// The words in a picture file (PNG) with where each stands; `None` where the program that reads them is not installed.
///
/// # Errors
/// When the program is there and does not read the picture.
pub fn words(picture: &[u8]) -> Result<Option<PlacedText>, HelperError> {
    let Some(reader) = Helper::find("tesseract") else { return Ok(None) };
    let table = reader.run(&["stdin", "stdout", "tsv"], picture, READ)?;
    placed(&String::from_utf8_lossy(&table)).map(Some).ok_or(HelperError::Failed)
}

/// The table that `tesseract` writes: a row for each page, block, paragraph, line (level 4) and word (level 5), with its
/// rectangle in dots.
fn placed(table: &str) -> Option<PlacedText> {
    let mut out = PlacedText { page: 1, text: String::new(), places: Vec::new() };
    let mut size = None;
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let number = |at: usize| cells.get(at).and_then(|cell| cell.parse::<f64>().ok());
        let (Some(level), Some(left), Some(top)) = (number(0), number(6), number(7)) else { continue };
        let (Some(width), Some(height)) = (number(8), number(9)) else { continue };
        if level <= 1.0 {
            size = Some((width, height));
        } else if level <= 4.0 {
            if !out.text.is_empty() && !out.text.ends_with('\n') {
                out.text.push('\n');
            }
        } else if let (Some((whole, high)), Some(word)) = (size, cells.get(11)) {
            if !out.text.is_empty() && !out.text.ends_with('\n') {
                out.text.push(' ');
            }
            let before = out.text.len();
            out.text.push_str(word.trim());
            let bounds = Bounds {
                left: left / whole,
                top: top / high,
                right: (left + width) / whole,
                bottom: (top + height) / high,
            };
            out.places.push((before..out.text.len(), bounds));
        }
    }
    size.map(|_| out)
}

/// The next word of the head of a portable picture.
fn word<'b>(bytes: &'b [u8], at: &mut usize) -> Option<&'b str> {
    while bytes.get(*at)?.is_ascii_whitespace() {
        *at += 1;
    }
    let start = *at;
    while !bytes.get(*at)?.is_ascii_whitespace() {
        *at += 1;
    }
    std::str::from_utf8(&bytes[start..*at]).ok()
}

/// A portable bitmap (`P4`): a bit to a dot, black is one, each row begins with a new byte.
fn portable_bits(bytes: &[u8]) -> Option<(u32, u32, Vec<u8>)> {
    let at = &mut 0;
    if word(bytes, at)? != "P4" {
        return None;
    }
    let (width, height): (u32, u32) = (word(bytes, at)?.parse().ok()?, word(bytes, at)?.parse().ok()?);
    let rows = bytes.get(*at + 1..)?.to_vec();
    let whole = u64::from(width.div_ceil(8)) * u64::from(height);
    (whole > 0 && rows.len() as u64 == whole).then_some((width, height, rows))
}

/// A portable pixmap of one byte to a colour (`P6`).
fn portable(bytes: &[u8]) -> Option<Dots> {
    let at = &mut 0;
    if word(bytes, at)? != "P6" {
        return None;
    }
    let (width, height) = (word(bytes, at)?.parse().ok()?, word(bytes, at)?.parse().ok()?);
    if word(bytes, at)? != "255" {
        return None;
    }
    let rgb = bytes.get(*at + 1..)?.to_vec();
    (width > 0 && rgb.len() == usize::checked_mul(width, height)?.checked_mul(3)?).then_some(Dots {
        width,
        height,
        rgb,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_with_their_places() {
        let table = "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext\n\
                     1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t\n2\t1\t1\t0\t0\t0\t10\t10\t90\t40\t-1\t\n\
                     4\t1\t1\t1\t1\t0\t10\t10\t90\t10\t-1\t\n5\t1\t1\t1\t1\t1\t10\t10\t40\t10\t96\tJane\n\
                     5\t1\t1\t1\t1\t2\t60\t10\t40\t10\t91\tRoe\n4\t1\t1\t1\t2\t0\t10\t30\t90\t10\t-1\t\n\
                     5\t1\t1\t1\t2\t1\t10\t30\t20\t10\t96\tlast\n";
        let read = placed(table).expect("a table");
        assert_eq!(read.text, "Jane Roe\nlast");
        let around = read.around(&(0..8));
        assert_eq!(around, [Bounds { left: 0.05, top: 0.1, right: 0.5, bottom: 0.2 }]);
        assert_eq!(placed("nothing"), None);
    }

    #[test]
    fn dots_are_read_whole_or_not_at_all() {
        let read = portable(b"P6\n2 1\n255\nabcdef").expect("dots");
        assert_eq!((read.width, read.height, read.rgb), (2, 1, b"abcdef".to_vec()));
        for wrong in [&b"P5\n2 1\n255\nabcdef"[..], b"P6\n2 1\n255\nabc", b"P6\n2", b"", b"P6 0 1 255 "] {
            assert_eq!(portable(wrong), None);
        }
        assert_eq!(portable_bits(b"P4\n9 2\n\xff\x80\x00\x00"), Some((9, 2, vec![0xff, 0x80, 0, 0])));
        for wrong in [&b"P4\n9 2\n\xff\x80\x00"[..], b"P4 0 0\n", b"P6\n1 1\n255\nabc"] {
            assert_eq!(portable_bits(wrong), None);
        }
    }
}
