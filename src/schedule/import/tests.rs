//! Phrases as clerks write them, tables as clerks keep them.

use super::*;
use crate::model::retention::Period;
use crate::schedule::parse;
use proptest::prelude::*;

fn read(text: &str) -> Result<String, String> {
    let phrase = read_phrase(text, None, None)?;
    let maximum = phrase.maximum.map(|maximum| format!(" / at most {}", spell(&maximum))).unwrap_or_default();
    let archival = if phrase.archival { " / archival" } else { "" };
    Ok(format!("{}{maximum}{archival}", spell(&phrase.keep)))
}

#[test]
fn phrases_are_understood() {
    // Wordings of the Minnesota general schedule and of published schedules of other states, and how clerks shorten them.
    let cases = [
        ("3 years", "3 years after created"),
        ("Three (3) years", "3 years after created"),
        ("Retain for 3 yrs.", "3 years after created"),
        ("18 mos", "18 months after created"),
        ("2 weeks", "14 days after created"),
        ("6yrs", "6 years after created"),
        ("365 days", "365 days after created"),
        ("at least one year", "1 year after created"),
        ("minimum 90 days", "90 days after created"),
        ("6 yrs after audit", "6 years after audited"),
        ("Permanent", "permanent"),
        ("Perm.", "permanent"),
        ("retain permanently", "permanent"),
        ("Maintained indefinitely", "permanent"),
        ("Permanent, archival", "permanent / archival"),
        ("Until superseded", "until superseded"),
        ("Superseded/Obsolete", "until superseded"),
        ("after superseded, obsolete, or rescinded", "until superseded"),
        ("until read", "until read"),
        ("Destroy when no longer needed", "until business-need-ends"),
        ("after no longer administratively useful", "until business-need-ends"),
        ("1 year after contract ends, then destroy", "1 year after contract-ended"),
        ("10 years after expiration of contract", "10 years after contract-ended"),
        ("1 year after action completed", "1 year after action-completed"),
        ("6 years after separation", "6 years after employee-separated"),
        ("5 years after case closed", "5 years after case-closed"),
        ("10 years after project completion", "10 years after project-completed"),
        ("3 months after formal approval of written minutes", "3 months after minutes-approved"),
        ("3 years after end of calendar year", "3 years after calendar-year-end of created"),
        ("after end of calendar year", "0 days after calendar-year-end of created"),
        ("Fiscal year close + 6 years", "6 years after fiscal-year-end of created"),
        ("Current fiscal year plus 6 years", "6 years after fiscal-year-end of created"),
        ("6 years after end of fiscal year of final payment", "6 years after fiscal-year-end of paid"),
        ("Complete + 1 years", "1 year after completed"),
        ("Superseded/Obsolete + 3 years", "3 years after superseded"),
        ("Received + 2 years", "2 years after received"),
        ("2 years from date of receipt", "2 years after received"),
        ("3 years or until audited, whichever is later", "latest of 3 years after created | until audited"),
        ("3 years and until audited", "latest of 3 years after created | until audited"),
        ("3 years or until superseded, whichever comes first", "earliest of 3 years after created | until superseded"),
        (
            "2 years after received or expired, whichever is later",
            "latest of 2 years after received | 2 years after expired",
        ),
        ("2 years after permit revoked", "2 years after permit-revoked"),
        (
            "no later than 7 days after creation",
            "review: only a maximum is written; say how long it is kept at least / at most 7 days after created",
        ),
        (
            "not more than two years",
            "review: only a maximum is written; say how long it is kept at least / at most 2 years after created",
        ),
        ("3 years then transfer to State Archives", "3 years after created / archival"),
        ("permanent or 3 years, whichever is longer", "latest of permanent | 3 years after created"),
        ("until audited or permanently, whichever is longer", "latest of until audited | permanent"),
        ("3 years and after audit", "latest of 3 years after created | until audited"),
        // A length that is said once counts for each part that has none of its own.
        (
            "2 years after received or 3 years after paid, whichever is later",
            "latest of 2 years after received | 3 years after paid",
        ),
        (
            "2 years after received or until audited, whichever is later",
            "latest of 2 years after received | until audited",
        ),
        (
            "until approval after hearing or paid, whichever is later",
            "latest of until approval-after-hearing | until paid",
        ),
        (
            "2 years after approval after hearing or paid, whichever is later",
            "latest of 2 years after approval-after-hearing | 2 years after paid",
        ),
        ("until 3 years after separation", "3 years after employee-separated"),
        ("until approval after hearing", "until approval-after-hearing"),
        ("Retain for three (3) years", "3 years after created"),
        ("3 years \u{3c9}", "3 years after created"),
        ("3 years \u{2013}", "3 years after created"),
        ("2 years after nonarchival", "2 years after nonarchival"),
        ("2 years after sign-off", "2 years after sign-off"),
        ("2 years after expungement", "2 years after expungement"),
        ("2 years after aa bb cc dd ee ff", "2 years after aa-bb-cc-dd-ee-ff"),
        ("3 years after the date of audit", "3 years after audited"),
        ("3 years after date of burial", "3 years after date-of-burial"),
        ("End of calendar year", "0 days after calendar-year-end of created"),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let found = read(text);
        if found.as_deref() != Ok(expected) {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_could_mean_two_things_is_not_guessed() {
    // Each is a period that a hasty reading would make too short.
    let cases = [
        ("", "no retention is written"),
        ("1 to 3 years", "“1 to 3 years” has more words"),
        ("1-3 years", "has more words"),
        ("31 to 90 days, edition-dependent", "“dependent” makes it depend"),
        ("10 years after expiration (6 in some editions)", "makes it depend"),
        ("5 years after filing if elected, or 5 years after leaving office", "“if” makes it depend"),
        ("normally not more than two years", "“normally” makes it depend"),
        ("delete immediately", "“immediately” makes it depend"),
        ("3 years unless litigation", "“unless” makes it depend"),
        ("See Statute", "“see” makes it depend"),
        ("3 years or 5 years", "does not say which of them counts"),
        ("3 years after end of state fiscal year", "“state” makes it depend"),
        ("3", "does not say whether it counts days, months or years"),
        ("999 years", "longer than any period"),
        ("3 decades", "is no day"),
        ("Life of the building", "is no length of time"),
        ("then transfer to State Archives", "not how long to keep"),
        ("until 2019", "is no date of an item"),
        ("whichever is later", "names only one"),
        ("two (3) years", "“(3)” makes it depend"),
        ("(3) years", "“(3)” makes it depend"),
        ("3 years [audit]", "“[audit]” makes it depend"),
        ("2 years after form 12", "no single event"),
        ("2 years after audit and payment", "no single event"),
        ("2 years after aa bb cc dd ee ff gg", "no single event"),
    ];
    let mut wrong = Vec::new();
    for (text, words) in cases {
        match read(text) {
            Err(reason) if reason.contains(words) => {}
            other => wrong.push(format!("{text}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read(&"3 years ".repeat(60)).unwrap_err().contains("longer than any period"));
    let padded = |length: usize| format!("3 years{}", " ".repeat(length - 7));
    assert!(read(&padded(240)).is_ok(), "as long as a phrase may be");
    assert!(read(&padded(241)).is_err(), "and one character more");
}

#[test]
fn what_was_understood_with_a_doubt_is_remarked() {
    let made_up = "“permit revoked” was made the event permit-revoked; it counts only once somebody records it";
    let year = "the year was read as the calendar year";
    let table: [(&str, &[&str]); 11] = [
        ("3 years", &[]),
        ("6 years after audit", &[]),
        ("until superseded", &[]),
        ("2 years after permit revoked", &[made_up]),
        ("until permit revoked", &[made_up]),
        ("3 years after end of year", &[year]),
        ("3 years after year end", &[year]),
        ("Current year + 3 years", &[year]),
        ("3 years after end of calendar year", &[]),
        ("indefinitely", &["“indefinitely” was read as permanent"]),
        ("within 7 days", &["a maximum was read, and no minimum; say how long it is kept at least"]),
    ];
    for (text, remarks) in table {
        assert_eq!(read_phrase(text, None, None).unwrap().remarks, remarks, "{text}");
    }
}

#[test]
fn columns_say_what_a_number_counts_and_what_it_counts_from() {
    let phrase =
        |text, unit: Option<fn(u32) -> Period>, from| read_phrase(text, unit, from).map(|one| spell(&one.keep));
    assert_eq!(phrase("7", Some(Period::Years), None).unwrap(), "7 years after created");
    assert_eq!(phrase("7", Some(Period::Months), Some("Case closed")).unwrap(), "7 months after case-closed");
    assert_eq!(phrase("6 years", None, Some("After audit")).unwrap(), "6 years after audited");
    assert_eq!(
        phrase("6 years after sent", None, Some("audit")).unwrap(),
        "6 years after sent",
        "the phrase counts first"
    );
    assert_eq!(phrase("6 years", None, Some(" ")).unwrap(), "6 years after created", "nothing to count from");
    // Codes of Texas schedules, as a column has them.
    let texas = |text| phrase(text, Some(Period::Years), None).unwrap();
    assert_eq!(
        ["AC+2", "FE+3", "US", "AV", "CE+1", "LA+3", "PM"].map(texas),
        [
            "2 years after case-closed",
            "3 years after fiscal-year-end of created",
            "until superseded",
            "until business-need-ends",
            "1 year after calendar-year-end of created",
            "3 years after asset-disposed",
            "permanent",
        ]
    );
}

fn table(rows: &[&[&str]]) -> Table {
    let rows = rows.iter().enumerate().map(|(at, row)| (at + 1, row.iter().map(|cell| (*cell).to_owned()).collect()));
    Table { name: String::new(), rows: rows.collect() }
}

fn wanted() -> Wanted {
    Wanted {
        key: "cedar-bend-2021".to_owned(),
        title: "Cedar Bend \"general\" schedule".to_owned(),
        effective_on: NaiveDate::from_ymd_opt(2021, 3, 31).unwrap(),
        source: "schedule.xlsx".to_owned(),
        columns: BTreeMap::new(),
    }
}

#[test]
fn a_table_becomes_a_schedule_file_that_checks_and_authorises_nothing() {
    let rows: &[&[&str]] = &[
        &["City of Cedar Bend", "", "", "", "", "", ""],
        &["Code", "Record Series", "Description", "Retention Period", "MGDPA", "Statute", "Archival"],
        &["ADMINISTRATION", "", "", "", "", "", ""],
        &["ADM 1", "Correspondence", "General \"letters\"", "3 years", "Public", "15.17", "N"],
        &["ADM 2", "Minutes", "Signed", "Permanent", "Public", "412.151", "Yes"],
        &["ADM 3", "Correspondence", "Mayor's", "6 yrs after audit", "Public\nor private", "", "maybe"],
        &["", "", "", "", "", "", ""],
        &["Code", "Record Series", "Description", "Retention Period", "MGDPA", "Statute", "Archival"],
        &["ADM 4", "Bids", "", "1 to 3 years", "", "", ""],
        &["", "", "a description that ran over", "", "", "", ""],
        &["ADM 5", "Bonds", "", "", "", "", ""],
    ];
    let made = import(&[table(rows)], &wanted()).unwrap();
    // The section has a code and nothing else, and the headings stand there a second time.
    assert_eq!((made.rows, made.understood, made.for_review, made.headings), (8, 3, 2, 2), "{made:#?}");
    let noted: Vec<(usize, &str)> = made.not_understood.iter().map(|one| (one.line, one.title.as_str())).collect();
    assert_eq!(noted, [(9, "Bids"), (10, "a description that ran over"), (11, "Bonds")]);
    assert_eq!(made.rows, made.understood + made.for_review + made.headings + 1, "and one has no title");
    let edition = parse(&made.toml).unwrap();
    assert!(matches!(edition.authority, crate::model::retention::Authority::Starter { .. }));
    assert_eq!(edition.title, "Cedar Bend \"general\" schedule");
    let keys: Vec<&str> = edition.rules.iter().map(|rule| rule.series.as_str()).collect();
    assert_eq!(keys, ["correspondence", "minutes", "correspondence-adm-3", "bids", "bonds"]);
}

#[test]
fn everything_a_line_of_a_table_says_stands_in_the_schedule() {
    let rows: &[&[&str]] = &[
        &[
            "No.",
            "Title",
            "Scope",
            "Retention (years)",
            "Trigger",
            "Maximum",
            "Law",
            "MGDPA",
            "Archival",
            "Dept",
            "Shelf",
        ],
        &["", "POLICE", "", "", "", "", "", "", "", "", ""],
        &[
            "P 1",
            "Drone data",
            "From the air",
            "1",
            "Case closed",
            "within 7 days",
            "626.19",
            "Private",
            "no",
            "",
            "12",
        ],
        &["P 2", "Logs", "", "2 years, archival", "", "5 years", "", "", "", "Police, Fire", ""],
        &["P 3", "Maps", "", "3 years", "", "permanent", "", "", "X (old ones)", "", ""],
        &["P 4", "Plats", "", "", "", "", "", "", "perhaps", "", ""],
        &["P 5", "", "", "no later than 30 days", "", "", "", "", "-", "", ""],
    ];
    let made = import(&[table(rows)], &wanted()).unwrap();
    let edition = parse(&made.toml).unwrap();
    let told: Vec<String> = edition
        .rules
        .iter()
        .map(|rule| {
            let maximum = rule.maximum.as_ref().map(spell).unwrap_or_default();
            let what = [&rule.code, &rule.title, &rule.description, &spell(&rule.term), &maximum, &rule.as_written];
            let what = what.map(String::as_str).join(" | ");
            format!("{what} | {} | {} | {} | {:?}", rule.statute, rule.classification, rule.archival, rule.departments)
        })
        .collect();
    assert_eq!(
        told,
        [
            "P 1 | Drone data | From the air | 1 year after case-closed | 7 days after created | 1; from: Case closed | 626.19 | \
             Private | false | []",
            "P 2 | Logs |  | 2 years after created | 5 years after created | 2 years, archival |  |  | true | [\"Police\", \
             \"Fire\"]",
            "P 3 | Maps |  | 3 years after created |  | 3 years |  |  | true | []",
            "P 4 | Plats |  | review: nothing is written (no retention is written) |  | review: nothing is written (no \
             retention is written) |  |  | true | []",
            "P 5 | P 5 |  | review: only a maximum is written; say how long it is kept at least | 30 days after created | no \
             later than 30 days |  |  | false | []",
        ]
    );
    assert!(made.toml.contains("\n# POLICE\n"), "a heading of a section stays as a comment");
    assert_eq!(made.columns_left_out, ["Shelf"]);
    let noted: Vec<(&str, &str)> =
        made.not_understood.iter().map(|one| (one.title.as_str(), one.reason.as_str())).collect();
    assert_eq!(
        noted,
        [("Maps", "the maximum is left out: a maximum cannot be permanent"), ("Plats", "no retention is written"),]
    );
    let remarked: Vec<&str> = made.remarks.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(remarked, ["Plats", "P 5"], "an archival flag nobody can read, and a maximum alone");
}

#[test]
fn a_table_is_read_by_code_or_title_and_not_without_its_retention() {
    let by_code: &[&[&str]] = &[&["Code", "Retention"], &["ADM 1", "3 years"]];
    assert_eq!(parse(&import(&[table(by_code)], &wanted()).unwrap().toml).unwrap().rules[0].title, "ADM 1");
    for rows in [&[&["Title", "Statute"], &["Letters", "15.17"]], &[&["Retention", "Statute"], &["3 years", "15.17"]]] {
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        assert!(matches!(import(&[table(&rows)], &wanted()), Err(ImportError::NoHeadings { .. })), "{rows:?}");
    }
    // Of several tables without headings the one that came nearest is told.
    let far: &[&[&str]] = &[&["Remarks", " ", "Shelf"]];
    let near: &[&[&str]] = &[&["Title", "Shelf"]];
    for tables in [[table(far), table(near)], [table(near), table(far)]] {
        let error = import(&tables, &wanted()).unwrap_err();
        assert_eq!(error, ImportError::NoHeadings { found: "Title, Shelf".to_owned() });
    }
    // A heading that the clerk gave to one column is not taken for another as well.
    let mut given = wanted();
    given.columns.insert(Column::Description, "Title".to_owned());
    let both: &[&[&str]] = &[&["Title", "Series", "Retention"], &["About letters", "Letters", "3 years"]];
    let edition = parse(&import(&[table(both)], &given).unwrap().toml).unwrap();
    assert_eq!((edition.rules[0].title.as_str(), edition.rules[0].description.as_str()), ("Letters", "About letters"));
}

#[test]
fn whatever_stands_in_a_table_what_is_written_reads_back() {
    let nasty = "a\"b\\c\u{0}\u{1b}\nd ''' \"\"\" # [x] \u{202e}é";
    let rows: &[&[&str]] = &[
        &["Title", "Retention", "Description", "Dept"],
        &[nasty, nasty, nasty, nasty],
        &["§§§", "3 years", "", ";,;"],
        &["§§§", "3 years", "", "Police; Fire"],
    ];
    let made = import(&[table(rows)], &wanted()).unwrap();
    let edition = parse(&made.toml).unwrap();
    assert_eq!(edition.rules.len(), 3);
    assert_eq!(edition.rules[2].departments, ["Police", "Fire"]);
    assert_eq!(edition.rules[1].series, "series");
    assert_eq!(edition.rules[2].series, "series-2");
}

#[test]
fn a_table_without_headings_says_what_it_found_and_a_mapping_helps() {
    let rows: &[&[&str]] = &[&["What", "How many years"], &["Letters", "3 years"]];
    let error = import(&[table(rows)], &wanted()).unwrap_err();
    assert!(error.to_string().contains("What, How many years"), "{error}");
    let mut mapped = wanted();
    mapped.columns.insert(Column::Title, "what".to_owned());
    mapped.columns.insert(Column::Retention, "How many years".to_owned());
    assert_eq!(import(&[table(rows)], &mapped).unwrap().understood, 1);
    mapped.columns.insert(Column::Statute, "Law".to_owned());
    assert_eq!(import(&[table(rows)], &mapped), Err(ImportError::NoSuchHeading { heading: "Law".to_owned() }));
}

proptest! {
    #[test]
    fn no_phrase_makes_it_panic_and_what_is_read_is_written(text in "\\PC{0,60}") {
        if let Ok(phrase) = read_phrase(&text, Some(Period::Years), None) {
            prop_assert_eq!(crate::schedule::parse_term(&spell(&phrase.keep)), Ok(phrase.keep));
        }
    }

    #[test]
    fn every_row_is_a_series_a_heading_or_in_the_report(cells in proptest::collection::vec(("[a-zé\"\\\\ ]{0,8}", "(3 years|Permanent|until [a-z]{1,6}|\\PC{0,12})"), 0..20)) {
        let mut rows = vec![(1, vec!["Title".to_owned(), "Retention".to_owned()])];
        rows.extend(cells.iter().enumerate().map(|(at, (title, keep))| (at + 2, vec![title.clone(), keep.clone()])));
        let made = import(&[Table { name: String::new(), rows }], &wanted()).unwrap();
        let nameless = made.not_understood.iter().filter(|one| one.reason.contains("neither a title")).count();
        prop_assert_eq!(made.rows, made.understood + made.for_review + made.headings + nameless);
        if made.understood + made.for_review > 0 {
            let edition = parse(&made.toml);
            prop_assert!(edition.is_ok(), "{:?}\n{}", edition, made.toml);
        }
    }
}
