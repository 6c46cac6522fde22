//! Whether the images of pages are those of the documents, one to a page, and none beside them.

use super::Finding;
use super::load_files::{Row, read};
use crate::model::production::BatesNumber;
use crate::package::statement::Statement;
use crate::package::{names, tiff};
use crate::render;
use std::collections::BTreeSet;
use std::path::Path;

/// Every page of every document: its number, and on the first page how many the document has.
pub(super) fn pages(rows: &[Row]) -> impl Iterator<Item = (BatesNumber, Option<u32>)> {
    let of = |row: &Row| {
        let (first, pages) = (row.first.clone(), row.pages);
        // A row whose numbers run over the last one was told already.
        let within = pages.min(100_000_000 - first.page());
        (0..within).map(move |nth| (first.plus(nth), (nth == 0).then_some(pages)))
    };
    rows.iter().flat_map(of)
}

pub(super) fn check(
    directory: &Path,
    rows: &[Row],
    statement: &Statement,
    delivered: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    let Some(ending) = names::image_ending(&statement.extras) else { return };
    let place = |number: &BatesNumber| names::image(&statement.volume, &statement.first_number, number, ending);
    let expected: BTreeSet<String> = pages(rows).map(|(number, _)| place(&number)).collect();
    for path in expected.difference(delivered) {
        findings.push(Finding::new("file-missing", path, "it is the image of a page, and it is not there"));
    }
    for path in delivered.iter().filter(|path| names::is_image(&statement.volume, path) && !expected.contains(*path)) {
        findings.push(Finding::new("file-extra", path, "it is the image of no page"));
    }
    for row in rows {
        // A document that is not there or cannot be read was told already.
        let Ok(pdf) = read(directory, &row.pdf) else { continue };
        let singles = if ending == "pdf" { render::single_pages(&pdf).unwrap_or_default() } else { Vec::new() };
        for (nth, number) in (0..row.pages).map(|nth| (nth as usize, row.first.plus(nth))) {
            let path = place(&number);
            let Ok(image) = read(directory, &path) else { continue };
            let is_right = match ending {
                "pdf" => singles.get(nth).is_some_and(|page| *page == image),
                _ => tiff::size(&image).is_some(),
            };
            if !is_right {
                findings.push(Finding::new("load-file", path, "it is not the image of the page with its number"));
            }
        }
    }
}
