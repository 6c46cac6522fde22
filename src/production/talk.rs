//! Texts as conversations and calls as tables: the same released words as in the documents, put together for whoever
//! reads many of them.
//!
//! A conversation is that of one custodian: its own id where the source has one, else everybody who takes part. It is cut
//! at local midnight, and again where it has more messages than a review platform takes at once.

use super::words::{self, Field, released};
use crate::model::conversation::{Conversation, FileSaid, Said};
use crate::model::item::{POSSIBLY_NOT_PUBLIC, ParsedItem};
use crate::model::production::{BatesNumber, PublicText};
use crate::model::record::{Direction, Party, RecordKind, Role};
use crate::package::rsmf;
use chrono::{DateTime, FixedOffset, Offset};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Facts that are no part of what a reader of a conversation wants to see: they name it, or are the program's own ids.
const NOT_TOLD: &[&str] = &["conversation", "conversation name", "conversation kind", "sender id", "message id"];
/// Facts by which a source says that a message was deleted, taken down or not sent in the end.
const DELETED: &[&str] = &["deleted", "deleted at", "taken down", "unsent"];

/// A released item as a line among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A message of a conversation.
    Said(Box<Saying>),
    /// A call, by its fields.
    Call(Vec<Field>),
}

/// A message with the conversation it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saying {
    key: String,
    name: PublicText,
    platform: PublicText,
    at: Option<DateTime<FixedOffset>>,
    author: Option<String>,
    author_words: PublicText,
    /// Everybody who takes part, by address and as written.
    people: Vec<(String, PublicText)>,
    body: PublicText,
    deleted: bool,
    incoming: Option<bool>,
    told: Vec<Field>,
}

/// The line of a text or a call; other items have none. What may tell of a member that is kept back is left out, as it is
/// from the fields.
pub(super) fn line(item: &ParsedItem, fields: &[Field], zone: Tz, open: bool) -> Option<Line> {
    match item.kind {
        RecordKind::Call => Some(Line::Call(fields.to_vec())),
        RecordKind::Text => Some(Line::Said(Box::new(saying(item, zone, open)))),
        _ => None,
    }
}

fn saying(item: &ParsedItem, zone: Tz, open: bool) -> Saying {
    let address = |party: &Party| party.normal.clone().unwrap_or_else(|| party.address.to_lowercase());
    let address =
        |party: &Party| Some(address(party)).filter(|one| !one.is_empty()).unwrap_or_else(|| party.name.clone());
    let mut people: Vec<(String, PublicText)> = Vec::new();
    for party in &item.parties {
        let key = address(party);
        if !key.is_empty() && !people.iter().any(|one| one.0 == key) {
            people.push((key, released(&words::party(party))));
        }
    }
    let mut everybody: Vec<&str> = people.iter().map(|one| one.0.as_str()).collect();
    everybody.sort_unstable();
    let fact = |names: &[&str]| names.iter().find_map(|name| item.facts.get(*name)).filter(|_| open);
    let key = item.facts.get("conversation").cloned().unwrap_or_else(|| everybody.join("\n"));
    let author = item.parties.iter().find(|one| one.role == Role::From).map(address).filter(|one| !one.is_empty());
    let told = |(name, value): (&String, &String)| {
        let shown = open && !NOT_TOLD.contains(&name.as_str()) && !name.ends_with(POSSIBLY_NOT_PUBLIC);
        shown.then(|| (released(&words::capitalised(name)), released(value)))
    };
    Saying {
        key,
        name: fact(&["conversation name", "names of the group"]).map(|name| released(name)).unwrap_or_default(),
        platform: fact(&["platform", "application", "message kind"]).map(|name| released(name)).unwrap_or_default(),
        at: item.sent_at.as_ref().map(|sent| {
            let local = sent.at.with_timezone(&zone);
            local.with_timezone(&local.offset().fix())
        }),
        author,
        author_words: PublicText::released(match item.direction {
            Direction::Out => "sent from this phone",
            _ => "author not known",
        }),
        people,
        body: released(&item.body),
        deleted: DELETED.iter().any(|name| item.facts.contains_key(*name)),
        incoming: match item.direction {
            Direction::In => Some(true),
            Direction::Out => Some(false),
            _ => None,
        },
        told: item.facts.iter().filter_map(told).collect(),
    }
}

/// The calls of one custodian, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) custodian: PublicText,
    pub(super) calls: Vec<(BatesNumber, Vec<Field>)>,
}

/// What was said and who called, gathered while the documents are numbered.
#[derive(Debug, Default)]
pub(super) struct Talks {
    conversations: BTreeMap<[String; 3], Vec<Conversation>>,
    calls: BTreeMap<String, Calls>,
}

impl Talks {
    /// Adds a numbered line; `files` are the members of its family that are given.
    pub(super) fn add(&mut self, line: Line, number: &BatesNumber, custodian: &PublicText, files: Vec<FileSaid>) {
        let saying = match line {
            Line::Said(saying) => *saying,
            Line::Call(fields) => {
                let new = || Calls { custodian: custodian.clone(), calls: Vec::new() };
                let calls = self.calls.entry(custodian.as_str().to_owned()).or_insert_with(new);
                return calls.calls.push((number.clone(), fields));
            }
        };
        let day = saying.at.map_or(String::new(), |at| at.format("%Y-%m-%d").to_string());
        let key = [custodian.as_str().to_owned(), saying.key.clone(), day.clone()];
        let slices = self.conversations.entry(key).or_default();
        if slices.last().is_none_or(|one| one.said.len() >= rsmf::EVENTS) {
            slices.push(Conversation {
                name: saying.name.clone(),
                platform: saying.platform.clone(),
                custodian: custodian.clone(),
                day: PublicText::released(day),
                people: Vec::new(),
                said: Vec::new(),
            });
        }
        if let Some(conversation) = slices.last_mut() {
            conversation.add(saying, number, files);
        }
    }

    /// The conversations, by the number of their first message.
    pub(super) fn conversations(&self) -> Vec<&Conversation> {
        let mut all: Vec<&Conversation> = self.conversations.values().flatten().collect();
        all.sort_by_key(|one| one.said.first().map(|said| said.number.page()));
        all
    }

    /// The tables of calls, by the number of their first call.
    pub(super) fn calls(&self) -> Vec<&Calls> {
        let mut all: Vec<&Calls> = self.calls.values().collect();
        all.sort_by_key(|one| one.calls.first().map(|call| call.0.page()));
        all
    }
}

trait Add {
    fn add(&mut self, saying: Saying, number: &BatesNumber, files: Vec<FileSaid>);
}

impl Add for Conversation {
    fn add(&mut self, saying: Saying, number: &BatesNumber, files: Vec<FileSaid>) {
        let mut author = None;
        for (key, shown) in saying.people {
            let known = self.people.iter().position(|one| *one == shown);
            let at = known.unwrap_or_else(|| {
                self.people.push(shown);
                self.people.len() - 1
            });
            if saying.author.as_ref() == Some(&key) {
                author = Some(at);
            }
        }
        if self.name.is_empty() && !self.people.is_empty() {
            let people: Vec<&str> = self.people.iter().map(PublicText::as_str).collect();
            self.name = PublicText::released(format!("Conversation with {}", people.join(", ")));
        }
        self.said.push(Said {
            number: number.clone(),
            at: saying.at,
            author,
            author_words: saying.author_words,
            body: saying.body,
            deleted: saying.deleted,
            incoming: saying.incoming,
            files,
            told: saying.told,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::{SourceTime, ZoneBasis};

    fn text(at: &str, direction: Direction, with: &str, body: &str) -> ParsedItem {
        let mut item = ParsedItem::new(RecordKind::Text);
        let role = if direction == Direction::In { Role::From } else { Role::To };
        item.parties = vec![Party { role, name: String::new(), address: with.into(), normal: Some(with.into()) }];
        item.direction = direction;
        item.body = body.into();
        item.facts.insert("message kind".into(), "sms".into());
        item.facts.insert("reactions".into(), "👍 by Ana".into());
        let at = at.parse().expect("a moment");
        item.sent_at = Some(SourceTime { at, as_written: String::new(), zone: ZoneBasis::FormatIsUtc });
        item
    }

    #[test]
    fn both_ways_are_one_conversation_that_ends_at_local_midnight() {
        let mut talks = Talks::default();
        let zone = chrono_tz::America::Chicago;
        let number = |page: u32| format!("CB-{page:08}").parse::<BatesNumber>().expect("a number");
        let ana = PublicText::released("Muñoz, Ana");
        for (page, at, direction, with, body) in [
            (1, "2025-07-04T17:05:00Z", Direction::In, "+17635550142", "Coming?"),
            (2, "2025-07-04T17:06:00Z", Direction::Out, "+17635550142", "Yes"),
            // 23:59 of the same day in Minnesota.
            (3, "2025-07-05T04:59:00Z", Direction::In, "+17635550142", "Thanks"),
            (4, "2025-07-05T05:00:00Z", Direction::In, "+17635550142", "Good night"),
            (5, "2025-07-05T05:01:00Z", Direction::In, "+17635550199", "Somebody else"),
        ] {
            let item = text(at, direction, with, body);
            let line = line(&item, &[], zone, page != 2).expect("a line");
            talks.add(line, &number(page), &ana, Vec::new());
        }
        let all = talks.conversations();
        let told: Vec<(&str, usize)> = all.iter().map(|one| (one.day.as_str(), one.said.len())).collect();
        assert_eq!(told, [("2025-07-04", 3), ("2025-07-05", 1), ("2025-07-05", 1)]);
        let first = all[0];
        assert_eq!((first.name.as_str(), first.platform.as_str()), ("Conversation with +17635550142", "sms"));
        assert_eq!((first.said[0].author, first.said[1].author), (Some(0), None));
        assert_eq!(first.said[1].author_words.as_str(), "sent from this phone");
        assert_eq!(first.said[0].told.len(), 2);
        assert!(first.said[1].told.is_empty(), "where a member is kept back nothing else is told");
    }
}
