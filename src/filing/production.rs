//! A production in the city's document system: the delivered folder as it is, and beside it the list by which its documents
//! are taken in one by one.
//!
//! ```text
//! <folder>/P-1/            the production, delivered once more and checked; nothing is added to it
//! <folder>/filing.csv README.txt
//! <folder>/filing.xml      the list file, written last: an import that watches the folder begins with it
//! ```
//! What the list tells is what the load file of the production tells, so nothing of what is withheld. It is a copy of what
//! was given out and files no record: no receipt is asked for, and no mailbox copy goes because of it.

use super::FilingError;
use super::list::{self, Line};
use super::page::Told;
use crate::base::durable;
use crate::base::id::{FamilyId, ProductionId};
use crate::package::{bag, dat, names, sums};
use crate::repository::Repository;
use std::collections::BTreeMap;
use std::path::Path;

/// Writes the list of a production that was delivered into `folder` under its own number, and says how many documents it
/// has.
///
/// # Errors
/// When the template cannot be filled, or the delivered folder cannot be read.
pub fn list_production(repository: &Repository, id: ProductionId, folder: &Path) -> Result<u64, FilingError> {
    let template = list::template(repository)?;
    let (row, _) = repository.catalog().reading().production(id)?;
    let families: BTreeMap<u32, FamilyId> = row.items.iter().map(|item| (item.2, item.1)).collect();
    let delivered = folder.join(id.to_string());
    let read = |path: &str| {
        let path = delivered.join(path);
        std::fs::read(&path).map_err(|error| FilingError::io(&path, error))
    };
    let wrong = |what: &str| FilingError::Refused(format!("{what} of {id} cannot be read"));
    let table = dat::read(&read(&names::dat(&row.production.volume))?).map_err(|_| wrong("the load file"))?;
    let manifest = String::from_utf8(read(bag::MANIFEST)?).map_err(|_| wrong("the manifest"))?;
    let digests = sums::read(&manifest).map_err(|_| wrong("the manifest"))?;
    let digests: BTreeMap<String, String> = digests.into_iter().map(|(digest, path)| (path, digest)).collect();
    let mut lines = Vec::new();
    for cells in &table.rows {
        let cell = |name: &str| table.column(name).and_then(|at| cells.get(at)).cloned().unwrap_or_default();
        let number = cell("BEGBATES");
        let path =
            names::from_volume(&row.production.volume, &cell("PDFPATH")).ok_or_else(|| wrong("the load file"))?;
        let page = number.get(number.len().saturating_sub(8)..).and_then(|digits| digits.parse().ok());
        let family = page.and_then(|page: u32| families.get(&page)).copied();
        let whole = delivered.join(&path);
        let bytes = std::fs::metadata(&whole).map_err(|error| FilingError::io(&whole, error))?.len();
        lines.push(Line {
            family: family.ok_or_else(|| wrong("the load file"))?,
            part: format!("document {number} of the production {id}"),
            sha256: digests.get(&path).cloned().unwrap_or_default(),
            path: format!("{id}/{path}"),
            bytes,
            title: title(&number, &cell("SUBJECT"), &cell("FILENAME"), cell("WITHHELD") == "Y"),
            told: Told {
                title: cell("SUBJECT"),
                from: cell("FROM"),
                to: cell("TO"),
                cc: cell("CC"),
                bcc: cell("BCC"),
                subject: cell("SUBJECT"),
                sent: when(&cell("DATESENT"), &cell("TIMESENT")),
                received: when(&cell("DATERCVD"), &cell("TIMERCVD")),
                custodians: cell("ALLCUSTODIANS"),
                ..Told::default()
            },
        });
    }
    let filled = list::filled(&template, &lines)?;
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        durable::replace(&path, text.as_bytes()).map_err(|error| FilingError::io(&path, error))
    };
    put("filing.csv", &list::csv(&lines))?;
    put("README.txt", &readme(repository, id, lines.len()))?;
    put("filing.xml", &filled)?;
    Ok(lines.len() as u64)
}

/// What the document is called in the document system.
fn title(number: &str, subject: &str, file: &str, withheld: bool) -> String {
    match (subject.trim(), file.trim(), withheld) {
        (_, _, true) => format!("{number} (withheld)"),
        ("", "", _) => number.to_owned(),
        ("", file, _) => format!("{number} {file}"),
        (subject, ..) => format!("{number} {subject}"),
    }
}

/// Day and time of the load file in one value.
fn when(day: &str, time: &str) -> String {
    format!("{day} {time}").trim().to_owned()
}

fn readme(repository: &Repository, id: ProductionId, documents: usize) -> String {
    let exercise = if repository.profile().exercise { "EXERCISE\n\n" } else { "" };
    let system = super::stub::system_name(repository);
    format!(
        "{exercise}PRODUCTION {id}\n{}\n\nThe production as it was delivered, in the folder {id}, and its {documents} documents for \
         {system}.\n\nfiling.xml    the list file for the import, written last\nfiling.csv    the same for people\n\nIt is a copy of what \
         was given out. No receipt is asked for.\n",
        repository.profile().city
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_called_by_its_number_and_never_by_what_is_withheld() {
        for (subject, file, withheld, called) in [
            ("Roads", "", false, "CB-00000001 Roads"),
            ("", "costs.csv", false, "CB-00000001 costs.csv"),
            ("", "", false, "CB-00000001"),
            ("Roads", "costs.csv", true, "CB-00000001 (withheld)"),
        ] {
            assert_eq!(title("CB-00000001", subject, file, withheld), called);
        }
        assert_eq!((when("03/02/2025", "14:05:11").as_str(), when("", "").as_str()), ("03/02/2025 14:05:11", ""));
    }
}
