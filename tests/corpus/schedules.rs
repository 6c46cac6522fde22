//! The import of schedules over published ones: how many lines are understood, and that none is understood shorter than
//! an independent reading of the same line.
//!
//! The tables (Virginia, North Carolina, Texas and a few Minnesota lines, each with a reading of its own in a small
//! grammar) are not part of the project. Without them the test says "skipped".

use crate::place::corpora;
use chrono::NaiveDate;
use recordroom::retention::read_tables;
use recordroom::schedule::{Wanted, import, parse, spell};
use std::collections::BTreeMap;

/// The independent reading as a term of ours, for the forms that say one plain period; `None` for every other.
fn reading(machine: &str) -> Option<String> {
    let period = |text: &str| -> Option<String> {
        let (count, unit) = text.strip_prefix('P')?.split_at(text.len() - 2);
        let unit = match unit {
            "Y" => "year",
            "M" => "month",
            "D" => "day",
            _ => return None,
        };
        Some(format!("{count} {unit}{}", if count == "1" { "" } else { "s" }))
    };
    match machine.split_once('+') {
        _ if machine == "permanent" => Some("permanent".to_owned()),
        None => Some(format!("{} after created", period(machine)?)),
        Some(("cutoff:CYE", length)) => Some(format!("{} after calendar-year-end of created", period(length)?)),
        Some(("cutoff:FYE", length)) => Some(format!("{} after fiscal-year-end of created", period(length)?)),
        Some((event, length)) if event.starts_with("event:") || event.starts_with("until:") => {
            Some(format!("{} after an event", period(length)?))
        }
        Some(_) => None,
    }
}

/// The same with whatever event named alike.
fn without_event(term: &str) -> String {
    match term.split_once(" after ") {
        Some((length, from)) if from != "created" && !from.ends_with("-end of created") => {
            format!("{length} after an event")
        }
        _ => term.to_owned(),
    }
}

#[test]
fn published_schedules_are_understood_or_reported_and_never_shortened() {
    let Some(folder) = corpora("../reference") else { return };
    let read = |file: &str| {
        let bytes = std::fs::read(folder.join(file)).expect("readable");
        read_tables(&bytes).expect("a table").remove(0)
    };
    let all = read("series_other_states.csv");
    // Texas prints years as bare numbers ("AC+2"), which the heading of its column says.
    let mut texas = all.clone();
    texas.rows.retain(|(line, cells)| *line == 1 || cells[0].contains("Texas"));
    texas.rows[0]
        .1
        .iter_mut()
        .filter(|name| *name == "retention_text")
        .for_each(|name| *name = "Retention (years)".to_owned());
    let count = texas.rows.len() - 1;
    for (file, table, rows, least) in [
        ("all of three states", all, 897, 600),
        ("Texas with its unit", texas, count, count * 9 / 10),
        ("Minnesota", read("series_minnesota.csv"), 37, 16),
    ] {
        let tables = [table];
        let wanted = Wanted {
            key: "published".to_owned(),
            title: "Published".to_owned(),
            effective_on: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"),
            source: file.to_owned(),
            columns: BTreeMap::new(),
        };
        let made = import(&tables, &wanted).expect("imported");
        let edition = parse(&made.toml).expect("it checks");
        assert_eq!(made.rows, rows, "{file}");
        assert_eq!(edition.rules.len(), rows, "every line is in the file");
        let column = tables[0].rows[0].1.iter().position(|name| name == "retention_machine").expect("a reading");
        let (mut agree, mut differ) = (0, Vec::new());
        for (rule, (line, cells)) in edition.rules.iter().zip(&tables[0].rows[1..]) {
            let ours = spell(&rule.term);
            if let Some(theirs) =
                reading(&cells[column]).filter(|_| !ours.starts_with("review:") && !ours.contains('|'))
            {
                if without_event(&ours) == theirs {
                    agree += 1;
                } else {
                    differ.push(format!("line {line}: {}: {ours}, and the other reading is {theirs}", rule.as_written));
                }
            }
        }
        eprintln!(
            "{file}: {} rows, {} understood, {} for review; {agree} agree with the independent reading, {} differ",
            made.rows,
            made.understood,
            made.for_review,
            differ.len()
        );
        assert!(differ.is_empty(), "{}", differ.join("\n"));
        assert!(made.understood >= least, "{} of {rows}", made.understood);
    }
}
