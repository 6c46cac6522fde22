//! Who wrote to whom, as far as addresses tell it.

use super::Context;
use super::file::Between;
use crate::model::item::ParsedItem;
use crate::model::record::{Party, RecordKind, Role};

/// Recipients from which on a message goes to many.
const MANY: usize = 20;
/// Letters that a name before the `@` has at least to tell a family name.
const NAME_LETTERS: usize = 4;

/// The correspondents of an item.
#[derive(Debug)]
pub(super) struct Correspondents<'i> {
    /// Local part and domain of the author, in lower case.
    from: Option<(String, String)>,
    to: Vec<(String, String)>,
    recipients: usize,
    from_inside: bool,
    to_outside: bool,
    any_inside: bool,
    any_outside: bool,
    counsel: bool,
    elected: bool,
    /// Whether the city's domains are known at all.
    known: bool,
    first_author: &'i str,
    foreign_list: bool,
    automatic: bool,
    /// Domains of everybody outside.
    outside: Vec<String>,
}

fn split(party: &Party) -> Option<(String, String)> {
    let address = party.normal.as_deref().unwrap_or(&party.address);
    let (local, domain) = address.rsplit_once('@')?;
    let clean = |part: &str| part.trim_matches(|c: char| c.is_whitespace() || "<>'\"".contains(c)).to_lowercase();
    Some((clean(local), clean(domain)))
}

/// Header fields that mark mail sent to many (RFC 2369, RFC 2919, and older habits).
const LIST_FIELDS: [&str; 8] = [
    "list-id",
    "list-unsubscribe",
    "list-post",
    "mailing-list",
    "x-mailing-list",
    "x-campaign",
    "x-campaignid",
    "feedback-id",
];

/// A group address of the city (council@, hosted as a list) has a List-Id under the city's own domain: what a resident
/// writes to it is no newsletter.
fn is_foreign_list(item: &ParsedItem, own: &[String]) -> bool {
    let mut fields = LIST_FIELDS.iter().filter_map(|name| item.headers.get(*name)).peekable();
    let precedence = item.headers.get("precedence").map(|value| value.to_ascii_lowercase());
    let marked = fields.peek().is_some()
        || precedence.is_some_and(|value| ["bulk", "list", "junk"].iter().any(|one| value.contains(one)));
    let ours = ["list-id", "list-post"].iter().filter_map(|name| item.headers.get(*name)).any(|value| {
        let value = value.to_lowercase();
        own.iter().any(|domain| value.contains(domain.as_str()))
    });
    marked && !ours
}

/// Whether a mail system or an answering program wrote it, by marks that no person writes (RFC 3464, RFC 3834,
/// RFC 5321 section 4.5.5).
fn is_automatic(item: &ParsedItem, author: Option<&Party>) -> bool {
    let value = |name: &str| item.headers.get(name).map_or(String::new(), |value| value.to_ascii_lowercase());
    let answered = value("auto-submitted");
    // A mail system's name often stands without a domain.
    let daemon = author.is_some_and(|party| {
        let address = party.address.to_lowercase();
        let name = address.split('@').next().unwrap_or_default();
        ["mailer-daemon", "postmaster", "mailerdaemon", "mail-daemon"].contains(&name)
    });
    value("content-type").contains("multipart/report")
        || answered.starts_with("auto-replied")
        || item.headers.contains_key("x-failed-recipients")
        || value("return-path").trim() == "<>"
        || daemon
}

/// Whether a domain is another one or lies under it.
fn is_under(domain: &str, of: &str) -> bool {
    domain == of || domain.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'))
}

pub(super) fn is_in(domain: &str, list: &[String]) -> bool {
    list.iter().any(|one| is_under(domain, one))
}

impl<'i> Correspondents<'i> {
    /// Reads them off an item.
    pub(super) fn of(item: &'i ParsedItem, context: &Context) -> Self {
        let author = item.parties.iter().find(|party| party.role == Role::From);
        let from = author.and_then(split);
        let is_recipient = |party: &&Party| matches!(party.role, Role::To | Role::Cc | Role::Bcc);
        let recipients = item.parties.iter().filter(is_recipient).count();
        let to: Vec<(String, String)> = item.parties.iter().filter(is_recipient).filter_map(split).collect();
        let inside = |pair: &(String, String)| is_in(&pair.1, &context.domains);
        let all = || from.iter().chain(&to);
        let from_inside = from.as_ref().is_some_and(inside);
        let counsel = all().any(|pair| is_in(&pair.1, &context.counsel_domains));
        let elected = !context.elected.is_empty()
            && item.parties.iter().any(|party| {
                let written = party.normal.as_deref().unwrap_or(&party.address).to_lowercase();
                context.elected.contains(&written) || context.elected.contains(&party.address.to_lowercase())
            });
        let numbers = matches!(item.kind, RecordKind::Text | RecordKind::Call | RecordKind::Voicemail);
        Self {
            recipients,
            from_inside,
            to_outside: to.iter().any(|pair| !inside(pair)),
            any_inside: all().any(inside),
            any_outside: all().any(|pair| !inside(pair)) || numbers,
            counsel,
            elected,
            known: !context.domains.is_empty() && all().next().is_some(),
            foreign_list: !from_inside && is_foreign_list(item, &context.domains),
            automatic: is_automatic(item, author),
            outside: all().filter(|pair| !inside(pair)).map(|pair| pair.1.clone()).collect(),
            first_author: author.map_or("", |party| party.address.as_str()),
            from,
            to,
        }
    }

    /// Whether it came through a mailing list or campaign that is not the city's own.
    pub(super) fn is_foreign_list(&self) -> bool {
        self.foreign_list
    }

    /// Whether a person wrote it, and to somebody: no list, and no program that answers or reports.
    pub(super) fn is_direct(&self) -> bool {
        !self.foreign_list && !self.automatic
    }

    /// The author's address as written.
    pub(super) fn author(&self) -> &str {
        self.first_author
    }

    /// Whether the part of the author's address before the `@` begins with one of these.
    pub(super) fn author_named(&self, names: &[String]) -> bool {
        let address = self.first_author.to_lowercase();
        names.iter().any(|name| address.starts_with(name.as_str()))
    }

    /// Whether the author's domain is in a list.
    pub(super) fn author_in(&self, list: &[String]) -> bool {
        self.from.as_ref().is_some_and(|(_, domain)| is_in(domain, list))
    }

    /// Whether there is somebody outside, and everybody outside is in a list.
    pub(super) fn outside_in(&self, list: &[String]) -> bool {
        !self.outside.is_empty() && self.outside.iter().all(|domain| is_in(domain, list))
    }

    /// Whether they are what a rule asks for.
    pub(super) fn are(&self, between: Between) -> bool {
        match between {
            Between::Inside => self.known && self.from_inside && !self.to.is_empty() && !self.to_outside,
            Between::FromOutside => self.known && self.from.is_some() && !self.from_inside,
            Between::ToOutside => self.known && self.from_inside && self.to_outside,
            Between::OutsideOnly => self.known && !self.any_inside,
            Between::Counsel => self.counsel,
            Between::ElectedAndOutside => self.elected && self.any_outside,
            Between::SameName => self.same_name(),
            Between::Many => self.recipients >= MANY,
        }
    }

    /// The same family name before the `@` at two domains: somebody writes to his family, or to himself at home.
    fn same_name(&self) -> bool {
        let Some((local, domain)) = &self.from else { return false };
        let last = |local: &str| {
            let word = local.rsplit(['.', '_', '-', '+']).next().unwrap_or(local);
            word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
        };
        let name = last(local);
        let long = name.chars().count() >= NAME_LETTERS;
        long && self.to.len() <= 2
            && self.to.iter().any(|(other, at)| {
                at != domain && !is_under(at, domain) && (last(other).ends_with(&name) || other.contains(&name))
            })
    }
}
