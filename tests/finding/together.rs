//! Conversations, duplicates, quoted messages and correspondents, in a repository; and the vectors of other programs.

use super::town::Town;
use recordroom::base::id::FamilyId;
use recordroom::grouping::{
    Letter, Sort, alike, base_subject, by_domain, by_person, conversation, conversations, key_of, told,
};
use std::path::{Path, PathBuf};

const REPORT: &str = "The council will hear the report on the drainage of Oak Street at its meeting in March. The engineer \
                      has asked for a second estimate, and the mill has given one that is lower by a tenth.";

fn letter(id: &str, references: &str, from: &str, subject: &str, day: u32, body: &str) -> String {
    let references = match references {
        "" => String::new(),
        several => format!("References: {several}\r\n"),
    };
    format!(
        "From export@cedarbend.example Mon Mar  3 09:00:00 2025\r\nFrom: {from}\r\nTo: clerk@cedarbend.example\r\n\
         Subject: {subject}\r\nDate: {day:02} Mar 2025 09:00:00 -0600\r\nMessage-ID: {id}\r\n{references}\r\n{body}\r\n\r\n"
    )
}

/// Families 1 to 8: a conversation of six (one not here), the same letter from another store, and an old one of the same
/// subject.
fn correspondence() -> Town {
    let town = Town::empty();
    let quoted = format!(
        "I will bring the maps and say more about the cost of it then.\r\n\r\nOn Monday Anna wrote:\r\n> {REPORT}"
    );
    let (anna, bo, pat) = ("anna@cedarbend.example", "bo@cedarbend.example", "pat@mill.example");
    let letters = [
        letter("<1@a>", "", anna, "Drainage", 3, REPORT),
        letter("<2@a>", "<1@a>", bo, "Re: Drainage", 4, &quoted),
        letter(
            "<3@a>",
            "<1@a> <x@a>",
            pat,
            "Re: Drainage",
            5,
            "The mill keeps to its price, whatever the engineer may think of it, until the end of the month.",
        ),
        letter("<4@a>", "<1@a> <x@a>", anna, "Re: Drainage", 6, &REPORT.replace("tenth", "fifth")),
        letter("<5@a>", "", pat, "RE: [council] Drainage", 7, "No list of references, and still an answer."),
        letter(
            "<6@a>",
            "",
            "lee@farm.example",
            "Drainage",
            8,
            "Another drainage, of somebody else, on no answer's subject.",
        ),
    ];
    town.take_in("anna.mbox", &letters.concat(), "Anna Lee");
    let received = format!(
        "Received: from mill.example; Mon, 3 Mar 2025 09:00:07 -0600\r\n{}",
        letters[0].split_once("\r\n").expect("a line").1
    );
    let old =
        letter("<7@a>", "", "pat@mill.example", "Re: Drainage", 9, "Years before.").replace("Mar 2025", "Mar 2019");
    town.take_in("bo.mbox", &format!("From x@y Mon Mar  3 09:00:00 2025\r\n{received}{old}"), "Bo Berg");
    town
}

#[test]
fn a_conversation_is_put_together_from_its_references_and_carefully_from_subjects() {
    let town = correspondence();
    let repository = town.open();
    let all = conversation(&repository, FamilyId::new(4)).expect("put together");
    let lines: Vec<(Option<i64>, usize, bool, bool)> = all
        .lines
        .iter()
        .map(|line| (line.family.map(FamilyId::get), line.depth, line.by_subject, line.inclusive))
        .collect();
    assert_eq!(
        lines,
        [
            (Some(1), 0, false, false), // quoted whole in 2
            (Some(7), 0, false, false), // the same letter from another store
            (Some(2), 1, false, true),
            (Some(3), 1, false, true), // under a message that is not here, which goes (RFC 5256, step 3)
            (Some(4), 1, false, true),
            (Some(5), 1, true, true), // by its subject
        ],
        "{all:#?}"
    );
    assert_eq!(all.lines[0].quoted_in.map(|(family, percent)| (family.get(), percent)), Some((2, 100)));
    assert_eq!(all.lines[4].nearly.map(|(family, _)| family.get()), Some(1));
    assert_eq!(all.lines[1].same_as.map(FamilyId::get), Some(1));
    assert_eq!(all.lines[0].mih.as_deref(), recordroom::model::message_id::mih("1@a").as_deref());
    for alone in [6, 8] {
        let all = conversation(&repository, FamilyId::new(alone)).expect("put together");
        assert_eq!(all.lines.len(), 1, "a bare subject of other people, or of another year, joins nothing: {alone}");
    }
}

#[test]
fn duplicates_are_told_once_with_everybody_who_has_them() {
    let town = correspondence();
    let repository = town.open();
    let among: Vec<FamilyId> = (1..=8).map(FamilyId::new).collect();
    let found = alike(&repository, &among).expect("compared");
    let told: Vec<(Sort, Vec<i64>)> = found
        .groups
        .iter()
        .map(|group| (group.sort, group.members.iter().map(|member| member.family.get()).collect()))
        .collect();
    assert_eq!(told, [(Sort::Same, vec![1, 7]), (Sort::Nearly, vec![1, 4]), (Sort::Quoted, vec![2, 1, 4])]);
    assert_eq!(found.groups[0].custodians, ["Anna Lee", "Bo Berg"]);
    assert_eq!((found.families, found.unreadable), (8, 0));
    assert!(found.table().to_csv().contains("1,same,R-1,F-1,2025-03-03T15:00:00Z,anna@cedarbend.example,Drainage"));
}

#[test]
fn correspondents_are_counted_by_domain_and_by_person() {
    let town = Town::new();
    let repository = town.open();
    let domains = by_domain(&repository, None).expect("counted");
    let told: Vec<(&str, bool, u64, u64, u64)> = domains
        .lines
        .iter()
        .map(|line| (line.name.as_str(), line.own, line.families, line.sent, line.received))
        .collect();
    assert_eq!(told, [("cedarbend.example", true, 11, 7, 10), ("mill.example", false, 5, 4, 1)]);
    let first = domains.lines[0].first.map(|day| day.to_string());
    assert_eq!(first.as_deref(), Some("2025-01-06"));
    let people = by_person(&repository, Some(&[FamilyId::new(12), FamilyId::new(13)])).expect("counted");
    let lee = people.lines.iter().find(|line| line.aliases == ["+17635550142"]).expect("the number");
    assert!(lee.name.starts_with("Lee Vang ("), "{}", lee.name);
    assert_eq!((lee.sent, lee.received, people.families), (1, 1, 2));
}

/// A text conversation is everything between the same people.
#[test]
fn texts_between_the_same_people_are_one_conversation() {
    let town = Town::new();
    let all = conversation(&town.open(), FamilyId::new(13)).expect("put together");
    let families: Vec<i64> = all.lines.iter().filter_map(|line| line.family).map(FamilyId::get).collect();
    assert_eq!(families, [12, 13], "{all:#?}");
}

pub fn corpora() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    [beside, PathBuf::from("/work/shared/corpora")].into_iter().find(|path| path.is_dir())
}

/// One message of the vectors as a letter: its fields, with the date of its `From ` line where it has none of its own.
fn vector_letter(text: &str) -> Letter {
    let (head, _) = text.split_once("\n\n").unwrap_or((text, ""));
    let field = |name: &str| {
        let lines = head.lines().skip(1);
        lines
            .filter_map(|line| line.split_once(": "))
            .find(|(one, _)| one.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let ids = |value: Option<&str>| -> Vec<u128> {
        let all = value.unwrap_or_default().split_whitespace().filter(|id| id.starts_with('<'));
        all.map(key_of).collect()
    };
    let references = match ids(field("References")) {
        none if none.is_empty() => ids(field("In-Reply-To")),
        some => some,
    };
    let base = base_subject(field("Subject").unwrap_or_default());
    let stamp = head.lines().next().unwrap_or_default().trim_start_matches("From user@domain").trim();
    let own = field("Date").and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok()).map(|at| at.timestamp());
    let stamp = stamp.split(" +").next().unwrap_or_default();
    let arrived = chrono::NaiveDateTime::parse_from_str(stamp, "%a %b %e %H:%M:%S %Y").ok();
    Letter {
        id: ids(field("Message-Id").or(field("Message-ID"))).first().copied(),
        references,
        sent_at: own.or(arrived.map(|at| at.and_utc().timestamp())),
        subject: (!base.text.is_empty()).then(|| key_of(&base.text)),
        is_answer: base.is_answer,
    }
}

#[test]
fn the_thread_vectors_of_other_programs() {
    let Some(file) = corpora().map(|root| root.join("labelled/threading_vectors/rfc5256_thread_cases.jsonl")) else {
        println!("skipped: the corpora are not here");
        return;
    };
    let cases = std::fs::read_to_string(file).expect("read");
    let mut checked = 0;
    for case in cases.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")) {
        if case["algorithm"] != "REFERENCES" || !case["id"].as_str().is_some_and(|id| id.starts_with("imaptest")) {
            continue;
        }
        let mbox = format!("\n\n{}", case["mbox"].as_str().unwrap_or_default());
        let all: Vec<&str> = mbox.split("\n\nFrom ").skip(1).collect();
        let script = case["script"].as_str().unwrap_or_default();
        let append = script.contains("state: created");
        let mut waiting = all.into_iter();
        let mut here: Vec<&str> = if append { Vec::new() } else { waiting.by_ref().collect() };
        let mut doomed: Vec<usize> = Vec::new();
        for line in script.lines() {
            if line == "ok append" {
                here.extend(waiting.next());
            } else if let Some(list) = line.strip_prefix("ok store ") {
                let list = list.split(' ').next().unwrap_or_default();
                doomed = list.split(',').filter_map(|number| number.parse().ok()).collect();
            } else if line == "ok expunge" {
                let mut number = 0;
                here.retain(|_| {
                    number += 1;
                    !doomed.contains(&number)
                });
            } else if let Some(expected) = line.to_lowercase().strip_prefix("* thread ") {
                let letters: Vec<Letter> = here.iter().map(|text| vector_letter(&format!("From {text}"))).collect();
                assert_eq!(told(&conversations(&letters, &|_, _| true)), expected, "{}", case["id"]);
                checked += 1;
            }
        }
    }
    assert!(checked >= 11, "{checked} answers were compared");
}
