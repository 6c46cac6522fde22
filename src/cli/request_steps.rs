//! `request identity`, `clarify`, `clarified`, `challenge`, `answer-challenge`, `inspect`, `paid`, `reopen`: steps between
//! receipt and answer.

use super::DONE;
use super::output::{Failure, Output};
use crate::base::clock::local_date;
use crate::base::id::RequestId;
use crate::model::request::{DataRequest, RequestKind};
use crate::repository::Repository;
use crate::request::fee::dollars;
use crate::request::{self, NewIdentity, NewInspection, SixMonthMemo};
use crate::text::safe;
use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};

// Arguments of `request identity`.
#[derive(Debug, Args)]
pub struct IdentityOf {
    /// The request, such as Q-1
    pub request: RequestId,
    /// How it was checked; never write down a number of a document
    #[arg(long)]
    pub how: String,
    /// The minor or ward, and how the relation is known, where a parent or guardian asks
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub guardian_of: String,
    /// Why the data of a minor is withheld from a parent or guardian: the minor asked, and it is in the minor's interest
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub withheld_for_minor: String,
}

// Arguments of `request clarify`.
#[derive(Debug, Args)]
pub struct Clarify {
    /// The request, such as Q-1
    pub request: RequestId,
    /// What the requester is asked
    #[arg(long)]
    pub question: String,
}

// Arguments of `request clarified`.
#[derive(Debug, Args)]
pub struct Clarified {
    /// The request, such as Q-1
    pub request: RequestId,
    /// What the requester said
    #[arg(long)]
    pub answer: String,
}

// Arguments of `request challenge`.
#[derive(Debug, Args)]
pub struct ChallengeOf {
    /// The request, such as Q-1
    pub request: RequestId,
    /// Which data is challenged, without quoting it
    #[arg(long)]
    pub what: String,
    /// The day it was received (default: today)
    #[arg(long, value_name = "DATE")]
    pub received: Option<NaiveDate>,
}

// Arguments of `request answer-challenge`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("result").required(true))]
pub struct AnswerChallenge {
    /// The request, such as Q-1
    pub request: RequestId,
    /// The number of the challenge
    #[arg(long, default_value_t = 1)]
    pub number: u64,
    /// The data was corrected or completed, and former recipients were told
    #[arg(long, group = "result")]
    pub corrected: bool,
    /// The data was found to be right
    #[arg(long, group = "result")]
    pub right: bool,
    /// What was corrected and who was told, or why it is right
    #[arg(long)]
    pub reason: String,
}

// Arguments of `request inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The request, such as Q-1
    pub request: RequestId,
    /// The day (default: today)
    #[arg(long, value_name = "DATE")]
    pub on: Option<NaiveDate>,
    /// Who sat by, where the inspection was supervised
    #[arg(long, default_value = "", hide_default_value = true, value_name = "NAME")]
    pub supervised_by: String,
    /// It was looked at from elsewhere
    #[arg(long)]
    pub remote: bool,
    /// What was looked at
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub what: String,
}

// Arguments of `request paid`.
#[derive(Debug, Args)]
pub struct Paid {
    /// The request, such as Q-1
    pub request: RequestId,
    /// Dollars and cents, such as 12.50
    #[arg(long, value_parser = cents, value_name = "AMOUNT")]
    pub amount: u64,
    /// How: cash, a check, a receipt number
    #[arg(long, default_value = "", hide_default_value = true)]
    pub how: String,
}

/// Dollars and cents as they are typed, in cents.
pub fn cents(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not an amount; write it like 12.50");
    let text = text.trim().trim_start_matches('$');
    let (dollars, cents) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(dollars) || !digits(cents) || cents.len() != 2 {
        return Err(wrong());
    }
    let read = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    Ok(read(dollars)? * 100 + read(cents)?)
}

/// `recordroom request identity`
pub fn identity(opened: &mut Repository, one: &IdentityOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let identity = NewIdentity {
        how: one.how.clone(),
        guardian_of: one.guardian_of.clone(),
        withheld_for_minor: one.withheld_for_minor.clone(),
    };
    request::identify(opened, one.request, &identity, actor)?;
    let text = if one.withheld_for_minor.is_empty() {
        format!("It is recorded how the identity of whoever asks in {} was checked.\n", one.request)
    } else {
        format!(
            "It is recorded that nothing is given to the parent or guardian who asks in {id}. Write the answer with: \
             recordroom request letter {id} denial\n",
            id = one.request
        )
    };
    output.result(json!({ "request": one.request, "identity": identity.how }), &text)?;
    Ok(DONE)
}

/// `recordroom request clarify`
pub fn clarify(opened: &mut Repository, one: &Clarify, actor: &str, output: &Output) -> Result<u8, Failure> {
    request::ask(opened, one.request, &one.question, actor)?;
    let due = opened.catalog().reading().request(one.request)?.due.on;
    let text = format!(
        "The question is recorded; {id} is due on {due} all the same. Write the letter with: recordroom request letter {id} \
         clarification\n",
        id = one.request
    );
    output.result(json!({ "request": one.request, "due_on": due }), &text)?;
    Ok(DONE)
}

/// `recordroom request clarified`
pub fn clarified(opened: &mut Repository, one: &Clarified, actor: &str, output: &Output) -> Result<u8, Failure> {
    request::clarified(opened, one.request, &one.answer, actor)?;
    let text = format!("The answer of the requester is recorded with {}.\n", one.request);
    output.result(json!({ "request": one.request }), &text)?;
    Ok(DONE)
}

/// `recordroom request challenge`
pub fn challenge(opened: &mut Repository, one: &ChallengeOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let challenge = request::challenge(opened, one.request, &one.what, one.received, actor)?;
    let text = format!(
        "Challenge {} of {id} is recorded. It is to be answered by {}: {}. Until then {id} stays open and protects its data: \
         recordroom request answer-challenge {id} --number {} --corrected|--right --reason TEXT\n",
        challenge.number,
        challenge.due_on,
        challenge.due_basis,
        challenge.number,
        id = one.request
    );
    output.result(json!({ "request": one.request, "challenge": challenge }), &text)?;
    Ok(DONE)
}

/// `recordroom request answer-challenge`
pub fn answer_challenge(
    opened: &mut Repository,
    one: &AnswerChallenge,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    request::answer_challenge(opened, one.request, one.number, (one.corrected, &one.reason), actor)?;
    let how = if one.corrected { "corrected" } else { "found to be right" };
    let text = format!(
        "It is recorded that the data of challenge {} of {} was {how}. Tell the subject, and that this can be appealed to \
         the Commissioner of Administration.\n",
        one.number, one.request
    );
    output.result(json!({ "request": one.request, "challenge": one.number, "corrected": one.corrected }), &text)?;
    Ok(DONE)
}

/// `recordroom request inspect`
pub fn inspect(opened: &mut Repository, one: &Inspect, actor: &str, output: &Output) -> Result<u8, Failure> {
    let inspection = NewInspection {
        on: one.on,
        supervised_by: one.supervised_by.clone(),
        remote: one.remote,
        what: one.what.clone(),
    };
    request::inspect(opened, one.request, &inspection, actor)?;
    let text = format!("The inspection is recorded with {}. It costs nothing.\n", one.request);
    output.result(json!({ "request": one.request, "on": one.on.unwrap_or(opened.today()) }), &text)?;
    Ok(DONE)
}

/// `recordroom request paid`
pub fn paid(opened: &mut Repository, one: &Paid, actor: &str, output: &Output) -> Result<u8, Failure> {
    request::paid(opened, one.request, one.amount, &one.how, actor)?;
    let open = request::progress(&opened.catalog().reading(), one.request)?.unpaid_cents();
    let rest =
        if open == 0 { "Nothing is open.".to_owned() } else { format!("{} are still to be paid.", dollars(open)) };
    let text = format!("{} are recorded for {}. {rest}\n", dollars(one.amount), one.request);
    output.result(json!({ "request": one.request, "paid_cents": one.amount, "open_cents": open }), &text)?;
    Ok(DONE)
}

/// `recordroom request reopen`
pub fn reopen(
    opened: &mut Repository,
    id: RequestId,
    reason: &str,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    request::reopen(opened, id, reason, actor)?;
    let status = opened.catalog().reading().request(id)?.status;
    let text = format!("{id} is open again ({status}), and what it reaches is protected again.\n");
    output.result(json!({ "request": id, "status": status }), &text)?;
    Ok(DONE)
}

/// What a clerk has to know of a request that was just opened.
pub fn on_opening(opened: &Repository, request: &DataRequest) -> Result<String, Failure> {
    if request.kind != RequestKind::DataSubject {
        return Ok(String::new());
    }
    let memo = request::six_month_memo(opened, request.id)?;
    let memo = memo.map_or(String::new(), |memo| format!("{}.\n", memo_told(&memo)));
    Ok(format!(
        "Before anything is given, check who asks: recordroom request identity {} --how TEXT. That moves no day.\n{memo}",
        request.id
    ))
}

/// What happened so far, as `request show` tells it.
pub fn so_far(opened: &Repository, id: RequestId) -> Result<(Value, String), Failure> {
    let progress = request::progress(&opened.catalog().reading(), id)?;
    let memo = request::six_month_memo(opened, id)?;
    let day = |at| local_date(at, opened.zone());
    let mut text = String::new();
    let steps: Vec<String> = progress.milestones.iter().map(|one| format!("{} {}", one.what, day(one.at))).collect();
    text.push_str(&format!("Steps       {}\n", steps.join(", ")));
    if let Some(one) = &progress.identity {
        let guardian = if one.guardian_of.is_empty() { "" } else { "; as parent or guardian: " };
        text.push_str(&format!("Identity    {}{guardian}{}\n", safe(&one.how), safe(&one.guardian_of)));
    }
    for one in progress.clarifications.iter().filter(|one| one.answered.is_none()) {
        let asked = day(one.asked_at);
        text.push_str(&format!("Waits       for the requester since {asked}: {}\n", safe(&one.question)));
    }
    for one in &progress.challenges {
        let standing = match &one.decided {
            Some((at, true, _)) => format!("corrected {}", day(*at)),
            Some((at, false, _)) => format!("found to be right {}", day(*at)),
            None => format!("to be answered by {}: {}", one.due_on, one.due_basis),
        };
        text.push_str(&format!("Challenge   {}: {}, {standing}\n", one.number, safe(&one.what)));
    }
    for one in &progress.inspections {
        text.push_str(&format!("Inspected   {} {}\n", one.on, safe(&one.what)));
    }
    if let Some(row) = progress.fees.last() {
        let what = if row.estimate { "estimated" } else { "charged" };
        let (due, open) = (dollars(row.fee.due_cents()), dollars(progress.unpaid_cents()));
        text.push_str(&format!("Fee         {due} {what}; {open} to be paid before copies are made\n"));
    }
    for one in &progress.letters {
        text.push_str(&format!("Letter      {} {}, {}\n", one.number, one.kind, day(one.at)));
    }
    if let Some(memo) = &memo {
        text.push_str(&format!("Six months  {}\n", memo_told(memo)));
    }
    if let Some(outcome) = progress.outcome {
        text.push_str(&format!("Outcome     {outcome}\n"));
    }
    Ok((json!({ "steps": progress, "six_months": memo }), text))
}

fn memo_told(memo: &SixMonthMemo) -> String {
    let shown = format!("{} was shown to the same person on {}", memo.earlier, memo.shown_on);
    match (memo.disputed, memo.new_items) {
        (false, 0) => {
            format!("{shown} and need not be shown again through {} (Minn. Stat. § 13.04, subd. 3)", memo.until)
        }
        (true, _) => format!("{shown}; its accuracy is disputed, so it is shown again"),
        (false, new) => format!(
            "{shown}; {} new since then and shown in any case",
            if new == 1 { "1 item is".to_owned() } else { format!("{new} items are") }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let rows = [
            ("12.50", Some(1_250)),
            ("$3", Some(300)),
            ("0.05", Some(5)),
            ("12.5", None),
            ("-1.00", None),
            ("x", None),
        ];
        for (text, expected) in rows {
            assert_eq!(cents(text).ok(), expected, "{text}");
        }
    }
}
