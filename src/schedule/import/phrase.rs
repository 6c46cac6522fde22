//! What a schedule says in a clerk's words ("6 yrs after audit", "Permanent") as a [`Term`].
//!
//! A phrase is understood whole or not at all: a condition, a range or a remark that could change the period makes it
//! unreadable, because a period that is guessed too short destroys. What is read is bounded: a phrase has no more
//! characters than [`PHRASE_CHARS`].

use super::events::{Start, start_of};
use crate::model::retention::{Cutoff, Period, Term, Trigger};
use crate::schedule::grammar::is_too_long;

/// Characters of the longest phrase that is read; longer ones are paragraphs.
const PHRASE_CHARS: usize = 240;

/// What a phrase says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// How long at least.
    pub keep: Term,
    /// How long at most.
    pub maximum: Option<Term>,
    /// Whether it asks for a transfer to the archives.
    pub archival: bool,
    /// What the clerk should look at although it was understood.
    pub remarks: Vec<String>,
}

/// Reads a phrase. `unit` is what a bare number counts (a column "Retention (years)"), `from` what a bare period counts
/// from (a column "Trigger"). The error says why it could not be understood, in words.
pub fn read_phrase(text: &str, unit: Option<fn(u32) -> Period>, from: Option<&str>) -> Result<Phrase, String> {
    if text.chars().count() > PHRASE_CHARS {
        return Err("it is longer than any period; write the period by itself".to_owned());
    }
    let mut words = cleaned(text);
    if words.is_empty() {
        return Err("no retention is written".to_owned());
    }
    let mut remarks = Vec::new();
    let archival = without_endings(&mut words);
    if let Some(word) = doubt(&words) {
        return Err(format!("“{word}” makes it depend on something that is not in the line"));
    }
    let mut reading = Reading { unit, from, remarks: &mut remarks };
    let (keep, maximum) = match words.as_str() {
        // Nothing but the transfer was written: what stays with the city is not told.
        "" => return Err("it says what to do with the records and not how long to keep them".to_owned()),
        "permanent" | "permanently" | "perm" | "p" | "pm" => (Term::Permanent, None),
        "indefinite" | "indefinitely" | "forever" => {
            reading.remarks.push("“indefinitely” was read as permanent".to_owned());
            (Term::Permanent, None)
        }
        other => match maximum(other) {
            Some(rest) => {
                let keep = Term::Unknown("only a maximum is written; say how long it is kept at least".to_owned());
                reading.remarks.push("a maximum was read, and no minimum; say how long it is kept at least".to_owned());
                (keep, Some(reading.term(rest)?))
            }
            None => (reading.term(other)?, None),
        },
    };
    Ok(Phrase { keep, maximum, archival, remarks })
}

/// The phrase in small letters, with one space between words, digits for number words, and without the verbs that say
/// no more than "keep".
fn cleaned(text: &str) -> String {
    let mut text = text.to_lowercase().replace(['–', '—'], "-").replace(['’', '‘'], "'");
    text = text.replace("ω", "").replace(['\u{a0}', '\t', '\n', '\r'], " ");
    text = text.replace('+', " + ").replace([',', ';'], " , ").replace('/', " / ");
    let words: Vec<String> = text.split_whitespace().map(|word| digits(word.trim_end_matches('.'))).collect();
    let joined = without_repeated_numbers(&words).join(" ").replace(" ,", ",");
    let mut rest = joined.trim_matches([' ', ',', '.']);
    while let Some(shorter) = BEGINNINGS.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter.trim_start_matches([' ', ',', ':']);
    }
    rest.to_owned()
}

const BEGINNINGS: [&str; 22] = [
    "retain for ",
    "retain ",
    "retained for ",
    "retained ",
    "keep for ",
    "keep ",
    "maintained ",
    "maintain for ",
    "maintain ",
    "destroy after ",
    "dispose after ",
    "delete after ",
    "destroy ",
    "delete ",
    "dispose ",
    "for a period of ",
    "for ",
    "a minimum of ",
    "minimum of ",
    "minimum ",
    "min ",
    "at least ",
];

/// "three (3) years" says the number once more.
fn without_repeated_numbers(words: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let inner = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        if inner.is_some_and(|inner| kept.last().is_some_and(|last| *last == digits(inner))) {
            continue;
        }
        kept.push(word.clone());
    }
    kept
}

fn digits(word: &str) -> String {
    const WORDS: [(&str, &str); 19] = [
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("fifteen", "15"),
        ("eighteen", "18"),
        ("twenty", "20"),
        ("thirty", "30"),
        ("sixty", "60"),
        ("ninety", "90"),
        ("fifty", "50"),
    ];
    WORDS.iter().find(|(name, _)| *name == word).map_or_else(|| word.to_owned(), |(_, number)| (*number).to_owned())
}

/// Takes off what is to happen afterwards, and says whether that is a transfer to the archives.
fn without_endings(words: &mut String) -> bool {
    const DESTROY: [&str; 12] = [
        "then destroy",
        "then destroyed",
        "and then destroy",
        "and destroy",
        "then dispose",
        "then delete",
        "then discard",
        "then shred",
        "then may be destroyed",
        "or longer",
        "or more",
        "minimum",
    ];
    const ARCHIVES: [&str; 8] = [
        "then transfer to state archives",
        "then transfer to the state archives",
        "then offer to state archives",
        "then archives",
        "transfer to state archives",
        "transfer to archives",
        "archival",
        "historical",
    ];
    let mut archival = false;
    loop {
        let trimmed = words.trim_end_matches([' ', ',', '.', '-']).to_owned();
        let whole = |ending: &&&str| {
            trimmed.strip_suffix(**ending).is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', ',']))
        };
        if let Some(ending) = DESTROY.iter().find(whole) {
            *words = trimmed[..trimmed.len() - ending.len()].trim_end_matches([' ', ',']).to_owned();
        } else if let Some(ending) = ARCHIVES.iter().find(whole) {
            archival = true;
            *words = trimmed[..trimmed.len() - ending.len()].trim_end_matches([' ', ',']).to_owned();
        } else {
            *words = trimmed;
            return archival;
        }
    }
}

/// A word that makes a period depend on something else.
fn doubt(words: &str) -> Option<&str> {
    const DOUBTS: [&str; 20] = [
        "if",
        "unless",
        "except",
        "excluding",
        "see",
        "note",
        "varies",
        "vary",
        "per",
        "depending",
        "dependent",
        "normally",
        "approximately",
        "about",
        "may",
        "immediately",
        "state",
        "some",
        "review",
        "appraisal",
    ];
    if words.contains(['(', ')', '[', ']', '?', '*']) {
        return words.split_whitespace().find(|word| word.contains(['(', ')', '[', ']', '?', '*']));
    }
    words.split([' ', ',', '-', '.']).find(|word| DOUBTS.contains(word))
}

/// What follows the words of a maximum.
fn maximum(words: &str) -> Option<&str> {
    const WORDS: [&str; 9] = [
        "not more than ",
        "no more than ",
        "no later than ",
        "not later than ",
        "no longer than ",
        "not longer than ",
        "at most ",
        "within ",
        "maximum of ",
    ];
    WORDS.iter().find_map(|word| words.strip_prefix(word))
}

struct Reading<'a> {
    unit: Option<fn(u32) -> Period>,
    from: Option<&'a str>,
    remarks: &'a mut Vec<String>,
}

impl Reading<'_> {
    fn term(&mut self, words: &str) -> Result<Term, String> {
        for (ending, make) in [
            (["later", "longer", "latest", "longest", "last"].as_slice(), Term::Latest as fn(Vec<Term>) -> Term),
            (["earlier", "sooner", "first", "earliest", "shorter"].as_slice(), Term::Earliest),
        ] {
            if let Some(list) = ending.iter().find_map(|word| whichever(words, word)) {
                return self.several(list).map(make);
            }
        }
        if let Some((one, two)) = words.split_once(" and until ").or_else(|| words.split_once(" and after ")) {
            let parts = vec![self.single(one.trim_end_matches(','))?, self.single(&format!("until {two}"))?];
            return Ok(Term::Latest(parts));
        }
        if words.contains(" or ") && !is_one_event(words) {
            return Err(
                "it names several and does not say which of them counts (whichever is later, or earlier)".to_owned()
            );
        }
        self.single(words.trim_end_matches(','))
    }

    /// "2 years after received or provided": the length is said once, and counts for each.
    fn several(&mut self, list: &str) -> Result<Vec<Term>, String> {
        let parts: Vec<&str> = list.split(" or ").flat_map(|part| part.split(", ")).map(str::trim).collect();
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.len() < 2 {
            return Err("it says which of several counts, and names only one".to_owned());
        }
        let shared = parts[0].split_once(" after ").filter(|(length, _)| self.period(length).is_ok());
        let mut terms = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let has_length = part.starts_with(|c: char| c.is_ascii_digit()) || starts_open(part);
            match shared {
                Some((length, _)) if place > 0 && !has_length => {
                    terms.push(self.single(&format!("{length} after {part}"))?);
                }
                _ => terms.push(self.single(part)?),
            }
        }
        Ok(terms)
    }

    fn single(&mut self, words: &str) -> Result<Term, String> {
        if words == "permanent" || words == "permanently" {
            return Ok(Term::Permanent);
        }
        for joint in [" after ", " from ", " following ", " past ", " beyond ", " once "] {
            if let Some((length, event)) = words.split_once(joint)
                && let Ok(period) = self.period(length)
            {
                return self.after(period, event);
            }
        }
        for joint in [" + ", " plus ", ", then ", " then "] {
            if let Some((event, length)) = words.split_once(joint) {
                let period = self.period(length)?;
                let event =
                    ["until ", "after ", "when "].iter().find_map(|word| event.strip_prefix(word)).unwrap_or(event);
                return self.after(period, event);
            }
        }
        for word in OPEN {
            if let Some(event) = words.strip_prefix(word) {
                return self.until(event);
            }
        }
        match (self.period(words), self.from) {
            (Ok(period), Some(from)) if !from.trim().is_empty() => {
                let from = cleaned(from);
                self.after(period, ["after ", "from "].iter().find_map(|word| from.strip_prefix(word)).unwrap_or(&from))
            }
            (Ok(period), _) => Ok(Term::After { trigger: Trigger::Created, cutoff: Cutoff::None, period }),
            // "Superseded", "AV": an event that is its own end.
            (Err(_), _) if super::events::is_known(words) => self.until(words),
            (Err(why), _) => Err(why),
        }
    }

    fn after(&mut self, period: Period, event: &str) -> Result<Term, String> {
        let start = start_of(event)?;
        self.remark(&start, event);
        Ok(Term::After { trigger: start.trigger, cutoff: start.cutoff, period })
    }

    fn until(&mut self, event: &str) -> Result<Term, String> {
        // "until 3 years after separation" is a period, said the long way round.
        if event.starts_with(|c: char| c.is_ascii_digit()) && event.contains(" after ") {
            return self.single(event);
        }
        let start = start_of(event)?;
        self.remark(&start, event);
        match start {
            Start { trigger: Trigger::Event(name), cutoff: Cutoff::None, .. } => Ok(Term::Until(name)),
            // "After the end of the calendar year": no period follows the end.
            Start { trigger, cutoff, .. } => Ok(Term::After { trigger, cutoff, period: Period::Days(0) }),
        }
    }

    fn remark(&mut self, start: &Start, words: &str) {
        if start.is_made_up
            && let Trigger::Event(name) = &start.trigger
        {
            self.remarks.push(format!("“{words}” was made the event {name}; it counts only once somebody records it"));
        }
        if let Some(remark) = start.remark {
            self.remarks.push(remark.to_owned());
        }
    }

    /// A length: "3 years", "18 mos", "2 weeks"; a bare number where the column says what it counts.
    fn period(&self, text: &str) -> Result<Period, String> {
        let text =
            text.trim().trim_end_matches(',').trim_start_matches("a minimum of ").trim_start_matches("at least ");
        let mut words = text.split_whitespace();
        let number = words.next().unwrap_or_default();
        let (number, glued) = number.split_at(number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len()));
        let count: u32 =
            number.parse().map_err(|_| format!("“{text}” is no length of time and no event that is known"))?;
        let unit = if glued.is_empty() { words.next().unwrap_or_default() } else { glued.trim_start_matches('-') };
        if words.next().is_some() {
            return Err(format!("“{text}” has more words than a length of time"));
        }
        let period = match unit {
            "day" | "days" | "d" => Period::Days(count),
            "week" | "weeks" | "wk" | "wks" => Period::Days(count.saturating_mul(7)),
            "month" | "months" | "mo" | "mos" | "mth" | "mths" => Period::Months(count),
            "year" | "years" | "yr" | "yrs" | "y" => Period::Years(count),
            "" => match self.unit {
                Some(unit) => unit(count),
                None => return Err(format!("“{text}” does not say whether it counts days, months or years")),
            },
            other => return Err(format!("“{other}” is no day, week, month or year")),
        };
        if is_too_long(period) {
            return Err(format!("“{text}” is longer than any period; write permanent for what is kept for ever"));
        }
        Ok(period)
    }
}

/// Words that begin a time that is open until something happens.
const OPEN: [&str; 6] = ["until ", "after ", "when ", "upon ", "as long as ", "while "];

fn starts_open(words: &str) -> bool {
    OPEN.iter().any(|word| words.starts_with(word))
}

/// The list before "whichever is later".
fn whichever<'a>(words: &'a str, which: &str) -> Option<&'a str> {
    ["whichever is ", "whichever comes ", "whichever occurs ", "whichever "].iter().find_map(|word| {
        let rest = words.strip_suffix(which)?.strip_suffix(word)?;
        Some(rest.trim_end_matches([' ', ',']))
    })
}

/// "superseded or obsolete" is one event in two words.
fn is_one_event(words: &str) -> bool {
    let event = [" after ", "until ", "after ", "when "]
        .iter()
        .find_map(|joint| words.split_once(joint).map(|(_, event)| event));
    super::events::is_known(event.unwrap_or(words))
}
