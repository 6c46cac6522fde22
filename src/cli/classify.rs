//! `classify`

use super::args::{Classify, ClassifyAct, Common, Decision};
use super::output::{Failure, Output, TerminalMonitor, counted, table};
use super::repository::{REFUSED, actor, capitalised, open};
use super::{DONE, EXCEPTIONS};
use crate::base::id::{FamilyId, RecordId};
use crate::classification::{
    Ageing, ClassificationError, Decided, Drawn, Explanation, GroupedBy, Queue, Settled, Shown, ageing, draw_sample,
    explain, queue, reclassify, set, settle_group, settle_sample,
};
use crate::classify::Rules;
use crate::model::classification::{Evidence, RecordStatus, StatusBasis};
use crate::repository::Repository;
use crate::retention::Adopted;
use crate::text::safe;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::Path;

/// Characters of a digest that name a group of the queue on the screen.
const GROUP_CHARS: usize = 12;
/// Bytes of a file of decisions.
const DECISIONS_BYTES: u64 = 16 * 1024 * 1024;

impl From<ClassificationError> for Failure {
    fn from(error: ClassificationError) -> Self {
        match error {
            ClassificationError::Repository(error) => error.into(),
            ClassificationError::Catalog(error) => error.into(),
            ClassificationError::Protection(error) => error.into(),
            ClassificationError::Retention(error) => error.into(),
            ClassificationError::Refused { message, hint } => {
                Self::new("refused", capitalised(&message), hint).with_exit(REFUSED)
            }
        }
    }
}

/// An item that is not set aside: evidence quotes it, and its status is nobody's to set before it was sorted.
fn ordinary(opened: &Repository, family: FamilyId) -> Result<FamilyId, Failure> {
    if opened.catalog().reading().is_set_aside(family)? {
        let message = format!("{family} came from a personal device and is set aside");
        let hint = "Whoever sorts it does that first: recordroom screen list";
        return Err(Failure::new("set-aside", message, hint).with_exit(REFUSED));
    }
    Ok(family)
}

/// `recordroom classify`
pub fn run(common: &Common, arguments: &Classify, output: &Output) -> Result<u8, Failure> {
    if matches!(arguments.act, ClassifyAct::Rules) {
        return rules(output);
    }
    let mut opened = open(common, output)?;
    let actor = actor(common);
    match &arguments.act {
        ClassifyAct::Explain { id } => {
            let why = explain(&opened, ordinary(&opened, family_named(&opened, id)?)?)?;
            output.result(shape(&why)?, &explained(&why))?;
        }
        ClassifyAct::Set { ids, decision } => {
            let (status, series) = decided(&opened, decision)?;
            let named = ids.iter().map(|id| ordinary(&opened, family_named(&opened, id)?));
            let families = named.collect::<Result<Vec<_>, _>>()?;
            let done = set(&mut opened, &families, status, series, &decision.reason, &actor)?;
            output.result(shape(&done)?, &set_told(&done))?;
        }
        ClassifyAct::Sample { status } => {
            let drawn = draw_sample(&mut opened, status_named(status)?, &actor)?;
            let items = items_of(&opened, &drawn.families)?;
            let mut value = shape(&drawn)?;
            value["items"] = json!(items);
            output.result(value, &drawn_told(&drawn, &items))?;
        }
        ClassifyAct::Settle { sample, agree, differ, decisions, reason } => {
            let said = said_of(&opened, *sample, agree, differ, decisions.as_deref())?;
            let settled = settle_sample(&mut opened, *sample, &said, reason, &actor)?;
            output.result(shape(&settled)?, &settled_told(&settled))?;
            if matches!(settled, Settled::Refused { .. }) {
                return Ok(REFUSED);
            }
        }
        ClassifyAct::Queue { status, all, limit } => {
            let found = queue(&opened, asked(status.as_deref(), *all)?)?;
            return queue_shown(&found, *limit, output);
        }
        ClassifyAct::SettleGroup { group, count, decision } => {
            let done = group_settled(&mut opened, group, *count, decision, &actor)?;
            output.result(shape(&done)?, &set_told(&done))?;
        }
        ClassifyAct::Ageing => {
            let report = ageing(&opened)?;
            output.result(shape(&report)?, &ageing_told(&report))?;
        }
        ClassifyAct::Reclassify => return renewed(&mut opened, &actor, output),
        ClassifyAct::Rules => {}
    }
    Ok(DONE)
}

fn shape(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value)
        .map_err(|error| Failure::new("output", format!("The result could not be written: {error}"), ""))
}

/// The family of an item, or the family itself.
fn family_named(opened: &Repository, id: &str) -> Result<FamilyId, Failure> {
    let hint = "Item numbers stand at the beginning of each hit of a search, such as R-12; families are like F-7.";
    let wrong = |error: crate::base::id::IdError| Failure::usage(error.to_string(), hint);
    let reading = opened.catalog().reading();
    if id.starts_with(['F', 'f']) {
        return Ok(reading.family(id.parse().map_err(wrong)?)?.id);
    }
    Ok(reading.record(id.parse().map_err(wrong)?)?.family)
}

fn status_named(word: &str) -> Result<RecordStatus, Failure> {
    RecordStatus::parse(word).ok_or_else(|| {
        let all: Vec<&str> = RecordStatus::ALL.iter().map(|one| one.word()).collect();
        Failure::usage(format!("{word:?} is not a record status"), format!("Say one of: {}.", all.join(", ")))
    })
}

/// The status and series of a decision; a series must be one of an adopted schedule, as soon as there is one.
fn decided<'d>(opened: &Repository, decision: &'d Decision) -> Result<(RecordStatus, Option<&'d str>), Failure> {
    let status = status_named(&decision.status)?;
    let series = decision.series.as_deref();
    if let Some(wanted) = series.filter(|series| !series.is_empty()) {
        let adopted =
            Adopted::load(opened).map_err(|error| Failure::new("schedule", capitalised(&error.to_string()), ""))?;
        let keys: Vec<&str> =
            adopted.editions.iter().flat_map(|edition| &edition.rules).map(|rule| rule.series.as_str()).collect();
        if !keys.is_empty() && !keys.contains(&wanted) {
            let hint = format!("Series of the adopted schedules: {}.", keys.join(", "));
            return Err(Failure::usage(format!("No adopted schedule has a series {wanted:?}"), hint));
        }
    }
    Ok((status, series))
}

fn evidence_told(evidence: &[Evidence]) -> String {
    let rules = Rules::shipped();
    let mut text = String::new();
    for one in evidence {
        let matched = if one.matched.is_empty() { String::new() } else { format!(": “{}”", safe(&one.matched)) };
        text.push_str(&format!("  {:>3}  {}, {}{matched}\n", one.weight, one.argues, safe(&one.place)));
        let why = rules.why(&one.rule).unwrap_or("a rule of an older edition");
        text.push_str(&format!("       {why} [{}]\n", one.rule));
    }
    if evidence.is_empty() {
        text.push_str("  No rule found anything.\n");
    }
    text
}

fn explained(why: &Explanation) -> String {
    let standing = match why.basis {
        StatusBasis::Proposed if why.status == RecordStatus::Undetermined => {
            "The rules could not tell, or the evidence was not strong enough to shorten a life. It is kept.".to_owned()
        }
        StatusBasis::Proposed => format!(
            "Proposed by the rules with confidence {} of 100. Nobody has confirmed it, so it makes nothing eligible.",
            why.confidence
        ),
        StatusBasis::Person => "Set by a person.".to_owned(),
        StatusBasis::Group => "Set by a person together with the group it was shown in.".to_owned(),
        StatusBasis::Sample => "Confirmed with its class after a random sample.".to_owned(),
    };
    let mut text = format!(
        "{} ({}, family {})\nStatus      {}\n            {standing}\n",
        why.id,
        why.kind.word(),
        why.family,
        why.status
    );
    if !why.series.is_empty() {
        text.push_str(&format!("Series      {}\n", safe(&why.series)));
    }
    text.push_str("\nWhat the rules found (weight, what it argues for, where):\n");
    text.push_str(&evidence_told(&why.evidence));
    if let Some(status) = why.status_now {
        text.push_str(&format!("\nThe rules have changed since it was sealed. The present ones propose {status}:\n"));
        text.push_str(&evidence_told(&why.evidence_now));
    }
    if !why.history.is_empty() {
        text.push_str("\nWhat was done:\n");
    }
    for line in &why.history {
        let reason = if line.reason.is_empty() { String::new() } else { format!(": {}", safe(&line.reason)) };
        let day = line.at.format("%Y-%m-%d");
        text.push_str(&format!("  {}  {day}  {}  {}{reason}\n", line.event, safe(&line.actor), safe(&line.act)));
    }
    text
}

fn set_told(done: &Decided) -> String {
    let mut text = String::new();
    for one in &done.families {
        text.push_str(&format!("{}  {} ({}) -> {}\n", one.family, one.status_before, one.basis_before, one.status));
    }
    let events: Vec<String> = done.events.iter().map(ToString::to_string).collect();
    text.push_str(&format!("{}, recorded as {}\n", counted(done.families.len() as u64, "item"), events.join(", ")));
    text
}

/// The parent record of each family, which `show` takes.
fn items_of(opened: &Repository, families: &[FamilyId]) -> Result<Vec<RecordId>, Failure> {
    let reading = opened.catalog().reading();
    let mut items = Vec::with_capacity(families.len());
    for family in families {
        items.extend(reading.records(*family)?.first().map(|record| record.id));
    }
    Ok(items)
}

fn drawn_told(drawn: &Drawn, items: &[RecordId]) -> String {
    let mut text = format!(
        "Sample {}: {} of the {} items proposed to be {} and not confirmed.\n",
        drawn.sample,
        items.len(),
        drawn.population,
        drawn.status
    );
    if drawn.under_older_rules > 0 {
        text.push_str(&format!(
            "{} more were proposed under older rules and are not in it: recordroom classify reclassify\n",
            drawn.under_older_rules
        ));
    }
    text.push_str("Look at every one of them with: recordroom show R-...\n\n");
    for line in items.chunks(10) {
        let line: Vec<String> = line.iter().map(ToString::to_string).collect();
        text.push_str(&format!("{}\n", line.join(" ")));
    }
    text.push_str(&format!(
        "\nThen say of each what it is: recordroom classify settle {} --agree R-... --differ R-...=official --reason ...\n",
        drawn.sample
    ));
    text
}

/// What a person says of the items of a sample.
fn said_of(
    opened: &Repository,
    sample: i64,
    agree: &[String],
    differ: &[String],
    file: Option<&Path>,
) -> Result<Vec<(FamilyId, RecordStatus)>, Failure> {
    let status = opened.catalog().reading().sample(sample)?.status;
    let mut said = Vec::new();
    for id in agree {
        said.push((family_named(opened, id)?, status));
    }
    let mut pair = |text: &str, separator: char| -> Result<(), Failure> {
        let (id, word) = text.split_once(separator).ok_or_else(|| {
            Failure::usage(
                format!("{text:?} does not say what the item is"),
                format!("Write it like R-12{separator}official."),
            )
        })?;
        said.push((family_named(opened, id.trim())?, status_named(word.trim())?));
        Ok(())
    };
    for text in differ {
        pair(text, '=')?;
    }
    if let Some(path) = file {
        let cannot = |error: std::io::Error| {
            Failure::new("decisions", format!("{} cannot be read: {error}", path.display()), "Name a text file.")
        };
        if std::fs::metadata(path).map_err(cannot)?.len() > DECISIONS_BYTES {
            return Err(Failure::usage("The file of decisions is too large", "It has one short line for each item."));
        }
        let text = std::fs::read_to_string(path).map_err(cannot)?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            pair(line, ',')?;
        }
    }
    Ok(said)
}

fn settled_told(settled: &Settled) -> String {
    match settled {
        Settled::Confirmed { confirmed, looked_at, event } => format!(
            "All {looked_at} sampled items are what the rules say. {confirmed} more are confirmed by the sample ({event}).\n"
        ),
        Settled::Refused { disagreements, looked_at, event } => {
            let mut text = format!(
                "{} of the {looked_at} sampled items are something else, so the class is not confirmed ({event}).\n",
                disagreements.len()
            );
            for one in disagreements {
                text.push_str(&format!("  {} is {}\n", one.family, one.status));
            }
            text.push_str(
                "What you said of the sampled items stands. Settle the likes of the wrong ones from the queue, or have the \
                 rule changed and reclassify; the next sample under the same rules is twice as large.\n",
            );
            text
        }
    }
}

fn asked(status: Option<&str>, all: bool) -> Result<Option<RecordStatus>, Failure> {
    match (status, all) {
        (_, true) => Ok(None),
        (Some(word), false) => Ok(Some(status_named(word)?)),
        (None, false) => Ok(Some(RecordStatus::Undetermined)),
    }
}

fn queue_shown(found: &Queue, limit: usize, output: &Output) -> Result<u8, Failure> {
    let mut value = shape(found)?;
    value["groups_in_all"] = json!(found.groups.len());
    if let Some(groups) = value["groups"].as_array_mut() {
        groups.truncate(limit);
    }
    let rows: Vec<Vec<String>> = found
        .groups
        .iter()
        .take(limit)
        .map(|group| {
            let by = if group.by == GroupedBy::Correspondent { "with" } else { "about" };
            let sent = group.sent.map_or("no date".to_owned(), |(first, last)| format!("{first} to {last}"));
            let digest: String = group.digest.chars().take(GROUP_CHARS).collect();
            vec![digest, group.count.to_string(), sent, by.to_owned(), safe(&group.name)]
        })
        .collect();
    let mut text = format!(
        "{} to settle.\n\n{}",
        counted(found.items, "item"),
        table(&["group", "items", "sent", "", "whom or what"], &rows)
    );
    let more = found.groups.len().saturating_sub(limit);
    if more > 0 {
        text.push_str(&format!("{more} more groups (--limit shows more)\n"));
    }
    if found.not_looked_at > 0 {
        text.push_str(&format!("{} more items come up when some of these are settled.\n", found.not_looked_at));
    }
    if found.unreadable > 0 {
        text.push_str(&format!("{} items could not be read; recordroom verify says why.\n", found.unreadable));
    }
    if !rows.is_empty() {
        text.push_str(
            "\nSettle one with: recordroom classify settle-group GROUP --count ITEMS --status ... --reason ...\n",
        );
    }
    output.result(value, &text)?;
    Ok(if found.unreadable > 0 { EXCEPTIONS } else { DONE })
}

/// Finds the group that was shown again, among the undetermined and then among everything unconfirmed.
fn group_settled(
    opened: &mut Repository,
    group: &str,
    count: u64,
    decision: &Decision,
    actor: &str,
) -> Result<Decided, Failure> {
    let wanted = group.trim().to_lowercase();
    if wanted.len() < GROUP_CHARS || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::usage(
            format!("{group:?} names no group"),
            "Copy it from the queue; it is like 3fa9c1d207be.",
        ));
    }
    let (status, series) = decided(opened, decision)?;
    let mut asked = vec![Some(RecordStatus::Undetermined), None];
    asked.extend(RecordStatus::ALL.iter().copied().map(Some));
    for one in asked {
        let found = queue(opened, one)?;
        if let Some(group) = found.groups.into_iter().find(|group| group.digest.starts_with(&wanted)) {
            let shown = Shown { count, digest: group.digest };
            let reason = &decision.reason;
            return Ok(settle_group(opened, &group.families, &shown, status, series, reason, actor)?);
        }
    }
    let hint = "Items came in or were settled since; show the queue again and settle the group as it is now.";
    Err(Failure::new("refused", "The group is not there as it was shown", hint).with_exit(REFUSED))
}

fn ageing_told(report: &Ageing) -> String {
    let rows: Vec<Vec<String>> = report
        .bands
        .iter()
        .map(|band| {
            let counts = [band.undetermined_by_sealing, band.undetermined_by_sending, band.unconfirmed_by_sealing];
            std::iter::once(band.age.to_owned()).chain(counts.iter().map(ToString::to_string)).collect()
        })
        .collect();
    let head = ["age", "undetermined, since taken in", "since sent", "proposed, not confirmed"];
    format!(
        "On {}: {} items are undetermined ({} of them without a known date), {} proposals are not confirmed.\n\n{}",
        report.today,
        report.undetermined,
        report.undated,
        report.unconfirmed,
        table(&head, &rows)
    )
}

fn renewed(opened: &mut Repository, actor: &str, output: &Output) -> Result<u8, Failure> {
    let monitor = TerminalMonitor::default();
    let report = reclassify(opened, actor, &monitor)?;
    monitor.clear();
    let mut text = format!(
        "{} unconfirmed items were looked at under the present rules ({}); {} have another proposal now.\n",
        report.looked_at, report.rules, report.changed
    );
    for (one, count) in &report.moves {
        text.push_str(&format!("{count:>8}  {one}\n"));
    }
    if report.unreadable > 0 {
        text.push_str(&format!("{} items could not be read; recordroom verify says why.\n", report.unreadable));
    }
    output.result(shape(&report)?, &text)?;
    Ok(if report.unreadable > 0 { EXCEPTIONS } else { DONE })
}

fn rules(output: &Output) -> Result<u8, Failure> {
    let rules = Rules::shipped();
    let list = rules.list();
    let mut text = format!("{} rules, edition {}\n", list.len(), rules.version());
    for rule in &list {
        text.push_str(&format!(
            "\n{}: {} ({}), looks at {}\n    {}\n",
            rule.id, rule.argues, rule.weight, rule.looks_at, rule.why
        ));
    }
    output.result(json!({ "edition": rules.version(), "rules": list }), &text)?;
    Ok(DONE)
}
