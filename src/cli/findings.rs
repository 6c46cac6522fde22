//! `review findings`

use super::DONE;
use super::output::{Failure, Output, table};
use super::redact::recorded;
use crate::access;
use crate::base::id::{RecordId, RequestId};
use crate::model::redaction::{Place, Region};
use crate::notpublic::{Category, PROPOSED};
use crate::repository::Repository;
use crate::review::boxes;
use crate::review::findings::{self as review, Acceptance, Asked, At, AtError, Proposed};
use crate::source::number;
use crate::text::safe;
use clap::Args;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Characters of the words of a finding that a list prints.
const SHOWN: usize = 48;

// Arguments of `review findings`.
#[derive(Debug, Args)]
pub struct Findings {
    /// The request, such as Q-1
    pub request: RequestId,
    /// Only in this item; may be given more than once
    #[arg(long = "item", value_name = "ITEM")]
    pub items: Vec<RecordId>,
    /// Only this kind, such as ssn or complainant; may be given more than once
    #[arg(long = "category", value_name = "KIND")]
    pub categories: Vec<String>,
    /// The least confidence, 0 to 100
    #[arg(long, default_value_t = PROPOSED)]
    pub minimum: u8,
    /// A file with the personal numbers of employees, one to a line, looked for in calls and texts
    #[arg(long, value_name = "FILE")]
    pub personal_numbers: Option<PathBuf>,
    /// How many findings to print
    #[arg(long, default_value_t = 200)]
    pub limit: usize,
    /// Redact this finding, as the list names it; may be given more than once
    #[arg(long, value_name = "FINDING")]
    pub accept: Vec<String>,
    /// Redact every finding of this list
    #[arg(long, conflicts_with = "accept")]
    pub accept_all: bool,
    /// The statute, where the one of the kind is not meant
    #[arg(long)]
    pub statute: Option<String>,
    /// Whose determination the statute rests on, and why
    #[arg(long, default_value = "")]
    pub determination: String,
    /// Who of counsel confirmed a citation that this program has not verified, and when
    #[arg(long, default_value = "")]
    pub counsel: String,
    /// The data are about the person who asks
    #[arg(long)]
    pub about_requester: bool,
    /// List where each is drawn on the pages of a PDF or in a picture; with --accept, paint boxes there as well
    #[arg(long)]
    pub boxes: bool,
}

impl From<AtError> for Failure {
    fn from(error: AtError) -> Self {
        Self::usage(error.to_string(), "List them with: recordroom review findings REQUEST")
    }
}

/// `recordroom review findings`
pub(super) fn run(opened: &mut Repository, arguments: &Findings, actor: &str, output: &Output) -> Result<u8, Failure> {
    let asked = Asked {
        records: arguments.items.iter().copied().collect(),
        categories: arguments.categories.iter().map(|word| category(word)).collect::<Result<_, _>>()?,
        minimum: arguments.minimum,
    };
    let numbers = arguments.personal_numbers.as_deref().map(personal_numbers).transpose()?.unwrap_or_default();
    let office = review::office(opened.profile(), numbers);
    let found = review::find(opened, arguments.request, &office, &asked)?;
    if arguments.accept.is_empty() && !arguments.accept_all {
        note(opened, &found, actor)?;
        let spots: Vec<_> = found.iter().map(|one| one.spot.clone()).collect();
        let drawn = if arguments.boxes { boxes::around(opened, &spots)? } else { Vec::new() };
        return list(arguments, &found, &drawn, output);
    }
    let named: BTreeSet<At> = arguments.accept.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let known: BTreeSet<At> = found.iter().map(Proposed::at).collect();
    if let Some(unknown) = named.iter().find(|one| !known.contains(one)) {
        return Err(AtError(unknown.to_string()).into());
    }
    let accepted: Vec<Proposed> =
        found.into_iter().filter(|one| arguments.accept_all || named.contains(&one.at())).collect();
    let acceptance = Acceptance {
        statute: arguments.statute.clone(),
        determination: arguments.determination.clone(),
        counsel: arguments.counsel.clone(),
        about_requester: arguments.about_requester,
        boxes: arguments.boxes,
    };
    let new = review::accept(opened, arguments.request, &accepted, &acceptance, actor)?;
    recorded(opened, arguments.request, &new, output)
}

/// Notes that the words of findings are shown.
fn note(opened: &mut Repository, found: &[Proposed], actor: &str) -> Result<(), Failure> {
    let reading = opened.catalog().reading();
    let families: BTreeSet<_> =
        found.iter().map(|one| reading.record(one.spot.record).map(|row| row.family)).collect::<Result<_, _>>()?;
    let families: Vec<_> = families.into_iter().collect();
    Ok(access::note(opened, "review findings", &families, actor)?)
}

fn category(word: &str) -> Result<Category, Failure> {
    Category::parse(word).ok_or_else(|| {
        let all: Vec<&str> = Category::ALL.iter().map(|one| one.word()).collect();
        Failure::usage(format!("{word:?} is no kind of finding"), format!("Write one of: {}.", all.join(", ")))
    })
}

/// Numbers of a list in their one form; what is no number is passed over.
fn personal_numbers(path: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new("unreadable", format!("{}: {error}", path.display()), "Name a text file."))?;
    Ok(text.lines().filter_map(|line| number::normal(line.trim()).ok()).collect())
}

fn list(arguments: &Findings, found: &[Proposed], drawn: &[Vec<Region>], output: &Output) -> Result<u8, Failure> {
    let (mut rows, mut listed) = (Vec::new(), Vec::new());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        let places: Vec<String> = drawn.get(at).into_iter().flatten().map(ToString::to_string).collect();
        *counts.entry(one.category.word()).or_default() += 1;
        let statute = one.category.statute();
        listed.push(json!({
            "finding": one.at().to_string(), "item": one.spot.record, "category": one.category, "place": one.spot.place,
            "start": one.spot.start, "end": one.spot.end, "words": one.spot.words, "confidence": one.confidence,
            "why": one.why, "statute": statute.filter(|_| one.category.is_verified()).map(|known| known.citation),
            "class_of_individuals": statute.map(|known| known.of_individuals),
            "class_of_others": statute.and_then(|known| known.of_others),
            "wants_person": one.category.wants_person(), "whole_item": one.is_whole, "redacted": one.is_redacted,
            "boxes": places,
        }));
        if rows.len() < arguments.limit {
            rows.push(row(one, arguments.boxes.then(|| places.join(" "))));
        }
    }
    let head = ["finding", "kind", "words", "sure", "why", "statute", "class", "boxes"];
    let head = if arguments.boxes { &head[..] } else { &head[..7] };
    let mut text = format!("{}{} findings", table(head, &rows), found.len());
    text.push_str(&if found.len() > rows.len() {
        format!(", {} shown (--limit shows more)\n", rows.len())
    } else {
        "\n".to_owned()
    });
    for (word, count) in counts {
        text.push_str(&format!("{count:>7} {word}\n"));
    }
    text.push_str(&format!(
        "They propose; a person decides. Redact with: recordroom review findings {}{} --accept FINDING\n",
        arguments.request,
        if arguments.boxes { " --boxes" } else { "" }
    ));
    output.result(json!({ "request": arguments.request, "count": found.len(), "findings": listed }), &text)?;
    Ok(DONE)
}

fn row(one: &Proposed, boxes: Option<String>) -> Vec<String> {
    let words: String = one.spot.words.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(SHOWN).collect();
    let short = if short.len() < words.len() { format!("{short}...") } else { short };
    let statute = match one.category.statute() {
        Some(known) if one.category.is_verified() => known.citation.to_owned(),
        Some(_) => "to be confirmed by counsel".to_owned(),
        None => "none by itself".to_owned(),
    };
    let class = one.category.statute().map(|known| match known.of_others {
        Some(others) if others != known.of_individuals => format!("{} / {others}", known.of_individuals),
        _ => known.of_individuals.to_string(),
    });
    let mut why = one.why.to_owned();
    if one.category.wants_person() {
        why.push_str("; a person says whether");
    }
    if one.is_redacted {
        why.push_str("; redacted");
    }
    let whole =
        if one.is_whole && one.spot.place == Place::Text { "(the whole item)".to_owned() } else { safe(&short) };
    let mut cells = vec![
        one.at().to_string(),
        one.category.to_string(),
        whole,
        one.confidence.to_string(),
        why,
        statute,
        class.unwrap_or_default(),
    ];
    cells.extend(boxes);
    cells
}
