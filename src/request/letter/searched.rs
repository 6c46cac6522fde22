//! How was searched, what could not be searched, and where a program helped.

use super::super::RequestError;
use super::Named;
use super::told::{Review, Values, counted, day};
use crate::catalog::{Guard, Reading};
use crate::model::hold::Scope;
use crate::model::request::DataRequest;
use std::collections::BTreeSet;

/// The words of the templates about the search.
pub(super) fn told(
    reading: &Reading<'_>,
    request: &DataRequest,
    review: &Review,
    named: &Named,
) -> Result<Values, RequestError> {
    let reaches = reaches(reading, &request.scope)?;
    let collected: BTreeSet<_> = reading.collected(request.id)?.into_iter().collect();
    let reached = reading.families_guarded_by(Guard::Request(request.id))?;
    let left = reached.iter().filter(|family| !collected.contains(family)).count() as u64;
    let planned = format!(
        "We search the city's e-mail, text messages, call records and voicemail, with attachments, for this: {reaches}. If you \
         mean something else, please tell us."
    );
    let for_what = if reaches == "everything" { "all of it".to_owned() } else { format!("for this: {reaches}") };
    let mut told = format!(
        "How we searched: the city's e-mail, text messages, call records and voicemail that were collected, with attachments and \
         quoted text, {for_what}. {} with {} in all {} collected. A person decided on each item: {} given, {} withheld in \
         whole or in part, {} not part of your request.",
        messages(review.collected),
        counted(review.members, "item"),
        if review.collected == 1 { "was" } else { "were" },
        review.given,
        review.withheld,
        review.not_part + review.not_government,
    );
    if left > 0 {
        let were = if left == 1 { "was" } else { "were" };
        told.push_str(&format!(
            " {} within the reach of your request {were} not looked at.",
            counted(left, "more item")
        ));
    }
    let not_searchable = match review.not_searched {
        0 => String::new(),
        1 => "1 of the collected messages could not be searched in full by its words and was looked at by a person."
            .to_owned(),
        count => format!(
            "{count} of the collected messages could not be searched in full by their words and were looked at one by one."
        ),
    };
    Ok(vec![
        ("reaches", reaches),
        ("search_planned", planned),
        ("search", told),
        ("not_searchable", not_searchable),
        ("automation", automation(reading, request, review, named)?),
    ])
}

/// What a scope reaches, in the words of a letter.
fn reaches(reading: &Reading<'_>, scope: &Scope) -> Result<String, RequestError> {
    let mut parts = Vec::new();
    let names = reading.custodians()?;
    let custodians: Vec<&str> =
        names.iter().filter(|(id, ..)| scope.custodians.contains(id)).map(|(_, name, _)| name.as_str()).collect();
    if !custodians.is_empty() {
        parts.push(format!("what {} had", custodians.join(", ")));
    }
    if !scope.parties.is_empty() {
        parts.push(format!("what was exchanged with {}", scope.parties.join(", ")));
    }
    match (scope.from, scope.to) {
        (Some(from), Some(to)) => parts.push(format!("from {} to {}", day(from), day(to))),
        (Some(from), None) => parts.push(format!("from {} on", day(from))),
        (None, Some(to)) => parts.push(format!("up to {}", day(to))),
        (None, None) => {}
    }
    if let Some(query) = &scope.query {
        parts.push(format!("what these search words find: {query}"));
    }
    if !scope.families.is_empty() {
        parts.push(counted(scope.families.len() as u64, "item that was named"));
    }
    Ok(if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") })
}

/// That a program helped, and with what: the city tells it whenever it did (Otsego IT policy, "Transparency").
fn automation(
    reading: &Reading<'_>,
    request: &DataRequest,
    review: &Review,
    named: &Named,
) -> Result<String, RequestError> {
    let events = reading.events_about(&request.id.to_string())?;
    let ranked = events.iter().any(|event| event.act.word().contains("rank")) || !named.ranking.trim().is_empty();
    let classified = match review.proposed {
        0 => String::new(),
        count => format!(
            " Fixed rules proposed for {count} of the {} collected messages what kind of record they are; a proposal decides \
             nothing about what you receive.",
            review.collected
        ),
    };
    let ranking = match (ranked, named.ranking.trim()) {
        (false, _) => " Nothing was ranked by a program.".to_owned(),
        (true, "") => " A program ranked the items for the order in which they were looked at.".to_owned(),
        (true, how) => format!(" A program ranked the items for the order in which they were looked at: {how}"),
    };
    let found = match &request.scope.query {
        Some(_) => "it found the messages by the words above, and marked",
        None => "it marked",
    };
    Ok(format!(
        "Where a program helped: {found} what repeats or quotes another message.\
         {classified}{ranking} No decision on your request was left to a program."
    ))
}

fn messages(count: u64) -> String {
    if count == 1 { "1 message, text or call".to_owned() } else { format!("{count} messages, texts and calls") }
}
