//! Real mail of many programs: what is found is compared with what others found in the same files.

use crate::expected::{Account, Fact, Known, facts};
use crate::held::{Held, options};
use crate::place::corpora;
use recordroom::base::digest::Sha256Digest;
use recordroom::model::item::{ParsedItem, Shape};
use recordroom::source::parse;
use std::collections::BTreeMap;
use std::path::Path;

/// Differences that are known, each with its reason: (file, fact, what we find, why).
const KNOWN: &[Known] = &[
    ("stalwart-mail-parser/eml/010.eml", "subject", "Die Hasen und die Fr\u{f6}sche", RAW),
    ("stalwart-mail-parser/eml/020.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    ("stalwart-mail-parser/eml/022.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    ("stalwart-mail-parser/eml/027.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    ("stalwart-mail-parser/eml/052.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    (
        "stalwart-mail-parser/malformed/019.eml",
        "date",
        "none",
        "the first date field is cut off in the middle: unknown",
    ),
    ("node-mbox/mbox/test-attached.mbox", "messages", "0", "it begins with prose and says itself that it is no mbox"),
    (
        "mimekit/mbox/unmunged.mbox.txt",
        "messages",
        "2",
        "the other reader splits at every line that begins with \"From \": it takes two lines of prose (\"From Russia with \
         love\") for envelopes and does not see the first, which stands behind a byte order mark",
    ),
];
const RAW: &str = "bytes of windows-1252 stand bare in the header; we read them, the expectation lost them";

/// What we say about a fact; `None` where we say nothing of the kind.
fn ours(root: &Path, fact: &Fact, read_already: &mut BTreeMap<String, Held>) -> Option<String> {
    let kinds = ["messages", "zip_entries", "Document_count", "attachments", "subject", "date", "message_id"];
    if !kinds.contains(&fact.name.as_str()) || !root.join(&fact.file).is_file() {
        return None;
    }
    let single = fact.file.starts_with("stalwart");
    if !single && (fact.file.contains("/msg/") || fact.file.contains("/pst/") || fact.file.contains("/olm/")) {
        return None;
    }
    let holding = read_already.entry(fact.file.clone()).or_insert_with(|| Held::of(&root.join(&fact.file)));
    match fact.name.as_str() {
        "messages" => {
            let messages = holding.items.iter().filter(|item| item.shape == Shape::Message).count();
            Some((messages + holding.exceptions.len()).to_string())
        }
        "zip_entries" => Some((holding.items.len() + holding.exceptions.len()).to_string()),
        "Document_count" => {
            let folder = root.join(&fact.file);
            Held::of(folder.parent().expect("a folder")).declared.map(|count| count.to_string())
        }
        _ if single => {
            let item = holding.items.first()?;
            let parsed = parse(item, &options());
            said(&parsed, fact)
        }
        _ => None,
    }
}

/// A fact of one message in the words of the expectations, which are values of mail-parser's own tests.
fn said(parsed: &ParsedItem, fact: &Fact) -> Option<String> {
    let expected: serde_json::Value = serde_json::from_str(&fact.value).ok()?;
    match fact.name.as_str() {
        "attachments" => Some(parsed.attachments.len().to_string()),
        "subject" => expected["Text"]
            .as_str()
            .map(|text| if text.trim() == parsed.subject { fact.value.clone() } else { parsed.subject.clone() }),
        "message_id" => expected["Text"]
            .as_str()
            .map(|text| if text == parsed.message_id { fact.value.clone() } else { parsed.message_id.clone() }),
        "date" => {
            let value = &expected["DateTime"];
            let number = |name: &str| value[name].as_i64().unwrap_or(0);
            let sign = if value["tz_before_gmt"].as_bool() == Some(true) { 1 } else { -1 };
            let local =
                chrono::NaiveDate::from_ymd_opt(number("year") as i32, number("month") as u32, number("day") as u32)?
                    .and_hms_opt(number("hour") as u32, number("minute") as u32, number("second") as u32)?;
            let minutes = sign * (number("tz_hour") * 60 + number("tz_minute"));
            let expected = (local + chrono::Duration::minutes(minutes)).and_utc();
            let found = parsed.sent_at.as_ref().map(|time| time.at);
            Some(if found == Some(expected) {
                fact.value.clone()
            } else {
                found.map_or("none".to_owned(), |time| time.to_rfc3339())
            })
        }
        _ => None,
    }
}

#[test]
fn what_is_found_agrees_with_what_others_found() {
    let Some(root) = corpora("mail") else { return };
    let (mut read_already, mut account) = (BTreeMap::new(), Account::new(KNOWN));
    for fact in facts(&root, &[]) {
        let kind = fact.file.split('/').take(2).collect::<Vec<_>>().join("/");
        let ours = ours(&root, &fact, &mut read_already);
        account.take(&kind, &fact, &fact.value, ours);
    }
    account.close();
}

#[test]
fn every_file_is_read_and_parsed_and_every_attachment_found_again() {
    let Some(root) = corpora("mail") else { return };
    let holding = Held::of(&root);
    let (mut messages, mut files, mut attachments, mut problems) = (0, 0, 0, BTreeMap::<&str, u64>::new());
    let mut sentences = BTreeMap::new();
    for (at, item) in holding.items.iter().enumerate() {
        let parsed = parse(item, &options());
        match item.shape {
            Shape::Message => messages += 1,
            _ => files += 1,
        }
        for problem in &parsed.problems {
            *problems.entry(problem.code.word()).or_default() += 1;
            let sentence = problem.message.split([':', ';']).next().unwrap_or_default().to_owned();
            *sentences.entry(sentence).or_insert(0_u64) += 1;
            assert!(!problem.message.starts_with("the item could not be read"), "{}: a parser failed", item.place);
        }
        for attachment in &parsed.attachments {
            attachments += 1;
            let digest = holding.part(at, attachment.part).as_deref().map(Sha256Digest::of);
            assert!(attachment.sha256.is_none() || attachment.sha256 == digest, "{}: {}", item.place, attachment.name);
        }
    }
    println!(
        "{messages} messages, {files} other files, {attachments} attachments, {} exceptions",
        holding.exceptions.len()
    );
    println!("problems by sentence: {sentences:#?}");
    println!("problems by code: {problems:?}");
    assert!(messages > 1_000, "the corpora hold thousands of messages");
}
