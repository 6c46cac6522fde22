//! The listings as CSV (RFC 4180) for people with a spreadsheet: UTF-8 with its mark, and no cell that a spreadsheet
//! would run as a formula.

use super::names;
use crate::model::production::{BatesNumber, ProducedItem, PublicText};
use std::collections::BTreeMap;

/// Something withheld, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The number of its slip sheet; `None` when its whole family is withheld and has no numbers.
    pub number: Option<BatesNumber>,
    /// The kind, as a word.
    pub kind: PublicText,
    /// The statute or other basis.
    pub basis: PublicText,
    /// When it was sent: in litigation alone.
    pub sent: PublicText,
    /// Author: in litigation alone.
    pub from: PublicText,
    /// Recipients: in litigation alone.
    pub to: PublicText,
    /// Copied recipients: in litigation alone.
    pub cc: PublicText,
}

/// Something a receiver should know about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The first number of the document.
    pub number: BatesNumber,
    /// A plain sentence.
    pub sentence: PublicText,
    /// What is given of it all the same: pages, a slip sheet, the original file.
    pub given: PublicText,
}

/// The mark that makes spreadsheets read UTF-8.
const MARK: &str = "\u{feff}";

/// The head of `index.csv`.
pub fn index_head() -> String {
    let head = [
        "first number",
        "last number",
        "pages",
        "kind",
        "sent",
        "from",
        "to",
        "copied to",
        "blind copied to",
        "subject",
        "file name",
        "part of",
        "withheld",
        "PDF",
        "text",
        "original file",
        "why in this supplement",
    ];
    format!("{MARK}{}", own_row(&head))
}

/// The row of a document in `index.csv`; paths are relative to the file itself.
pub fn index_row(item: &ProducedItem) -> String {
    let own = |text: &dyn ToString| PublicText::released(text.to_string());
    let here = |path: &str| PublicText::released(path.strip_prefix("data/").unwrap_or(path));
    row(&[
        own(&item.first),
        own(&item.last),
        own(&item.pages),
        item.kind.clone(),
        item.sent.clone(),
        item.from.clone(),
        item.to.clone(),
        item.cc.clone(),
        item.bcc.clone(),
        item.subject.clone(),
        item.file_name.clone(),
        item.parent.as_ref().map(|parent| own(parent)).unwrap_or_default(),
        item.withheld.clone().unwrap_or_default(),
        here(&item.pdf_path),
        here(&item.text_path),
        item.native_path.as_deref().map(here).unwrap_or_default(),
        item.news.clone(),
    ])
}

/// `withholding-log.csv`: one row for each withheld item, with one basis each (Minn. Stat. § 13.03, subd. 3(f)). In
/// litigation also who wrote to whom and when, as Fed. R. Civ. P. 26(b)(5)(A) wants the claim to be assessable.
pub fn withholding_log(rows: &[Withheld], litigation: bool) -> String {
    let head: &[&str] = if litigation {
        &["number", "kind", "basis", "sent", "from", "to", "copied to"]
    } else {
        &["number", "kind", "basis"]
    };
    let mut out = format!("{MARK}{}", own_row(head));
    for one in rows {
        let number = one.number.as_ref().map_or("not numbered".to_owned(), ToString::to_string);
        let mut cells = vec![PublicText::released(number), one.kind.clone(), one.basis.clone()];
        if litigation {
            cells.extend([one.sent.clone(), one.from.clone(), one.to.clone(), one.cc.clone()]);
        }
        out.push_str(&row(&cells));
    }
    out
}

/// `withholding-summary.csv`: how many items of each kind are withheld on each basis. In litigation also the first and
/// the last day on which they were sent: the log by category that Fed. R. Civ. P. 26(f)(3)(D) lets the parties agree on.
pub fn withholding_summary(rows: &[Withheld], litigation: bool) -> String {
    let mut groups: BTreeMap<(&str, &str), (u64, Vec<&str>)> = BTreeMap::new();
    for one in rows {
        let group = groups.entry((one.basis.as_str(), one.kind.as_str())).or_default();
        group.0 += 1;
        group.1.extend(one.sent.as_str().split(' ').next().filter(|day| !day.is_empty()));
    }
    let head: &[&str] =
        if litigation { &["basis", "kind", "items", "first sent", "last sent"] } else { &["basis", "kind", "items"] };
    let mut out = format!("{MARK}{}", own_row(head));
    for ((basis, kind), (items, days)) in groups {
        let count = items.to_string();
        let mut cells = vec![basis, kind, &count];
        if litigation {
            cells.extend([days.iter().min().copied().unwrap_or(""), days.iter().max().copied().unwrap_or("")]);
        }
        out.push_str(&row(&cells.into_iter().map(PublicText::released).collect::<Vec<_>>()));
    }
    out
}

/// `remarks.csv`, the report of exceptions: what could not be shown as it is, and what is given in its place.
pub fn remarks(rows: &[Remark]) -> String {
    let mut out = format!("{MARK}{}", own_row(&["number", "remark", "given"]));
    for one in rows {
        let number = PublicText::released(one.number.to_string());
        out.push_str(&row(&[number, one.sentence.clone(), one.given.clone()]));
    }
    out
}

fn own_row(words: &[&str]) -> String {
    row(&words.iter().map(|word| PublicText::released(*word)).collect::<Vec<_>>())
}

/// One CSV row with CRLF.
pub fn row(cells: &[PublicText]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(&shown(cell.as_str()))).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell as it is written: an apostrophe before what a spreadsheet takes for a formula (OWASP ASVS 5.0, 1.2.10), and
/// no control characters but line breaks and tabs inside.
pub fn shown(cell: &str) -> String {
    let clean: String = cell.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    let formula = clean.starts_with(['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{clean}") } else { clean }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// Rows of a listing, head first, for checking; `None` when it is not CSV.
pub fn read(bytes: &[u8]) -> Option<Vec<Vec<String>>> {
    let bytes = bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|record| record.ok().map(|one| one.iter().map(str::to_owned).collect())).collect()
}

/// The listings every production has.
pub const LISTINGS: [&str; 4] = [names::INDEX_HTML, names::INDEX_CSV, names::WITHHOLDING_LOG, names::REMARKS];

#[cfg(test)]
mod tests {
    use super::super::columns::tests::sample;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_is_one_row_that_runs_nothing() {
        let text = format!("{}{}", index_head(), index_row(&sample(1, 2)));
        let rows = read(text.as_bytes()).expect("CSV");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].len(), rows[1].len());
        assert_eq!(rows[1][9], "Ridgeview, \"phase 2\"\n=cost");
        assert_eq!(rows[1][13], "VOL001/PDF/0001/CB-00000001.pdf");
        for (cell, written) in
            [("=1+1", "'=1+1"), ("+1", "'+1"), ("@x", "'@x"), ("-", "'-"), ("a=b", "a=b"), ("\0=1", "'=1")]
        {
            assert_eq!(shown(cell), written, "{cell:?}");
        }
    }

    #[test]
    fn the_log_tells_parties_in_litigation_alone() {
        let own = PublicText::released;
        let one = Withheld {
            number: None,
            kind: own("email"),
            basis: own("Minn. Stat. § 13.393"),
            sent: own("2025-01-01"),
            from: own("attorney"),
            to: own("clerk"),
            cc: own("manager"),
        };
        let summary = withholding_summary(&[one.clone(), one.clone()], true);
        assert!(summary.ends_with("Minn. Stat. § 13.393,email,2,2025-01-01,2025-01-01\r\n"), "{summary}");
        assert!(withholding_summary(std::slice::from_ref(&one), false).ends_with("email,1\r\n"));
        assert!(!withholding_log(std::slice::from_ref(&one), false).contains("attorney"));
        assert!(
            withholding_log(&[one], true)
                .contains("not numbered,email,Minn. Stat. § 13.393,2025-01-01,attorney,clerk,manager")
        );
    }

    proptest! {
        #[test]
        fn any_cell_comes_back_as_it_is_shown(cells in prop::collection::vec("(\\PC|[,\"\r\n\t=+@-])*", 2..5)) {
            let public: Vec<PublicText> = cells.iter().map(PublicText::released).collect();
            let rows = read(row(&public).as_bytes()).expect("CSV");
            let expected: Vec<String> = cells.iter().map(|cell| shown(cell)).collect();
            prop_assert_eq!(rows, vec![expected]);
        }
    }
}
