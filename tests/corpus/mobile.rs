//! Real texts, calls and contacts of many programs: what is found is compared with what others found in the same
//! files.

use crate::expected::{Account, Fact, Known, facts};
use crate::held::Held;
use crate::place::corpora;
use recordroom::model::item::ParsedItem;
use recordroom::model::provenance::ContainerFormat;
use recordroom::model::record::{Direction, RecordKind, Role, SourceTime};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Folders that are read from end to end.
const FOLDERS: [&str; 5] = ["sms_backup_restore", "cdr_asterisk", "cdr_cisco_cucm", "vcard", "imazing"];

/// Differences that are known, each with its reason: (file, fact, what we find, why).
const KNOWN: &[Known] = &[
    (
        "sms_backup_restore/shruggie_edge_cases.xml",
        "mms[0]",
        "in|2021-01-01T03:00:00.000Z|from=+15557778888|to=|cc=|",
        "it has no addresses with roles; received from one number, that number is the sender",
    ),
    (
        "vcard/John_Doe_BLACK_BERRY.vcf",
        "card[0]",
        "FN=John Doe|TEL=[\"+96123456789\"]|E164=[\"+96123456789\"]|EMAIL=[]|PHOTO=1",
        "of other countries only the length and the country code are asked; the digits are the same",
    ),
    (
        "vcard/John_Doe_GMAIL.vcf",
        "card[0]",
        "FN=Mr. John Richter, James Doe Sr.|TEL=[\"905-555-1234\", \"905-666-1234\"]|E164=[\"+19055551234\", \"+19056661234\"]|EMAIL=[\"john.doe@ibm.com\"]|PHOTO=0",
        "the other reader cuts the name at its comma",
    ),
    (
        "vcard/smsbackuprestore_test.vcf",
        "card[0]",
        "FN=Simon Perreault|TEL=[\"(123) 555-5832\"]|E164=[\"invalid\"]|EMAIL=[\"simon.perreault@viagenie.ca\"]|PHOTO=0",
        "its photo is a link and no file",
    ),
];

/// An expectation in the words in which we answer: the library's number of a wrong number, and the address of an MMS
/// that its parties tell again, are left out.
fn asked(fact: &Fact) -> String {
    let mut value = fact.value.clone();
    if fact.name.starts_with("mms[") {
        value = value.split('|').filter(|part| !part.starts_with("address=")).collect::<Vec<_>>().join("|");
    }
    while let Some(at) = value.find(" (invalid)") {
        let start = value[..at].rfind(['"', ' ']).map_or(0, |quote| quote + 1);
        value.replace_range(start..at + " (invalid)".len(), "invalid");
    }
    value
}

fn moment(time: Option<&SourceTime>) -> String {
    time.map_or("unknown".into(), |time| time.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

fn way(parsed: &ParsedItem) -> &'static str {
    match (parsed.direction, parsed.facts.get("status").map(String::as_str)) {
        (Direction::In, _) => "in",
        (Direction::Out, _) => "out",
        (_, Some("draft, not sent")) => "type3",
        _ => "unknown",
    }
}

fn own_time(parsed: &ParsedItem) -> String {
    moment(parsed.received_at.as_ref().or(parsed.sent_at.as_ref()))
}

fn said<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn of_kind<'a>(holding: &'a Held, kind: &str) -> Vec<&'a ParsedItem> {
    let all = holding.parsed().iter();
    all.filter(|one| one.facts.get("message kind").is_some_and(|found| found == kind)).collect()
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let told: Vec<String> = counts.iter().map(|(word, count)| format!("\"{word}\": {count}")).collect();
    format!("{{{}}}", told.join(", "))
}

fn code(word: &str) -> &'static str {
    match word {
        "received" | "incoming" => "1",
        "sent" | "outgoing" => "2",
        "draft, not sent" | "missed" => "3",
        "voicemail" => "4",
        _ => "?",
    }
}

fn text_line(one: &ParsedItem) -> String {
    let party = &one.parties[0];
    format!("{}|{}|{}|{}|{}", way(one), own_time(one), party.address, said(&party.name, "None"), one.body)
}

fn mms_line(one: &ParsedItem) -> String {
    let of = |role| {
        let all = one.parties.iter().filter(|party| party.role == role);
        all.map(|party| party.address.as_str()).collect::<Vec<_>>().join(",")
    };
    format!(
        "{}|{}|from={}|to={}|cc={}|{}",
        way(one),
        own_time(one),
        of(Role::From),
        of(Role::To),
        of(Role::Cc),
        one.body
    )
}

fn call_line(one: &ParsedItem) -> String {
    let party = &one.parties[0];
    format!(
        "type {}|{}|{} -> {}|{}s|{}",
        code(&one.facts["outcome"]),
        moment(one.sent_at.as_ref()),
        party.address,
        party.normal.as_deref().unwrap_or("invalid"),
        one.duration.map_or(0, |one| one.seconds),
        said(&party.name, "(Unknown)"),
    )
}

fn card_line(one: &ParsedItem) -> String {
    let list = |values: Vec<&str>| {
        format!("[{}]", values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", "))
    };
    let mail = |address: &str| address.contains('@');
    let numbers: Vec<_> =
        one.parties.iter().filter(|party| !mail(&party.address) && !party.address.is_empty()).collect();
    format!(
        "FN={}|TEL={}|E164={}|EMAIL={}|PHOTO={}",
        one.subject,
        list(numbers.iter().map(|party| party.address.as_str()).collect()),
        list(numbers.iter().map(|party| party.normal.as_deref().unwrap_or("invalid")).collect()),
        list(one.parties.iter().map(|party| party.address.as_str()).filter(|address| mail(address)).collect()),
        one.attachments.len(),
    )
}

fn asterisk_line(one: &ParsedItem) -> String {
    let cell = |name: &str| one.facts.get(name).cloned().unwrap_or_default();
    format!(
        "src {}|dst {}|start {}|answer {}|end {}|dur {}|billsec {}|{}|uniqueid {}",
        one.parties[0].address,
        one.parties[1].address,
        one.sent_at.as_ref().map_or("", |time| time.as_written.as_str()),
        cell("answer"),
        cell("end"),
        cell("duration"),
        one.duration.map_or(0, |one| one.seconds),
        cell("disposition"),
        cell("uniqueid"),
    )
}

fn imazing_line(one: &ParsedItem) -> String {
    let columns = ["Call type", "Date", "Duration", "Number", "Contact", "Location", "Service"];
    columns.map(|name| format!("{name}={}", one.facts.get(name).map_or("", String::as_str))).join("|")
}

fn cisco_line(one: &ParsedItem) -> String {
    let at = |name: &str| {
        let seconds = one.facts[name].parse().expect("a count");
        chrono::DateTime::from_timestamp(seconds, 0).expect("a moment").format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    };
    format!(
        "from {} to {}|orig {}|connect {}|disconnect {}|{}s",
        one.parties[0].address,
        one.parties[1].address,
        moment(one.sent_at.as_ref()),
        at("dateTimeConnect"),
        at("dateTimeDisconnect"),
        one.duration.map_or(0, |one| one.seconds),
    )
}

/// How many hours the local time is ahead of the moment, row by row.
fn proved_hours(holding: &Held) -> String {
    let hours: Vec<String> = holding
        .parsed()
        .iter()
        .filter_map(|one| one.sent_at.as_ref())
        .map(|time| {
            let local = chrono::NaiveDateTime::parse_from_str(&time.as_written, "%Y-%m-%d %H:%M:%S").expect("local");
            ((local.and_utc() - time.at).num_minutes() / 60).to_string()
        })
        .collect();
    counted(hours.iter().map(String::as_str))
}

/// What was read out of rows, elements and cards; the file of lines that are no calls is none of them.
fn rows_of(holding: &Held) -> impl Iterator<Item = &ParsedItem> {
    holding.parsed().iter().filter(|one| one.kind != RecordKind::File)
}

fn rows(holding: &Held) -> usize {
    rows_of(holding).count()
}

/// What we say about a fact; `None` where we say nothing of the kind.
fn ours(holding: &Held, fact: &Fact) -> Option<String> {
    let (name, index) = fact.numbered();
    let (sms, mms) = (of_kind(holding, "sms"), of_kind(holding, "mms"));
    let statuses = |all: &[&ParsedItem]| counted(all.iter().map(|one| code(&one.facts["status"])));
    let seconds = || holding.parsed().iter().filter_map(|one| one.duration).map(|one| one.seconds).sum::<u64>();
    let at = |all: &[ParsedItem], line: fn(&ParsedItem) -> String| Some(all.get(index).map_or("none".into(), line));
    if fact.file.starts_with("imazing/messages") {
        return None;
    }
    let is_cisco = fact.file.starts_with("cdr_cisco");
    match name {
        "root" => Some(match holding.opened.first()? {
            ContainerFormat::SmsBackupRestoreCalls => "calls".into(),
            ContainerFormat::SmsBackupRestore => "smses".into(),
            other => other.to_string(),
        }),
        "count_attribute" => Some(holding.declared.map_or("none".into(), |count| count.to_string())),
        "sms_elements" => Some(sms.len().to_string()),
        "mms_elements" => Some(mms.len().to_string()),
        // Others count rows of calls; the file of lines that are no calls is no row and has no duration.
        "call_elements" | "records_total" | "cards" | "rows" | "data_rows" => Some(rows(holding).to_string()),
        "BEGIN_VCARD_lines" => Some((holding.items.len() + holding.exceptions.len()).to_string()),
        "complete_records_before_the_break" => Some(counted(holding.items.iter().map(|_| "item"))),
        "sms_by_type" => Some(statuses(&sms)),
        "mms_by_msg_box" => Some(statuses(&mms)),
        "calls_by_type" => Some(counted(holding.parsed().iter().map(|one| code(&one.facts["outcome"])))),
        "total_duration_s" | "sum_billsec" => Some(seconds().to_string()),
        "attachment_parts" => Some(holding.parsed().iter().map(|one| one.attachments.len()).sum::<usize>().to_string()),
        "attachment" => {
            let one = holding.parsed().iter().flat_map(|one| &one.attachments).nth(index)?;
            let digest = one.sha256.map_or("none".to_owned(), |digest| digest.to_string());
            Some(format!("{}|{}|{} bytes|sha256 {digest}", one.claimed_type, one.name, one.bytes))
        }
        "sms" => Some(sms.get(index).map_or("none".into(), |one| text_line(one))),
        "mms" => Some(mms.get(index).map_or("none".into(), |one| mms_line(one))),
        "call" if is_cisco => at(holding.parsed(), cisco_line),
        "call" => at(holding.parsed(), call_line),
        "card" => at(holding.parsed(), card_line),
        "row" if fact.file.starts_with("cdr_asterisk") => at(holding.parsed(), asterisk_line),
        "row" if fact.file.starts_with("imazing/call") => at(holding.parsed(), imazing_line),
        "by_Call type" => Some(counted(rows_of(holding).map(|one| one.facts["Call type"].as_str()))),
        "backup_set" => {
            let root = holding.items.first()?.copy.envelope.as_str();
            root.split_once("backup_set=\"")?.1.split('"').next().map(str::to_owned)
        }
        "by_disposition" => Some(counted(rows_of(holding).map(|one| one.facts["disposition"].as_str()))),
        "sum_duration" => {
            let cells = rows_of(holding).map(|one| one.facts["duration"].parse::<u64>().expect("seconds"));
            Some(cells.sum::<u64>().to_string())
        }
        "local_minus_uniqueid_epoch_hours" => Some(proved_hours(holding)),
        _ => None,
    }
}

#[test]
fn what_is_found_agrees_with_what_others_found() {
    let Some(root) = corpora("mobile") else { return };
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    let mut account = Account::new(KNOWN);
    for fact in facts(&root, &FOLDERS).into_iter().filter(|fact| root.join(&fact.file).is_file()) {
        let one = held.entry(fact.file.clone()).or_insert_with(|| Held::of(&root.join(&fact.file)));
        let folder = fact.file.split('/').next().unwrap_or_default();
        account.take(folder, &fact, &asked(&fact), ours(one, &fact));
    }
    assert!(account.close() > 100, "the expectations were met with");
}

#[test]
fn every_account_adds_up_and_every_attachment_is_found_again() {
    let Some(root) = corpora("mobile") else { return };
    let mut attachments = 0;
    println!(
        "{:<50} {:>24} {:>8} {:>5} {:>6} {:>10} {:>8}",
        "file", "format", "declared", "rows", "others", "exceptions", "problems"
    );
    for folder in FOLDERS {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(root.join(folder))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.is_file()) {
            let holding = Held::of(path);
            let format = holding.opened[0];
            let problems: Vec<&str> =
                holding.parsed().iter().flat_map(|one| &one.problems).map(|one| one.message.as_str()).collect();
            let name = path.strip_prefix(&root).expect("under the corpora").display().to_string();
            let declared = holding.declared.map_or("-".to_owned(), |count| count.to_string());
            // Rows, elements and cards as before; the file of lines that are no calls stands in a column of its own.
            let count = rows(&holding);
            let others = holding.items.len() - count;
            println!(
                "{name:<50} {format:>24} {declared:>8} {count:>5} {others:>6} {:>10} {:>8}",
                holding.exceptions.len(),
                problems.len()
            );
            for sentence in problems.into_iter().chain(holding.remarks.iter().map(|remark| remark.message.as_str())) {
                println!("    {sentence}");
                assert!(!sentence.starts_with("the item could not be read"), "{name}: a parser failed");
            }
            attachments += holding.check_parts(&name);
        }
    }
    assert_eq!(attachments, 5, "five files of texts; the two photos of cards are damaged and are kept as written");
}
