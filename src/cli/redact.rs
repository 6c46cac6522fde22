//! `review redact` and what belongs to it

use super::output::{Failure, Output, counted, table};
use super::repository::INTEGRITY;
use super::{DONE, verify};
use crate::access;
use crate::base::id::{RecordId, RedactionId, RequestId};
use crate::model::redaction::{CourtOrder, DataClass, Place, Reach, Redaction, Region, RegionError, Version};
use crate::notpublic::statute;
use crate::production;
use crate::redaction::{Pattern, PatternError};
use crate::repository::Repository;
use crate::review::boxes;
use crate::review::redact::{self as review, Grounds, What};
use crate::text::{safe, safe_lines};
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

// Arguments of `review redact`.
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true),
    group = clap::ArgGroup::new("members").required(true)
)]
pub struct Redact {
    /// The request, such as Q-1
    pub request: RequestId,
    /// One item; may be given more than once
    #[arg(long = "item", value_name = "ITEM", group = "members")]
    pub items: Vec<RecordId>,
    /// Every collected item
    #[arg(long, group = "members")]
    pub all: bool,
    /// These words, wherever they stand in the item
    #[arg(long, group = "what")]
    pub words: Option<String>,
    /// Whatever has this shape: # a digit, ? a letter or digit, * the rest of a word
    #[arg(long, group = "what")]
    pub pattern: Option<String>,
    /// Characters FROM-TO of the text, counted from 0 as `show ITEM` prints it
    #[arg(long, group = "what", value_name = "FROM-TO")]
    pub span: Option<String>,
    /// A box on a picture or PDF page, in thousandths: PAGE:LEFT,TOP,WIDTH,HEIGHT
    #[arg(long, group = "what")]
    pub region: Option<String>,
    /// Paint boxes over the words as well where they are drawn on the pages of a PDF or in a picture; those are given as
    /// pictures then
    #[arg(long, conflicts_with = "region")]
    pub boxes: bool,
    /// Where a span stands: text, subject, people or facts
    #[arg(long, default_value = "text", requires = "span")]
    pub place: String,
    /// The statute, such as "Minn. Stat. § 13.44, subd. 1"
    #[arg(long)]
    pub statute: String,
    /// What stands in the box (default: the statute)
    #[arg(long)]
    pub label: Option<String>,
    /// private, confidential, nonpublic, protected-nonpublic or privileged (default: what the statute says of individuals)
    #[arg(long)]
    pub class: Option<String>,
    /// The words are about the person who asks, who may see what is private about that person
    #[arg(long)]
    pub about_requester: bool,
    /// Whose determination the statute rests on, and why
    #[arg(long, default_value = "")]
    pub determination: String,
    /// Who of counsel confirmed a citation that this program has not verified, and when
    #[arg(long, default_value = "")]
    pub counsel: String,
    /// Leave the words out here alone; somebody looked at the other places
    #[arg(long, conflicts_with = "everywhere")]
    pub here: bool,
    /// Leave the words out wherever they stand in what is given (default, but for short words)
    #[arg(long)]
    pub everywhere: bool,
}

// Arguments of `review unredact`.
#[derive(Debug, Args)]
pub struct Unredact {
    /// The request, such as Q-1
    pub request: RequestId,
    /// A redaction, such as W-3; may be given more than once
    #[arg(long = "redaction", value_name = "REDACTION", required = true)]
    pub redactions: Vec<RedactionId>,
    /// Why; needed once a production was made with it
    #[arg(long, default_value = "")]
    pub reason: String,
}

// Arguments of `review preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    /// The request, such as Q-1
    pub request: RequestId,
    /// The item, such as R-12
    pub item: RecordId,
    /// public, data-subject, city-attorney or opposing-party (default: whom the request says)
    #[arg(long)]
    pub version: Option<String>,
}

// Arguments of `review look-through`.
#[derive(Debug, Args)]
pub struct LookThrough {
    /// The request, such as Q-1
    pub request: RequestId,
    /// The folder
    pub folder: PathBuf,
    /// public, data-subject or opposing-party (default: whom the request says)
    #[arg(long)]
    pub version: Option<String>,
}

// Arguments of `review court-order`.
#[derive(Debug, Args)]
pub struct CourtOrderArgs {
    /// The request, such as Q-1
    pub request: RequestId,
    /// The court
    #[arg(long)]
    pub court: String,
    /// The number of its file
    #[arg(long)]
    pub file: String,
    /// The day of the order, YYYY-MM-DD
    #[arg(long)]
    pub dated: NaiveDate,
    /// A section whose data it opens; may be given more than once
    #[arg(long, required = true)]
    pub releases: Vec<String>,
}

impl From<PatternError> for Failure {
    fn from(error: PatternError) -> Self {
        Self::usage(error.to_string(), "Write for example --pattern \"###-##-####\".")
    }
}

impl From<RegionError> for Failure {
    fn from(error: RegionError) -> Self {
        Self::usage(error.to_string(), "")
    }
}

/// The version a word stands for.
pub(super) fn version(word: &str) -> Result<Version, Failure> {
    Version::parse(word).ok_or_else(|| {
        let hint = "Write public, data-subject, city-attorney or opposing-party.";
        Failure::usage(format!("{word:?} is no version of a production"), hint)
    })
}

/// The class a word stands for, or the one the statute gives to data on individuals.
pub(super) fn class(word: Option<&str>, basis: &str) -> Result<DataClass, Failure> {
    let hint = "Write --class private, confidential, nonpublic, protected-nonpublic or privileged.";
    match word {
        Some(word) => {
            DataClass::parse(word).ok_or_else(|| Failure::usage(format!("{word:?} is no class of data"), hint))
        }
        None => {
            let first = basis.split(';').next().unwrap_or_default();
            let known = statute::of(first).map(|one| one.of_individuals);
            known.ok_or_else(|| Failure::usage(format!("which class {basis:?} gives data is not known here"), hint))
        }
    }
}

fn what(arguments: &Redact) -> Result<What, Failure> {
    if let Some(words) = &arguments.words {
        return Ok(What::Words(words.clone()));
    }
    if let Some(shape) = &arguments.pattern {
        return Ok(What::Shape(Pattern::parse(shape)?));
    }
    if let Some(region) = &arguments.region {
        return Ok(What::Box(region.parse::<Region>()?));
    }
    let span = arguments.span.as_deref().unwrap_or_default();
    let wrong = || Failure::usage(format!("{span:?} is not a span"), "Write --span FROM-TO, such as --span 120-145.");
    let (start, end) = span.split_once('-').ok_or_else(wrong)?;
    let (start, end) = (start.trim().parse().map_err(|_| wrong())?, end.trim().parse().map_err(|_| wrong())?);
    let place = Place::parse(&arguments.place).filter(|place| *place != Place::Region).ok_or_else(|| {
        Failure::usage(format!("{:?} is no place", arguments.place), "Write text, subject, people or facts.")
    })?;
    Ok(What::Span { place, start, end })
}

/// `recordroom review redact`
pub(super) fn redact(opened: &mut Repository, arguments: &Redact, actor: &str, output: &Output) -> Result<u8, Failure> {
    let grounds = Grounds {
        statute: arguments.statute.clone(),
        label: arguments.label.clone(),
        class: class(arguments.class.as_deref(), &arguments.statute)?,
        about_requester: arguments.about_requester,
        determination: arguments.determination.clone(),
        counsel: arguments.counsel.clone(),
        reach: match (arguments.here, arguments.everywhere) {
            (true, _) => Some(Reach::Here),
            (_, true) => Some(Reach::Everywhere),
            _ => None,
        },
    };
    let records = (!arguments.all).then_some(arguments.items.as_slice());
    let what = what(arguments)?;
    let new = match arguments.boxes {
        true => boxes::redact(opened, arguments.request, records, &what, &grounds, actor)?,
        false => review::redact(opened, arguments.request, records, &what, &grounds, actor)?,
    };
    recorded(opened, arguments.request, &new, output)
}

/// Tells what was recorded.
pub(super) fn recorded(
    opened: &Repository,
    request: RequestId,
    new: &[Redaction],
    output: &Output,
) -> Result<u8, Failure> {
    let items: std::collections::BTreeSet<RecordId> = new.iter().map(|one| one.record).collect();
    let value = json!({
        "request": request, "redactions": new.iter().map(|one| one.id).collect::<Vec<_>>(), "items": items,
        "undecided": crate::review::stand(opened, request)?.undecided.len(),
    });
    let text = match (new.first(), new.last()) {
        (Some(first), Some(last)) => {
            let which = if new.len() == 1 { first.id.to_string() } else { format!("{} to {}", first.id, last.id) };
            let follows = new.iter().filter(|one| one.reach == Reach::Everywhere).count();
            format!(
                "{} in {} recorded ({which}); withheld in part.\n\
                 The words of {follows} are left out wherever they stand in what is given.\n\
                 See an item as it will be given: recordroom review preview {request} {}\n",
                counted(new.len() as u64, "redaction"),
                counted(items.len() as u64, "item"),
                first.record
            )
        }
        _ => "All of this is redacted already.\n".to_owned(),
    };
    output.result(value, &text)?;
    Ok(DONE)
}

/// `recordroom review redactions`
pub(super) fn list(
    opened: &Repository,
    request: RequestId,
    item: Option<RecordId>,
    output: &Output,
) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    reading.request(request)?;
    let mut all = reading.redactions(request)?;
    all.retain(|one| item.is_none_or(|item| one.record == item));
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|one| {
            let place = match one.region {
                Some(region) => format!("box {region}"),
                None => format!("{} {}-{}", one.place, one.start, one.end),
            };
            let about = if one.about_requester { " (requester)" } else { "" };
            vec![
                one.id.to_string(),
                one.record.to_string(),
                place,
                safe(&one.statute),
                format!("{}{about}", one.class),
                one.reach.to_string(),
                safe(&one.determination),
                safe(&one.by),
            ]
        })
        .collect();
    let listed: Vec<_> = all
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "item": one.record, "place": one.place, "start": one.start, "end": one.end,
                "region": one.region, "statute": one.statute, "label": one.label, "class": one.class,
                "about_requester": one.about_requester, "determination": one.determination, "reach": one.reach,
                "by": one.by, "at": one.at,
            })
        })
        .collect();
    let head = ["redaction", "item", "place", "statute", "class", "reach", "determination", "by"];
    let text = format!("{}{} redactions\n", table(&head, &rows), all.len());
    output.result(json!({ "request": request, "count": all.len(), "redactions": listed }), &text)?;
    Ok(DONE)
}

/// `recordroom review unredact`
pub(super) fn unredact(
    opened: &mut Repository,
    arguments: &Unredact,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let count = review::lift(opened, arguments.request, &arguments.redactions, &arguments.reason, actor)?;
    let left = opened.catalog().reading().redactions(arguments.request)?.len();
    let text = format!(
        "{count} redactions are taken back; {left} stand. An item without any is to be decided on again: \
         recordroom review decide {}\n",
        arguments.request
    );
    output.result(json!({ "request": arguments.request, "lifted": count, "standing": left }), &text)?;
    Ok(DONE)
}

/// `recordroom review preview`
pub(super) fn preview(
    opened: &mut Repository,
    arguments: &PreviewArgs,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let wanted = arguments.version.as_deref().map(version).transpose()?;
    let shown = production::preview(opened, arguments.request, arguments.item, wanted)?;
    let family = opened.catalog().reading().record(arguments.item)?.family;
    access::record(opened, "review preview", &[family], actor)?;
    let cuts: Vec<_> = shown.cuts.iter().map(|cut| json!({ "redaction": cut.id, "follows": cut.follows })).collect();
    let value = json!({
        "request": arguments.request, "item": arguments.item, "subject": shown.subject, "people": shown.people,
        "text": shown.text, "cuts": cuts,
    });
    let mut text = safe_lines(shown.people.as_str());
    text.push_str(&format!("Subject: {}\n\n{}\n\n", safe(shown.subject.as_str()), safe_lines(shown.text.as_str())));
    let which: Vec<String> = shown.cuts.iter().map(|cut| cut.id.to_string()).collect();
    text.push_str(&match which.len() {
        0 => "Nothing is left out of it.\n".to_owned(),
        _ => format!("Left out: {}\n", which.join(", ")),
    });
    output.result(value, &text)?;
    Ok(DONE)
}

/// `recordroom review look-through`
pub(super) fn look_through(opened: &Repository, arguments: &LookThrough, output: &Output) -> Result<u8, Failure> {
    let wanted = arguments.version.as_deref().map(version).transpose()?;
    let (files, words, findings) = production::look_through(opened, arguments.request, wanted, &arguments.folder)?;
    let text = match findings.len() {
        0 => format!("{files} files were looked through for {words} withheld words; none of them is there.\n"),
        _ => format!(
            "{files} files were looked through for {words} withheld words. Do not give this folder to anybody:\n\n{}",
            verify::listed(&findings)
        ),
    };
    let ok = findings.is_empty();
    let value =
        json!({ "request": arguments.request, "ok": ok, "checked": files, "words": words, "findings": findings });
    output.result(value, &text)?;
    Ok(if ok { DONE } else { INTEGRITY })
}

/// `recordroom review court-order`
pub(super) fn court_order(
    opened: &mut Repository,
    arguments: &CourtOrderArgs,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let order = CourtOrder {
        request: arguments.request,
        court: arguments.court.clone(),
        file_number: arguments.file.clone(),
        dated: arguments.dated,
        releases: arguments.releases.clone(),
    };
    review::court_order(opened, &order, actor)?;
    let text = format!(
        "The order is recorded. The version for the other side gives what was withheld under: {}\nOther versions do not change.\n",
        safe(&order.releases.join("; "))
    );
    output.result(json!({ "request": order.request, "order": order }), &text)?;
    Ok(DONE)
}
