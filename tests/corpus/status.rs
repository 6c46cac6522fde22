//! Record status on messages that two readers labelled, and bulk mail and bounces by their own marks.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the tests say so and pass. The rules were tuned on the messages whose id
//! has an even first byte of SHA-256; the others are reported apart and were not looked at.

use crate::place::corpora;
use recordroom::base::clock::StopWatch;
use recordroom::base::digest::Sha256Digest;
use recordroom::classify::{Context, Rules, classify};
use recordroom::model::classification::{Proposal, RecordStatus};
use recordroom::model::item::{Original, ParsedItem, RawItem, Shape};
use recordroom::model::provenance::CopyFacts;
use recordroom::model::record::{Party, RecordKind, Role};
use recordroom::source::{ReadOptions, parse};
use serde_json::Value;
use std::collections::BTreeMap;

fn labelled(name: &str) -> Option<Vec<Value>> {
    let path = corpora(&format!("labelled/{name}"))?;
    let text = std::fs::read_to_string(path).expect("the file is readable");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect())
}

fn text<'v>(row: &'v Value, field: &str) -> &'v str {
    row[field].as_str().unwrap_or_default()
}

/// Whether the rules may have been fitted to this message.
fn is_tuning(row: &Value) -> bool {
    Sha256Digest::of(text(row, "id").as_bytes()).as_bytes()[0].is_multiple_of(2)
}

fn parties(item: &mut ParsedItem, written: &str, role: Role) {
    let separator = if written.contains(';') { ';' } else { ',' };
    // "Kaminski, Vince" is one name: a part without an address goes with the next one.
    for part in written.split(separator).map(str::trim).filter(|part| !part.is_empty()) {
        let address = match part.split_once('<') {
            Some((_, rest)) => rest.trim_end_matches(['>', '.', ' ']).trim(),
            None => part.trim_matches(['\'', '"', '>', ' ']),
        };
        let normal = address.contains('@').then(|| address.to_lowercase());
        item.parties.push(Party { role, name: String::new(), address: address.to_owned(), normal });
    }
}

fn item(row: &Value) -> ParsedItem {
    let kind = if text(row, "source") == "text" { RecordKind::Text } else { RecordKind::Email };
    let mut item = ParsedItem::new(kind);
    item.subject = text(row, "subject").to_owned();
    item.body = text(row, "body").to_owned();
    parties(&mut item, text(row, "from"), Role::From);
    parties(&mut item, text(row, "to"), Role::To);
    parties(&mut item, text(row, "cc"), Role::Cc);
    item
}

/// The domains of the employer in whose mailbox the message lay.
fn context(source: &str) -> Context {
    let domains: &[&str] = match source {
        "enron" => &["enron.com"],
        "state" => &["state.gov", "clintonemail.com"],
        "mixed-inbox" => &["localhost.netnoteinc.com", "jmason.org"],
        _ => &[],
    };
    Context { domains: domains.iter().map(|one| (*one).to_owned()).collect(), ..Context::default() }
}

fn proposal(item: &ParsedItem, context: &Context) -> Proposal {
    classify(item, &CopyFacts::default(), context, &Rules::shipped())
}

const TRUTHS: [(&str, RecordStatus); 4] = [
    ("official", RecordStatus::Official),
    ("transitory", RecordStatus::Transitory),
    ("non_record", RecordStatus::NonRecord),
    ("personal", RecordStatus::Personal),
];
const COLUMNS: [RecordStatus; 5] = [
    RecordStatus::Official,
    RecordStatus::Transitory,
    RecordStatus::NonRecord,
    RecordStatus::Personal,
    RecordStatus::Undetermined,
];

/// How often each truth was proposed to be each status.
#[derive(Default)]
struct Matrix(BTreeMap<(RecordStatus, RecordStatus), u32>);

impl Matrix {
    fn at(&self, truth: RecordStatus, proposed: RecordStatus) -> u32 {
        self.0.get(&(truth, proposed)).copied().unwrap_or(0)
    }

    fn column(&self, proposed: RecordStatus) -> u32 {
        TRUTHS.iter().map(|(_, truth)| self.at(*truth, proposed)).sum()
    }

    fn row(&self, truth: RecordStatus) -> u32 {
        COLUMNS.iter().map(|proposed| self.at(truth, *proposed)).sum()
    }

    fn precision(&self, status: RecordStatus) -> f64 {
        f64::from(self.at(status, status)) / f64::from(self.column(status).max(1))
    }

    fn recall(&self, status: RecordStatus) -> f64 {
        f64::from(self.at(status, status)) / f64::from(self.row(status).max(1))
    }

    fn all(&self) -> u32 {
        self.0.values().sum()
    }

    fn undetermined(&self) -> f64 {
        f64::from(self.column(RecordStatus::Undetermined)) / f64::from(self.all().max(1))
    }

    /// Official messages for which something shorter-lived was proposed.
    fn official_shortened(&self) -> u32 {
        [RecordStatus::Transitory, RecordStatus::NonRecord, RecordStatus::Personal]
            .iter()
            .map(|proposed| self.at(RecordStatus::Official, *proposed))
            .sum()
    }

    /// Of them, those that a bulk confirmation would make real: the share of a class that is official is `wrong`, and
    /// a sample of 59 (or all there are) passes only if none of the sampled is anything but the class. In expectation.
    fn shortened_after_sampling(&self) -> f64 {
        [RecordStatus::Transitory, RecordStatus::NonRecord, RecordStatus::Personal]
            .iter()
            .map(|proposed| {
                let (size, right) = (self.column(*proposed), self.at(*proposed, *proposed));
                f64::from(self.at(RecordStatus::Official, *proposed)) * passes(size, size - right, 59)
            })
            .sum()
    }

    fn print(&self, title: &str) {
        println!("\n{title}: {} messages", self.all());
        println!("{:<12}{}", "truth", COLUMNS.map(|one| format!("{one:>14}")).concat());
        for (name, truth) in TRUTHS {
            println!("{name:<12}{}", COLUMNS.map(|one| format!("{:>14}", self.at(truth, one))).concat());
        }
        for (name, status) in TRUTHS {
            println!("{name:<12} precision {:.3}  recall {:.3}", self.precision(status), self.recall(status));
        }
        println!("undetermined {:.1} %", self.undetermined() * 100.0);
        println!("official messages proposed as something shorter-lived: {}", self.official_shortened());
        println!(
            "of them confirmed in bulk after a sample of 59, in expectation: {:.4}",
            self.shortened_after_sampling()
        );
        for (name, status) in TRUTHS.iter().skip(1) {
            let chance = self.precision(*status).powi(59);
            println!("{name:<12} chance that a large class with this share wrong passes a sample of 59: {chance:.6}");
        }
    }
}

/// The probability that a random sample meets none of the wrong ones (hypergeometric).
fn passes(size: u32, wrong: u32, sample: u32) -> f64 {
    (0..sample.min(size))
        .map(|drawn| f64::from((size - wrong).saturating_sub(drawn)) / f64::from(size - drawn))
        .product()
}

#[test]
fn records_status_of_labelled_messages() {
    let Some(rows) = labelled("records_status.jsonl") else { return };
    let (mut tuning, mut other, mut sure) = (Matrix::default(), Matrix::default(), Matrix::default());
    let raws = labelled("spamassassin.jsonl").unwrap_or_default();
    let raws: BTreeMap<&str, &Value> = raws.iter().map(|row| (text(row, "id"), row)).collect();
    let mut headed = (Matrix::default(), 0);
    for row in &rows {
        let truth = TRUTHS.iter().find(|(name, _)| *name == text(row, "label")).expect("one of the four").1;
        let proposed = proposal(&item(row), &context(text(row, "source")));
        let half = if is_tuning(row) { &mut tuning } else { &mut other };
        *half.0.entry((truth, proposed.status)).or_default() += 1;
        // The labelled file has no list headers; those messages whose original is at hand are read from it.
        let whole = raws.get(text(row, "id")).map(|row| raw(row).0);
        headed.1 += u32::from(whole.is_some());
        let whole = whole.unwrap_or_else(|| item(row));
        let status = proposal(&whole, &context(text(row, "source"))).status;
        *headed.0.0.entry((truth, status)).or_default() += 1;
        if row["ambiguous"] == Value::Bool(false) && !is_tuning(row) {
            *sure.0.entry((truth, proposed.status)).or_default() += 1;
        }
    }
    tuning.print("tuning half");
    other.print("other half");
    sure.print("other half, where both readers agreed");
    headed.0.print(&format!("both halves, {} of them with their own headers", headed.1));
    // Loose floors: they catch rules that were broken, not rules that are a little better or worse.
    for half in [&tuning, &other] {
        assert!(half.official_shortened() <= 5, "official messages proposed as something shorter-lived");
        assert!(half.shortened_after_sampling() < 0.5, "what a sample lets through");
        for status in [RecordStatus::Transitory, RecordStatus::NonRecord, RecordStatus::Personal] {
            assert!(half.precision(status) >= 0.7, "{status} is proposed on strong evidence only");
        }
        assert!(half.undetermined() < 0.75, "the rules say something");
    }
}

fn raw(row: &Value) -> (ParsedItem, u64) {
    let bytes = text(row, "raw").as_bytes().to_vec();
    let length = bytes.len() as u64;
    let raw = RawItem {
        ordinal: 0,
        place: "the only one".to_owned(),
        original: Original::Bytes(bytes),
        identity: None,
        shape: Shape::Message,
        copy: CopyFacts::default(),
    };
    (parse(&raw, &ReadOptions::of(chrono_tz::America::Chicago)), length)
}

/// Counts proposals by a mark of the message.
fn tally(
    rows: &[Value],
    context: &Context,
    mark: impl Fn(&Value) -> &'static str,
) -> BTreeMap<(&'static str, RecordStatus), u32> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let proposed = proposal(&raw(row).0, context);
        *counts.entry((mark(row), proposed.status)).or_default() += 1;
    }
    counts
}

fn share(counts: &BTreeMap<(&'static str, RecordStatus), u32>, mark: &str, status: RecordStatus) -> f64 {
    let all: u32 = counts.iter().filter(|((one, _), _)| *one == mark).map(|(_, count)| count).sum();
    let wanted: u32 =
        counts.iter().filter(|((one, at), _)| *one == mark && *at == status).map(|(_, count)| count).sum();
    f64::from(wanted) / f64::from(all.max(1))
}

#[test]
fn bulk_mail_and_bounces_by_their_own_marks() {
    let (Some(bulk), Some(bounces)) = (labelled("spamassassin.jsonl"), labelled("sisimai.jsonl")) else { return };
    let has = |row: &Value, wanted: &str| {
        row["labels"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one.as_str().is_some_and(|one| one.starts_with(wanted))))
    };
    let counts = tally(&bulk, &context("mixed-inbox"), |row| {
        if has(row, "spam") {
            "spam"
        } else if has(row, "hdr:list") || has(row, "hdr:precedence") {
            "list mail"
        } else {
            "other mail"
        }
    });
    println!("\nbulk mail: {counts:?}");
    assert!(share(&counts, "list mail", RecordStatus::NonRecord) >= 0.9, "list mail is told by its header");
    assert!(share(&counts, "list mail", RecordStatus::Personal) < 0.01);
    let counts = tally(&bounces, &Context::default(), |row| {
        if has(row, "bounce_dsn") {
            "bounce"
        } else if has(row, "auto_reply") {
            "automatic answer"
        } else if has(row, "feedback_report") {
            "feedback report"
        } else {
            "none of them"
        }
    });
    println!("bounces: {counts:?}");
    assert!(share(&counts, "bounce", RecordStatus::Transitory) >= 0.8, "bounces are told by header, subject or text");
}

/// A figure for the log, measured on parsed messages; no floor, since a test machine may be busy.
#[test]
fn how_many_messages_a_second() {
    let Some(rows) = labelled("spamassassin.jsonl") else { return };
    let items: Vec<ParsedItem> = rows.iter().take(1_000).map(|row| raw(row).0).collect();
    let bytes: usize = items.iter().map(|item| item.body.len()).sum();
    let context = context("mixed-inbox");
    let rules = Rules::shipped();
    let watch = StopWatch::start();
    let mut evidence = 0;
    for item in items.iter().cycle().take(5_000) {
        evidence += classify(item, &CopyFacts::default(), &context, &rules).evidence.len();
    }
    let rate = 5_000.0 / watch.seconds();
    println!(
        "\n{rate:.0} messages a second on one core, {} bytes of body on average, {evidence} pieces of evidence",
        bytes / items.len().max(1)
    );
    assert!(evidence > 0, "something was found");
}
