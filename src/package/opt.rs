//! Opticon load files: which pages belong to which document.
//!
//! `ImageKey,Volume,Path,DocBreak,FolderBreak,BoxBreak,PageCount`, CRLF, no head, no quoting; ASCII, and no comma in
//! any value. A file of several pages has one line with its count; single-page files have a line each, and only the
//! first of a document has the break `Y` and the count. Folder and box stay empty: products disagree on their order.

use super::names;
use crate::model::production::{BatesNumber, ProducedItem};

/// A line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct OptError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// One line as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptLine {
    /// The page's number.
    pub key: String,
    /// The volume.
    pub volume: String,
    /// The path as written.
    pub path: String,
    /// Whether a document begins here.
    pub document: bool,
    /// Pages of the document, where told.
    pub pages: Option<u32>,
}

/// The images of pages: the first number of the production, by which they are put into folders, and their ending.
#[derive(Debug, Clone, Copy)]
pub struct Images<'i> {
    /// The first number of the production.
    pub start: &'i BatesNumber,
    /// The ending of the files.
    pub ending: &'i str,
}

/// The lines of a document: one for its PDF file, or one for the image of each of its pages.
pub fn lines(item: &ProducedItem, volume: &str, images: Option<Images<'_>>) -> String {
    let Some(Images { start, ending }) = images else {
        let path = names::in_volume(volume, &item.pdf_path);
        return format!("{},{volume},{path},Y,,,{}\r\n", item.first, item.pages);
    };
    let page = |nth: u32| {
        let number = item.first.plus(nth);
        let path = names::in_volume(volume, &names::image(volume, start, &number, ending));
        let told = if nth == 0 { format!("Y,,,{}", item.pages) } else { ",,,".to_owned() };
        format!("{number},{volume},{path},{told}\r\n")
    };
    (0..item.pages).map(page).collect()
}

/// Reads an Opticon file; the byte order mark that some products write is skipped.
pub fn read(text: &str) -> Result<Vec<OptLine>, OptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(|(at, line)| one(at + 1, line)).collect()
}

fn one(number: usize, line: &str) -> Result<OptLine, OptError> {
    let wrong = |what| OptError { line: number, what };
    let cells: Vec<&str> = line.split(',').collect();
    let [key, volume, path, rest @ ..] = cells.as_slice() else {
        return Err(wrong("it has fewer than four values"));
    };
    if rest.is_empty() || rest.len() > 4 {
        return Err(wrong("it does not have four to seven values"));
    }
    let document = match rest[0] {
        "Y" | "y" => true,
        "" => false,
        _ => return Err(wrong("the document break is neither Y nor empty")),
    };
    let pages = match rest.get(3).copied().unwrap_or("") {
        "" => None,
        count => Some(count.parse().map_err(|_| wrong("the page count is not a number"))?),
    };
    let (key, volume, path) = ((*key).to_owned(), (*volume).to_owned(), (*path).to_owned());
    Ok(OptLine { key, volume, path, document, pages })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_to_a_page_has_a_line_to_a_page() {
        let item = super::super::columns::tests::sample(9, 2);
        assert_eq!(lines(&item, "VOL001", None), "CB-00000009,VOL001,PDF\\0001\\CB-00000009.pdf,Y,,,2\r\n");
        let start = "CB-00000001".parse().expect("a number");
        let images = Images { start: &start, ending: "tif" };
        let written = lines(&item, "VOL001", Some(images));
        assert_eq!(
            written,
            "CB-00000009,VOL001,IMAGES\\0001\\CB-00000009.tif,Y,,,2\r\n\
             CB-00000010,VOL001,IMAGES\\0001\\CB-00000010.tif,,,,\r\n"
        );
        assert_eq!(read(&written).expect("read").len(), 2);
    }

    #[test]
    fn documents_of_several_pages_and_single_pages_are_read() {
        let text = "A00000001,VOL001,PDF\\0001\\A00000001.pdf,Y,,,2\r\nA00000003,VOL001,I\\3.tif,y,,,2\r\n\
                    A00000004,VOL001,I\\4.tif,,,,\r\n";
        let lines = read(text).expect("read");
        let told: Vec<(&str, bool, Option<u32>)> =
            lines.iter().map(|line| (line.key.as_str(), line.document, line.pages)).collect();
        assert_eq!(told, [("A00000001", true, Some(2)), ("A00000003", true, Some(2)), ("A00000004", false, None)]);
        for wrong in ["a,b,c", "a", "a,b,c,Q", "a,b,c,Y,,,two", "a,b,c,Y,,,1,9"] {
            assert_eq!(read(wrong).expect_err("wrong").line, 1, "{wrong}");
        }
    }
}
