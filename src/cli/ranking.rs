//! `review next`, `review sample`, `review progress`, `review stop`.

use super::output::{Failure, Output, counted};
use super::repository::{self, REFUSED};
use super::{DONE, review};
use crate::base::id::RequestId;
use crate::ranking::{
    self, Elusion, Order, Progress, RankingError, SampleKind, Share, TARGET_PERCENT, draw, progress, record_order,
};
use crate::repository::Repository;
use crate::text::safe;
use clap::Args;
use serde_json::json;

// Arguments of `review next`.
#[derive(Debug, Args)]
pub struct Next {
    /// The request, such as Q-1
    pub request: RequestId,
    /// How many families to list
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}

// Arguments of `review sample`.
#[derive(Debug, Args)]
pub struct Sample {
    /// The request, such as Q-1
    pub request: RequestId,
    /// control: of the whole collection, before the review begins; elusion: of what is not read
    #[arg(long, default_value = "control")]
    pub kind: String,
    /// How many families
    #[arg(long, default_value_t = 400)]
    pub size: usize,
}

// Arguments of `review progress`.
#[derive(Debug, Args)]
pub struct ProgressOf {
    /// The request, such as Q-1
    pub request: RequestId,
    /// The recall that the rule for stopping asks for, in percent
    #[arg(long, default_value_t = TARGET_PERCENT)]
    pub target: u32,
}

// Arguments of `review stop`.
#[derive(Debug, Args)]
pub struct Stop {
    /// The request, such as Q-1; in litigation alone
    pub request: RequestId,
    /// The recall that the rule asks for, in percent
    #[arg(long, default_value_t = TARGET_PERCENT)]
    pub target: u32,
    /// Why the rest need not be read
    #[arg(long)]
    pub reason: String,
    /// Decide so although the rule is not met; that it was not is recorded
    #[arg(long)]
    pub rule_not_met: bool,
}

impl From<RankingError> for Failure {
    fn from(error: RankingError) -> Self {
        match error {
            RankingError::Repository(error) => error.into(),
            RankingError::Catalog(error) => error.into(),
            RankingError::Refused { message, hint } => {
                Self::new("refused", repository::capitalised(&message), hint).with_exit(REFUSED)
            }
        }
    }
}

/// `recordroom review next`
pub(super) fn next(opened: &mut Repository, arguments: &Next, actor: &str, output: &Output) -> Result<u8, Failure> {
    let id = arguments.request;
    let order = ranking::next(opened, id, arguments.limit)?;
    record_order(opened, id, &order, actor)?;
    let text = told_order(opened, id, &order)?;
    output.result(json!({ "request": id, "order": order }), &text)?;
    Ok(DONE)
}

fn told_order(opened: &Repository, id: RequestId, order: &Order) -> Result<String, Failure> {
    let mut text = String::new();
    for one in &order.next {
        let why = if one.drawn { "drawn".to_owned() } else { format!("{:.3}", one.score) };
        text.push_str(&format!("{:<8} {why:<6} {}\n", one.family.to_string(), review::outline(opened, one.family)?));
        if !one.words.is_empty() && !one.drawn {
            text.push_str(&format!("                because of {}\n", safe(&one.words.join(", "))));
        }
    }
    let (relevant, other) = order.learnt_from;
    text.push_str(&format!(
        "{} to read, {} listed. Learnt from {relevant} relevant and {other} others; a score is an order and no chance.\n",
        counted(order.undecided, "family"),
        order.next.len()
    ));
    if !order.words.is_empty() {
        text.push_str(&format!("What weighs most: {}\n", safe(&order.words.join(", "))));
    }
    if order.unreadable > 0 {
        text.push_str(&format!("{} cannot be read: recordroom verify\n", counted(order.unreadable, "family")));
    }
    if order.undecided > 0 {
        text.push_str(&format!("Decide with: recordroom review decide {id} --family F-... --decision ...\n"));
    }
    Ok(text)
}

/// `recordroom review sample`
pub(super) fn sample(opened: &mut Repository, arguments: &Sample, actor: &str, output: &Output) -> Result<u8, Failure> {
    let kind = SampleKind::parse(&arguments.kind).ok_or_else(|| {
        Failure::usage(format!("{:?} is no kind of sample", arguments.kind), "Write --kind control or --kind elusion.")
    })?;
    let drawn = draw(opened, arguments.request, kind, arguments.size, actor)?;
    let text = format!(
        "{} sample {}: {} drawn from {} (seed {})\nRead it first: recordroom review next {}\n",
        repository::capitalised(kind.word()),
        drawn.id,
        counted(drawn.families.len() as u64, "family"),
        drawn.population,
        drawn.seed,
        drawn.request
    );
    output.result(json!(drawn), &text)?;
    Ok(DONE)
}

/// `recordroom review progress`
pub(super) fn progress_of(opened: &Repository, arguments: &ProgressOf, output: &Output) -> Result<u8, Failure> {
    let found = progress(opened, arguments.request, arguments.target)?;
    let text = told_progress(arguments.request, &found);
    output.result(json!({ "request": arguments.request, "progress": found }), &text)?;
    Ok(DONE)
}

fn told_progress(id: RequestId, found: &Progress) -> String {
    let mut text = format!(
        "{} collected: {} relevant, {} not, {} with items to be decided\n",
        counted(found.families, "family"),
        found.relevant,
        found.other,
        found.undecided
    );
    if let Some((size, open)) = found.control {
        text.push_str(&format!("Control sample of {size}, {open} to be read\n"));
    }
    if let Some(richness) = &found.richness {
        let families = |share: f64| (share * found.families as f64).round();
        text.push_str(&format!(
            "Relevant in the collection, by the control sample: {} (about {} of {}, between {} and {})\n",
            told_share(richness),
            families(richness.share),
            found.families,
            families(richness.low),
            families(richness.high)
        ));
    }
    if let (Some(recall), Some(low)) = (&found.recall, found.recall_low) {
        text.push_str(&format!("Reached of what is relevant: {}; at least {:.1} %\n", told_share(recall), low * 100.0));
    }
    found.elusion.iter().for_each(|one| text.push_str(&told_elusion(one)));
    if let Some(stop) = &found.stopped {
        let met = if stop.rule_met { "the rule was met" } else { "the rule was not met" };
        text.push_str(&format!(
            "Stopped by {} ({}; event {}): {} not read. {}\n",
            safe(&stop.by),
            met,
            stop.event.get(),
            counted(stop.undecided, "family"),
            safe(&stop.reason)
        ));
    }
    let rule = &found.rule;
    if rule.met {
        text.push_str(&format!("The rule for stopping at {} % is met.\n", rule.target));
    } else {
        text.push_str(&format!("The rule for stopping at {} % is not met:\n", rule.target));
        rule.missing.iter().for_each(|one| text.push_str(&format!("    {one}\n")));
    }
    text.push_str(
        "Only a request in litigation may stop, by the attorney's decision; every other one is read to its end.\n",
    );
    if found.undecided > 0 {
        text.push_str(&format!("What is left: recordroom review list {id} --undecided\n"));
    }
    text
}

fn told_share(share: &Share) -> String {
    let percent = |share: f64| share * 100.0;
    let (found, of) = (share.found, share.of);
    format!("{found} of {of}, {:.1} % [{:.1}, {:.1}]", percent(share.share), percent(share.low), percent(share.high))
}

fn told_elusion(one: &Elusion) -> String {
    let drawn =
        format!("Elusion sample {} from {} families: {} relevant", one.sample, one.population, told_share(&one.share));
    match (one.recall_low, one.recall_high) {
        (Some(low), Some(high)) => format!("{drawn}; found of all: {:.1} to {:.1} %\n", low * 100.0, high * 100.0),
        _ if one.stale => format!("{drawn}; items were collected since\n"),
        _ => format!("{drawn}; {} to be read\n", one.open),
    }
}

/// `recordroom review stop`
pub(super) fn stop(opened: &mut Repository, arguments: &Stop, actor: &str, output: &Output) -> Result<u8, Failure> {
    let id = arguments.request;
    let stop = ranking::stop(opened, id, arguments.target, arguments.rule_not_met, &arguments.reason, actor)?;
    let met = if stop.rule_met { "The rule was met" } else { "The rule was not met, and that is recorded" };
    let text = format!(
        "The review of {id} is stopped by {}: {} not read. {met} (event {}).\n\
         They stay listed, undecided and unproduced: recordroom review list {id} --undecided\n\
         What is collected from now on is not covered.\n",
        safe(&stop.by),
        counted(stop.undecided, "family"),
        stop.event.get()
    );
    output.result(json!(stop), &text)?;
    Ok(DONE)
}
