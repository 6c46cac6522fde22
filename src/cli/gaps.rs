//! `gaps`: the bill of a number beside the phone, and holes in the mail.

use super::args::Common;
use super::output::{Failure, Output, counted};
use super::{DONE, repository};
use crate::gaps::{
    Absent, ClockOffset, Dialled, GapError, Kind, MailReport, NumberReport, Period, Row, Silence, Sources, Way,
    mailboxes, number,
};
use crate::report::{Cell, Column, Report, Table};
use crate::text::safe;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use chrono_tz::Tz;
use clap::Args;
use serde_json::{Value, json};

/// The word in place of a number that asks for the mail.
const MAIL: &str = "mail";
/// Items that are named for one absent message in a text; JSON and CSV have all.
const SHOWN_ITEMS: usize = 5;

// Arguments of `gaps`.
#[derive(Debug, Args)]
pub struct Gaps {
    /// A telephone number of the city, or the word mail
    #[arg(value_name = "NUMBER|mail")]
    what: String,
    /// Only from this day on, such as 2025-01-15
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// Only up to this day, the day included
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// Whose phone export or mail (may be given several times)
    #[arg(long = "custodian", value_name = "NAME")]
    custodians: Vec<String>,
    /// Print every row with what came of it as CSV, for a spreadsheet
    #[arg(long)]
    csv: bool,
}

impl From<GapError> for Failure {
    fn from(error: GapError) -> Self {
        let hint = match &error {
            GapError::Repository(_) => "",
            GapError::NoNumber(_) => "Write a telephone number such as 612-555-0140, or the word mail.",
            GapError::WhosePhone { .. } => {
                "Name whose it is with --custodian, or write the number to its person in recordroom.toml."
            }
        };
        match error {
            GapError::Repository(error) => error.into(),
            error => Self::usage(repository::capitalised(&error.to_string()), hint),
        }
    }
}

/// `recordroom gaps`
pub fn run(common: &Common, arguments: &Gaps, output: &Output) -> Result<u8, Failure> {
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(Failure::usage(format!("{from} is after {to}"), "Write the earlier day after --from."));
    }
    let opened = repository::open(common, output)?;
    for name in &arguments.custodians {
        opened.custodian_named(name)?;
    }
    let period = Period { from: arguments.from, to: arguments.to };
    let (value, report) = if arguments.what.eq_ignore_ascii_case(MAIL) {
        let found = mailboxes(&opened, &arguments.custodians, period)?;
        (mail_shape(&found)?, mail_report(&found, arguments.csv))
    } else {
        let found = number(&opened, &arguments.what, &arguments.custodians, period)?;
        (number_shape(&found), number_report(&found, opened.zone(), arguments.csv))
    };
    match arguments.csv && !output.is_json() {
        true => output.bytes(marked(report, opened.profile().exercise).to_csv().as_bytes())?,
        false => output.result(value, &report.to_text())?,
    }
    Ok(DONE)
}

/// What is printed of an exercise says so, in a column of its own where there is no heading.
fn marked(mut report: Report, exercise: bool) -> Report {
    for table in report.tables.iter_mut().filter(|_| exercise) {
        table.columns.push(Column::words("EXERCISE"));
        table.rows.iter_mut().for_each(|row| row.push(Cell::from("EXERCISE")));
    }
    report
}

fn row_shape(row: &Row) -> Value {
    let at = DateTime::from_timestamp(row.at, 0).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    json!({
        "item": row.item, "kind": row.kind, "way": row.way, "at": at, "numbers": row.others, "duration": row.duration,
    })
}

fn number_shape(found: &NumberReport) -> Value {
    let compared = &found.comparison;
    let rows = |all: &[Row], which: &[usize]| which.iter().map(|at| row_shape(&all[*at])).collect::<Vec<_>>();
    let bill_only: Vec<Value> = compared
        .bill_only
        .iter()
        .map(|at| {
            let mut shape = row_shape(&found.bill[*at]);
            shape["maybe_part"] = json!(compared.maybe_parts.contains(at));
            shape
        })
        .collect();
    let durations: Vec<Value> = compared
        .durations
        .iter()
        .map(|(billed, kept)| json!({ "bill": row_shape(&found.bill[*billed]), "phone": row_shape(&found.phone[*kept]) }))
        .collect();
    json!({
        "number": found.number, "period": found.period, "sources": found.sources, "clock": compared.clock,
        "matched": compared.matched.len(), "months": found.months, "bill_only": bill_only,
        "phone_only": rows(&found.phone, &compared.phone_only), "not_billed": rows(&found.phone, &compared.not_billed),
        "durations": durations, "unknown_to_phone": compared.unknown_to_phone,
        "unknown_to_bill": compared.unknown_to_bill,
    })
}

fn mail_shape(found: &MailReport) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(&found.gaps)
        .map_err(|error| Failure::new("output", format!("The gaps could not be written: {error}"), ""))?;
    value["period"] = json!(found.period);
    value["sources"] = json!(found.sources);
    value["destroyed"] = json!(found.destroyed);
    Ok(value)
}

/// What is asked of, in words.
fn period_told(period: Period) -> String {
    match (period.from, period.to) {
        (Some(from), Some(to)) => format!(", {from} to {to}"),
        (Some(from), None) => format!(", from {from} on"),
        (None, Some(to)) => format!(", up to {to}"),
        (None, None) => String::new(),
    }
}

fn number_report(found: &NumberReport, zone: Tz, csv: bool) -> Report {
    let compared = &found.comparison;
    let title = format!("Bill and phone of {}{}", safe(&found.number), period_told(found.period));
    let mut report = Report::new(title);
    if csv {
        report.tables.push(number_rows(found, zone));
        return report;
    }
    for note in number_notes(found) {
        report.note(note);
    }
    let mut months = Table::new(
        "Months",
        [Column::words("month"), Column::numbers("on the bill"), Column::numbers("on the phone"), Column::words("")],
    );
    for month in &found.months {
        let note = match (month.bill, month.phone) {
            (0, 0) => "neither has anything",
            (_, 0) => "nothing on the phone",
            (0, _) => "no bill",
            _ => "",
        };
        months.push(
            [month.month.clone(), month.bill.to_string(), month.phone.to_string(), note.to_owned()].map(Cell::from),
        );
    }
    push(&mut report, months);
    let bill_only = compared.bill_only.iter().map(|at| {
        let note = if compared.maybe_parts.contains(at) { "can be a part of a long text the phone has" } else { "" };
        (&found.bill[*at], note)
    });
    push(&mut report, rows_table("On the bill, and not on the phone", zone, bill_only));
    let phone_only = compared.phone_only.iter().map(|at| (&found.phone[*at], ""));
    push(&mut report, rows_table("On the phone, and not on the bill", zone, phone_only));
    let durations: Vec<(&Row, String)> = compared
        .durations
        .iter()
        .map(|(billed, kept)| {
            let seconds = found.phone[*kept].duration.map_or(0, |one| one.seconds);
            (&found.bill[*billed], format!("the phone says {seconds} s ({})", found.phone[*kept].item))
        })
        .collect();
    let durations = durations.iter().map(|(row, note)| (*row, note.as_str()));
    push(&mut report, rows_table("The same call, and the durations do not fit", zone, durations));
    push(&mut report, numbers_table("Numbers of the bill of which the phone has nothing", &compared.unknown_to_phone));
    push(&mut report, numbers_table("Numbers of the phone of which the bill has nothing", &compared.unknown_to_bill));
    report
}

/// Adds a table that has rows.
fn push(report: &mut Report, table: Table) {
    if !table.rows.is_empty() {
        report.tables.push(table);
    }
}

fn number_notes(found: &NumberReport) -> Vec<String> {
    let (compared, sources) = (&found.comparison, &found.sources);
    let whose =
        if sources.phone_of.is_empty() { String::new() } else { format!(" of {}", safe(&sources.phone_of.join(", "))) };
    let mut notes = vec![
        format!(
            "The bill has {}, the phone{whose} {}; {} the same.",
            counted(sources.bill, "row"),
            counted(sources.phone, "row"),
            are(compared.matched.len() as u64)
        ),
        clock_told(compared.clock),
    ];
    if sources.bill == 0 {
        notes.push("No bill of this number is here. Ask the carrier for its usage detail and take it in.".to_owned());
    }
    if sources.phone == 0 {
        notes.push("No export of this phone is here. Ask whoever carries it, and take it in.".to_owned());
    }
    let (bill_only, phone_only) = (compared.bill_only.len() as u64, compared.phone_only.len() as u64);
    notes.push(format!(
        "{} on the bill that the phone does not have; {} on the phone that the bill does not have. {} more of a kind that \
         no bill has: calls nobody answered, messages of applications.",
        are(bill_only),
        are(phone_only),
        are(compared.not_billed.len() as u64)
    ));
    if sources.of_no_line > 0 {
        notes.push(format!(
            "{} of a bill name no line and were not compared; if they are of this one, name its person with --custodian.",
            counted(sources.of_no_line, "row")
        ));
    }
    notes.extend(source_notes(sources));
    notes.push(
        "A gap is a reason to ask, not proof that something was deleted: an export can be partial, and a bill can \
         be of another cycle."
            .to_owned(),
    );
    notes
}

fn are(count: u64) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// What the report cost, and what it could not compare.
fn source_notes(sources: &Sources) -> Vec<String> {
    let mut notes = vec![format!(
        "{} opened for this; nothing was recorded.",
        match sources.opened {
            1 => "1 item was".to_owned(),
            count => format!("{count} items were"),
        }
    )];
    if sources.undated > 0 {
        notes.push(format!(
            "{} no date and could not be placed.",
            match sources.undated {
                1 => "1 item has".to_owned(),
                count => format!("{count} items have"),
            }
        ));
    }
    if sources.unreadable > 0 {
        notes.push(format!(
            "{} not read back; run: recordroom verify",
            match sources.unreadable {
                1 => "1 item does".to_owned(),
                count => format!("{count} items do"),
            }
        ));
    }
    notes
}

fn clock_told(clock: ClockOffset) -> String {
    if clock.fitting == 0 {
        return "No row fits another, so the clocks could not be compared.".to_owned();
    }
    if clock.seconds == 0 {
        return "The clocks agree: no shift fits more rows.".to_owned();
    }
    let (side, seconds) = if clock.seconds > 0 { ("ahead of", clock.seconds) } else { ("behind", -clock.seconds) };
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!(
        "The phone's times are {hours} h {minutes} min {rest} s {side} the bill's: {} fit so, {} would without the shift. \
         It was taken off before comparing.",
        counted(clock.fitting as u64, "row"),
        clock.unshifted
    )
}

fn when(row: &Row, zone: Tz) -> String {
    DateTime::from_timestamp(row.at, 0)
        .map_or_else(String::new, |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "call",
        Kind::Text => "text",
    }
}

const fn way_word(way: Way) -> &'static str {
    match way {
        Way::In => "in",
        Way::Unanswered => "in, not answered",
        Way::Out => "out",
        Way::Unknown => "not told",
    }
}

fn duration_told(row: &Row) -> String {
    row.duration.map_or_else(String::new, |one| match one.is_rounded {
        true => format!("{} min", one.seconds / 60),
        false => format!("{} s", one.seconds),
    })
}

fn cells(row: &Row, zone: Tz) -> Vec<Cell> {
    let words = [
        row.item.clone(),
        when(row, zone),
        kind_word(row.kind).to_owned(),
        way_word(row.way).to_owned(),
        safe(&row.others.join(" ")),
        duration_told(row),
    ];
    words.into_iter().map(Cell::from).collect()
}

fn columns() -> Vec<Column> {
    ["item", "when", "kind", "way", "number", "duration"].into_iter().map(Column::words).collect()
}

fn rows_table<'a>(caption: &str, zone: Tz, rows: impl Iterator<Item = (&'a Row, &'a str)>) -> Table {
    let mut table = Table::new(caption, columns().into_iter().chain([Column::words("remark")]));
    for (row, note) in rows {
        table.push(cells(row, zone).into_iter().chain([Cell::from(note)]));
    }
    table
}

fn numbers_table(caption: &str, numbers: &[Dialled]) -> Table {
    let mut table = Table::new(caption, [Column::words("number"), Column::numbers("rows")]);
    for one in numbers {
        table.push([Cell::from(safe(&one.number)), Cell::from(one.rows.to_string())]);
    }
    table
}

/// Every row with what came of it, for a spreadsheet.
fn number_rows(found: &NumberReport, zone: Tz) -> Table {
    let compared = &found.comparison;
    let extra = [Column::words("outcome"), Column::words("other item")];
    let mut table = Table::new("Rows", columns().into_iter().chain(extra));
    let mut push = |row: &Row, outcome: &str, other: &str| {
        table.push(cells(row, zone).into_iter().chain([Cell::from(outcome), Cell::from(other)]));
    };
    for at in &compared.bill_only {
        let part = compared.maybe_parts.contains(at);
        push(
            &found.bill[*at],
            if part { "on the bill only; can be a part of a long text" } else { "on the bill only" },
            "",
        );
    }
    for at in &compared.phone_only {
        push(&found.phone[*at], "on the phone only", "");
    }
    for at in &compared.not_billed {
        push(&found.phone[*at], "on the phone; no bill has such", "");
    }
    for (billed, kept) in &compared.matched {
        let differs = compared.durations.contains(&(*billed, *kept));
        let outcome = if differs { "on both; the durations do not fit" } else { "on both" };
        push(&found.bill[*billed], outcome, &found.phone[*kept].item);
    }
    table
}

fn mail_report(found: &MailReport, csv: bool) -> Report {
    let gaps = &found.gaps;
    let mut report = Report::new(format!("Holes in the mail{}", period_told(found.period)));
    if !csv {
        for note in mail_notes(found) {
            report.note(note);
        }
        push(&mut report, mailboxes_table(found));
    }
    let mut months = Table::new("Months without a message", [Column::words("mailbox"), Column::words("month")]);
    for (custodian, empty) in &gaps.empty_months {
        for month in empty {
            months.push([Cell::from(safe(custodian)), Cell::from(month.as_str())]);
        }
    }
    push(&mut report, months);
    push(&mut report, silences_table(&gaps.silences));
    push(&mut report, absent_table(&gaps.absent, csv));
    report
}

fn mail_notes(found: &MailReport) -> Vec<String> {
    let gaps = &found.gaps;
    let answered = gaps.absent.iter().filter(|one| one.was_answered).count() as u64;
    let ours = gaps.absent.iter().filter(|one| one.was_ours && !one.was_answered).count() as u64;
    let mut notes = vec![
        format!(
            "{} looked at.",
            match gaps.messages {
                1 => "1 message was".to_owned(),
                count => format!("{count} messages were"),
            }
        ),
        format!(
            "{} referred to and not here: {answered} of them the city answered, so it had them; {ours} the city sent. The \
             others may never have come to the city; --csv and --json list them.",
            are(gaps.absent.len() as u64)
        ),
    ];
    if !gaps.without_any.is_empty() {
        notes.push(format!("Without any message: {}.", safe(&gaps.without_any.join(", "))));
    }
    if found.destroyed > 0 {
        notes.push(format!(
            "{} destroyed by rule; a message that is referred to can be among them, and nothing tells which.",
            match found.destroyed {
                1 => "1 item was".to_owned(),
                count => format!("{count} items were"),
            }
        ));
    }
    notes.extend(source_notes(&found.sources));
    notes.push("A gap is a reason to ask, not proof that something was deleted.".to_owned());
    notes
}

fn mailboxes_table(found: &MailReport) -> Table {
    let mut table = Table::new("Mailboxes", [Column::words("mailbox"), Column::numbers("messages with a date")]);
    for (name, count) in &found.gaps.mailboxes {
        table.push([Cell::from(safe(name)), Cell::from(count.to_string())]);
    }
    table
}

fn silences_table(silences: &[Silence]) -> Table {
    let columns = [
        Column::words("mailbox"),
        Column::words("last message"),
        Column::words("next message"),
        Column::numbers("days"),
        Column::numbers("usually at most"),
    ];
    let mut table = Table::new("Silences longer than usual", columns);
    for one in silences {
        let (after, until) = (one.after.to_string(), one.until.to_string());
        let words = [safe(&one.custodian), after, until, one.days.to_string(), one.usual.to_string()];
        table.push(words.map(Cell::from));
    }
    table
}

fn absent_table(absent: &[Absent], whole: bool) -> Table {
    let columns = [Column::words("message id"), Column::words("why it matters"), Column::words("referred to by")];
    let mut table = Table::new("Referred to, and not here", columns);
    // Those that may never have come to the city are counted above the tables, and all are in the CSV.
    for one in absent.iter().filter(|one| whole || one.was_answered || one.was_ours) {
        let why = match (one.was_answered, one.was_ours) {
            (true, _) => "the city answered it",
            (false, true) => "the city sent it",
            (false, false) => "",
        };
        let shown = if whole { one.cited_by.len() } else { SHOWN_ITEMS.min(one.cited_by.len()) };
        let more = one.cited_by.len() - shown;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        table.push(
            [safe(&one.id), why.to_owned(), format!("{}{more}", one.cited_by[..shown].join(" "))].map(Cell::from),
        );
    }
    table
}
