//! `timeline`

use super::output::{Failure, Output, counted};
use super::{DONE, args::Common, repository};
use crate::access;
use crate::catalog::Guard;
use crate::text::safe;
use crate::timeline::{Line, Subject, TimelineError, timeline, zone_words};
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

// Arguments of `timeline`.
#[derive(Debug, Args)]
pub struct Timeline {
    /// A person (an address, a number, a name, a handle), a hold such as H-1, or a request such as Q-1
    pub of: String,
    /// The first day, in the city's time
    #[arg(long)]
    pub from: Option<NaiveDate>,
    /// The last day, included
    #[arg(long)]
    pub to: Option<NaiveDate>,
    /// Write a CSV table to standard output
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

impl From<TimelineError> for Failure {
    fn from(error: TimelineError) -> Self {
        match error {
            TimelineError::Repository(error) => error.into(),
            TimelineError::Catalog(error) => error.into(),
            TimelineError::People(error) => error.into(),
        }
    }
}

/// `recordroom timeline`
pub fn run(common: &Common, arguments: &Timeline, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let all = timeline(&opened, &subject(&arguments.of), (arguments.from, arguments.to))?;
    let shown: Vec<_> = all.lines.iter().map(|line| line.family).collect();
    access::record(&mut opened, "timeline", &shown, &repository::actor(common))?;
    if arguments.csv {
        let label = if opened.profile().exercise { "EXERCISE" } else { "" };
        output.bytes(all.table(label).to_csv().as_bytes())?;
        return Ok(DONE);
    }
    let mut text = String::new();
    if !all.of.is_empty() {
        text.push_str(&format!("Of {}\n", safe(&all.of.join(", "))));
    }
    text.push_str(&format!("Times are those of {}, each with its offset.\n\n", opened.zone()));
    all.lines.iter().for_each(|line| text.push_str(&told(line)));
    text.push_str(&format!("\n{}", counted(all.lines.len() as u64, "item")));
    if all.undated > 0 {
        text.push_str(&format!(", {} of them without a known time, at the end", all.undated));
    }
    text.push('\n');
    if all.set_aside > 0 {
        let items = counted(all.set_aside, "item");
        text.push_str(&format!("{items} from personal devices left out: recordroom screen list\n"));
    }
    if all.unreadable > 0 {
        text.push_str(&format!("{} cannot be read: recordroom verify\n", counted(all.unreadable, "item")));
    }
    let value = json!({
        "of": all.of, "zone": opened.zone().name(), "count": all.lines.len(), "undated": all.undated,
        "set_aside": all.set_aside, "unreadable": all.unreadable, "lines": all.lines,
    });
    output.result(value, &text)?;
    Ok(DONE)
}

/// H-1 is a hold and Q-1 a request; everything else is a person.
fn subject(of: &str) -> Subject {
    let of = of.trim();
    let hold = of.get(..2).filter(|head| head.eq_ignore_ascii_case("H-")).and_then(|_| of.parse().ok());
    let request = of.get(..2).filter(|head| head.eq_ignore_ascii_case("Q-")).and_then(|_| of.parse().ok());
    match (hold.map(Guard::Hold), request.map(Guard::Request)) {
        (Some(guard), _) | (None, Some(guard)) => Subject::Matter(guard),
        (None, None) => Subject::Person(of.to_owned()),
    }
}

fn told(line: &Line) -> String {
    let when = line.local.as_deref().unwrap_or("no known time           ");
    let zone = line.zone.map_or(String::new(), |zone| format!(" ({}, {})", line.time_of, zone_words(zone)));
    let mut about = vec![line.kind.word().to_owned()];
    about.extend([line.way().to_owned(), line.duration()].into_iter().filter(|word| !word.is_empty()));
    let (from, to) = (safe(&line.from.join(", ")), safe(&line.to.join(", ")));
    let parties = if to.is_empty() { from } else { format!("{from} to {to}") };
    let files = match line.attachments {
        0 => String::new(),
        count => format!(" [{}]", counted(count as u64, "attachment")),
    };
    format!("{when}  {}  {}  {parties}{zone}\n    {}{files}\n", line.family, about.join(", "), safe(&line.text))
}
