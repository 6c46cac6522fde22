//! `request estimate`, `letter`, `letters`, `templates`, `log`, `delivered`: what a requester is told, and what was given.

use super::DONE;
use super::output::{Failure, Output, counted, table};
use super::request_steps::cents;
use super::scope::family_named;
use crate::base::clock::local_date;
use crate::base::id::RequestId;
use crate::letters;
use crate::repository::Repository;
use crate::request::fee::{FeeQuestion, Medium, Work, WorkFor, dollars};
use crate::request::{self, Delivered, Named, RequestLetterKind};
use crate::text::{safe, safe_lines};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Documents of a production that the text lists; JSON has them all.
const ITEMS_SHOWN: usize = 200;

// Arguments of `request estimate`.
#[derive(Debug, Args)]
pub struct Estimate {
    /// The request, such as Q-1
    pub request: RequestId,
    /// inspection, paper, other-paper or electronic
    #[arg(long, default_value = "paper", value_name = "MEDIUM")]
    pub medium: String,
    /// Pages; a sheet that is copied on both sides has two
    #[arg(long, default_value_t = 0)]
    pub pages: u32,
    /// Minutes of searching for and retrieving the data
    #[arg(long, default_value_t = 0, value_name = "MINUTES")]
    pub search: u32,
    /// Minutes of making, certifying and sending the copies
    #[arg(long, default_value_t = 0, value_name = "MINUTES")]
    pub copying: u32,
    /// Minutes of separating public from not public data; shown, and never charged
    #[arg(long, default_value_t = 0, value_name = "MINUTES")]
    pub redaction: u32,
    /// What an hour of the lowest-paid employee who can do it costs, such as 28.50
    #[arg(long, value_parser = cents, default_value = "0.00", value_name = "AMOUNT")]
    pub hourly: u64,
    /// Materials and postage, such as "USB drive=6.50" (may be given several times)
    #[arg(long = "material", value_parser = named_amount, value_name = "WHAT=AMOUNT")]
    pub materials: Vec<(String, u64)>,
    /// What somebody outside charges for copies that the city cannot make (may be given several times)
    #[arg(long = "vendor", value_parser = named_amount, value_name = "WHAT=AMOUNT")]
    pub vendors: Vec<(String, u64)>,
    /// It is to be paid before the copies are made
    #[arg(long)]
    pub prepay: bool,
    /// It is the charge itself, after the work, and no estimate
    #[arg(long)]
    pub charge: bool,
}

// Arguments of `request letter`.
#[derive(Debug, Args)]
pub struct LetterOf {
    /// The request, such as Q-1
    pub request: RequestId,
    /// acknowledgement, clarification, estimate, response, no-data, denial, certified-denial, inspection or accuracy
    pub kind: String,
    /// The name above the address (default: the requester's)
    #[arg(long, default_value = "", hide_default_value = true, value_name = "NAME")]
    pub to: String,
    /// Where it goes; it stands in the letter alone
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub address: String,
    /// What was ranked by a program and how, where that is not recorded here
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub ranking: String,
    /// When and where the data may be looked at (letter inspection)
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub when: String,
    /// The folder for the clear copies that are sent
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub into: PathBuf,
}

// Arguments of `request letters`.
#[derive(Debug, Args)]
pub struct Letters {
    /// The request, such as Q-1
    pub request: RequestId,
    /// Write this one out again
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<u64>,
    /// The folder for it
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub into: PathBuf,
}

// Arguments of `request delivered`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("asked").required(true))]
pub struct DeliveredOf {
    /// The request, such as Q-1
    #[arg(group = "asked")]
    pub request: Option<RequestId>,
    /// Who received this item, also one that is destroyed: R-12 or F-7
    #[arg(long, group = "asked", value_name = "ID")]
    pub item: Option<String>,
}

fn named_amount(text: &str) -> Result<(String, u64), String> {
    let (what, amount) = text.rsplit_once('=').ok_or_else(|| format!("{text:?} is not like \"USB drive=6.50\""))?;
    Ok((what.trim().to_owned(), cents(amount)?))
}

/// `recordroom request estimate`
pub fn estimate(opened: &mut Repository, one: &Estimate, actor: &str, output: &Output) -> Result<u8, Failure> {
    let medium = Medium::parse(&one.medium).ok_or_else(|| {
        let hint = "Write inspection, paper, other-paper or electronic.";
        Failure::usage(format!("{:?} is not a way to give an answer", one.medium), hint)
    })?;
    let work = [(WorkFor::Search, one.search), (WorkFor::Copy, one.copying), (WorkFor::Redaction, one.redaction)];
    let work = work.into_iter().filter(|(_, minutes)| *minutes > 0);
    let kind = opened.catalog().reading().request(one.request)?.kind;
    let question = FeeQuestion {
        kind,
        medium,
        pages: one.pages,
        work: work.map(|(purpose, minutes)| Work { purpose, minutes, cents_per_hour: one.hourly }).collect(),
        materials: one.materials.clone(),
        vendors: one.vendors.clone(),
        waived_lately_cents: 0,
    };
    let fee = request::estimate(opened, one.request, question, (!one.charge, one.prepay), actor)?;
    let rows: Vec<Vec<String>> =
        fee.lines.iter().map(|line| vec![safe(&line.what), dollars(line.cents), line.law.clone()]).collect();
    let waived = match fee.waived_cents {
        0 => String::new(),
        cents => format!("{} are not asked for, by the city's own policy.\n", dollars(cents)),
    };
    let prepay = if one.prepay && fee.due_cents() > 0 { "It is to be paid before the copies are made.\n" } else { "" };
    let text = format!(
        "{}\nTo be paid: {}\n{waived}{prepay}Write the letter with: recordroom request letter {} estimate\n",
        table(&["what", "charge", "law"], &rows),
        dollars(fee.due_cents()),
        one.request
    );
    let value = json!({
        "request": one.request, "fee": fee, "due_cents": fee.due_cents(), "estimate": !one.charge,
        "prepay": one.prepay,
    });
    output.result(value, &text)?;
    Ok(DONE)
}

/// `recordroom request letter`
pub fn letter(opened: &mut Repository, one: &LetterOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let kind = RequestLetterKind::parse(&one.kind).ok_or_else(|| {
        let words: Vec<&str> = RequestLetterKind::ALL.iter().map(|kind| kind.word()).collect();
        Failure::usage(format!("{:?} is not a letter", one.kind), format!("Write one of {}.", words.join(", ")))
    })?;
    let named = Named {
        to: one.to.clone(),
        address: one.address.clone(),
        ranking: one.ranking.clone(),
        when: one.when.clone(),
    };
    let written = request::write_letter(opened, one.request, kind, &named, actor)?;
    let (text, pdf) = letters::hand_out(&written.letter, &one.into, &written.name)?;
    let value = json!({
        "request": one.request, "letter": written.number, "kind": kind, "text": text, "pdf": pdf,
    });
    let told = format!(
        "Letter {} of {} ({kind}) is written:\n  {}\n  {}\nThe repository keeps it sealed; these copies are clear. Nothing was \
         mailed.\n",
        written.number,
        one.request,
        text.display(),
        pdf.display()
    );
    output.result(value, &told)?;
    Ok(DONE)
}

/// `recordroom request letters`
pub fn letters(opened: &Repository, one: &Letters, output: &Output) -> Result<u8, Failure> {
    if let Some(number) = one.number {
        let letter = request::letter_kept(opened, one.request, number)?;
        let (text, pdf) = letters::hand_out(&letter, &one.into, &format!("{}-{number}", one.request))?;
        let told = format!("{}\n{}\n", text.display(), pdf.display());
        output.result(json!({ "request": one.request, "letter": number, "text": text, "pdf": pdf }), &told)?;
        return Ok(DONE);
    }
    let all = request::progress(&opened.catalog().reading(), one.request)?.letters;
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|row| {
            let day = local_date(row.at, opened.zone()).to_string();
            vec![row.number.to_string(), row.kind.to_string(), day, safe(&row.by), row.sha256.clone()]
        })
        .collect();
    let text = if rows.is_empty() {
        format!("No letter was written for {}.\n", one.request)
    } else {
        format!(
            "{}Write one out again with: recordroom request letters {} --number NUMBER\n",
            table(&["letter", "kind", "written", "by", "SHA-256 of the text"], &rows),
            one.request
        )
    };
    output.result(json!({ "request": one.request, "letters": all }), &text)?;
    Ok(DONE)
}

/// `recordroom request templates`
pub fn templates(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let mut written = request::copy_templates(opened)?;
    written.extend(crate::production::copy_templates(opened)?);
    super::hold_letters::copied(&written, output)
}

/// `recordroom request log`
pub fn log(opened: &Repository, id: RequestId, output: &Output) -> Result<u8, Failure> {
    let lines = request::log(&opened.catalog().reading(), id)?;
    let mut text = String::new();
    for line in &lines {
        let at = line.at.with_timezone(&opened.zone()).format("%Y-%m-%d %H:%M");
        let by = safe(&line.by);
        text.push_str(&format!("{:<6} {at}  {:<28} {by}{}\n", line.event, line.act.word(), told(&line.details)));
    }
    text.push_str(&format!("{}\n", counted(lines.len() as u64, "entry")));
    output.result(json!({ "request": id, "log": lines }), &text)?;
    Ok(DONE)
}

/// The details that a person reads, in one line.
fn told(details: &serde_json::Value) -> String {
    let wanted = [
        "kind",
        "due_on",
        "how",
        "question",
        "answer",
        "what",
        "decision",
        "basis",
        "outcome",
        "reason",
        "families",
        "documents",
        "first",
        "last",
        "letter",
        "cents",
        "prepay_cents",
        "challenge",
        "corrected",
        "protected_until",
        "on",
        "supervised_by",
        "guardian_of",
        "let_go",
    ];
    let mut parts = Vec::new();
    for name in wanted {
        let value = match details.get(name) {
            Some(serde_json::Value::String(text)) if !text.is_empty() => text.clone(),
            Some(serde_json::Value::Number(number)) => number.to_string(),
            Some(serde_json::Value::Bool(flag)) => flag.to_string(),
            _ => continue,
        };
        parts.push(format!("{}: {}", name.replace('_', " "), safe(&value)));
    }
    if let Some(members) = details.get("members").and_then(|value| value.as_array()) {
        parts.push(counted(members.len() as u64, "item"));
    }
    if parts.is_empty() { String::new() } else { format!("\n         {}", parts.join("; ")) }
}

/// `recordroom request delivered`
pub fn delivered(opened: &Repository, one: &DeliveredOf, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let all = match (&one.item, one.request) {
        (Some(item), _) => {
            let family = match item.strip_prefix(['F', 'f']) {
                Some(_) => item.parse().map_err(|error: crate::base::id::IdError| {
                    Failure::usage(error.to_string(), "Items are written like R-12, families like F-7.")
                })?,
                None => family_named(opened, item)?,
            };
            request::delivered_with(&reading, family)?
        }
        (None, Some(id)) => request::delivered(&reading, id)?,
        (None, None) => return Err(Failure::usage("Name a request or an item", "Write Q-1, or --item R-12.")),
    };
    let mut text = String::new();
    for one in &all {
        text.push_str(&delivery(opened, one));
    }
    if all.is_empty() {
        text.push_str("Nothing was delivered.\n");
    }
    output.result(json!({ "delivered": all }), &text)?;
    Ok(DONE)
}

fn delivery(opened: &Repository, one: &Delivered) -> String {
    let to = if one.to.is_empty() { "somebody who gave no name" } else { &one.to };
    let gone = one.items.iter().filter(|item| item.destroyed_at.is_some()).count();
    let mut text = format!(
        "{} for {}, to {}\nMade        {} by {}\nManifest    {}\nDocuments   {}, of which {gone} are no longer here\n",
        one.production,
        one.request,
        safe_lines(to),
        local_date(one.made_at, opened.zone()),
        safe(&one.made_by),
        one.manifest_sha256,
        one.items.len()
    );
    for item in one.items.iter().take(ITEMS_SHOWN) {
        let mut notes = Vec::new();
        if let Some(at) = item.destroyed_at {
            notes.push(format!("destroyed here on {}", local_date(at, opened.zone())));
        }
        if let Some(event) = item.clawed_back {
            notes.push(format!("asked back ({event})"));
        }
        let notes = if notes.is_empty() { String::new() } else { format!("  {}", notes.join("; ")) };
        text.push_str(&format!("    {} to {}  {} in {}{notes}\n", item.first, item.last, item.record, item.family));
    }
    if one.items.len() > ITEMS_SHOWN {
        text.push_str(&format!("    and {} more (--json shows all)\n", one.items.len() - ITEMS_SHOWN));
    }
    text.push_str(&format!("The same bytes again: recordroom produce --again {} DIR\n", one.production));
    text
}

impl From<letters::LetterError> for Failure {
    fn from(error: letters::LetterError) -> Self {
        match error {
            letters::LetterError::Repository(error) => error.into(),
            error => {
                let hint = "Correct the template in the repository's templates folder, or take it away there.";
                Self::new("letter", super::repository::capitalised(&error.to_string()), hint)
            }
        }
    }
}
