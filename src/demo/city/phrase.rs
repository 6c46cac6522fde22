//! Sentences with choices: `{one|another}` is thrown, `{=one|another}` follows one throw of its thread (so that subject,
//! text and answer speak of the same thing), `[street]` is taken from a list or from the message and stays the same
//! in a thread; `[street 2]` is another street.

use super::dice::Dice;
use super::error::CityError;
use super::people::Person;
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeMap;

/// Lists of words by name.
pub type Lists = BTreeMap<&'static str, Vec<&'static str>>;

/// What was thrown in a thread so far.
#[derive(Debug, Clone)]
pub struct Throws {
    dice: Dice,
    /// The throw that all `{=` choices follow.
    theme: u64,
    known: BTreeMap<String, String>,
}

impl Throws {
    /// Throws that belong to a word.
    pub fn of(word: &str) -> Self {
        let mut dice = Dice::of(word);
        // The number is a multiple of every count of choices in use, so that each is as likely as the others.
        let theme = dice.below(27_720);
        Self { dice, theme, known: BTreeMap::new() }
    }

    /// The dice, for what is not a word.
    pub fn dice(&mut self) -> &mut Dice {
        &mut self.dice
    }
}

/// What a sentence is written about.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// Who writes.
    pub me: &'static Person,
    /// To whom.
    pub to: &'static Person,
    /// When.
    pub at: NaiveDateTime,
}

/// The carried lists: each line a name, a colon, and the words between bars.
pub fn lists() -> Result<Lists, CityError> {
    let mut lists = Lists::new();
    for (number, line) in include_str!("words/lists.txt").lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, words) = line.split_once(':').ok_or(CityError::Story {
            file: "lists.txt",
            line: number + 1,
            message: "a list has a name and a colon".to_owned(),
        })?;
        lists.insert(name.trim(), words.split('|').map(str::trim).collect());
    }
    Ok(lists)
}

/// Writes a sentence out.
pub fn write(text: &str, occasion: Occasion, lists: &Lists, throws: &mut Throws) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        out.push_str(&rest[..at]);
        let close = if rest.as_bytes()[at] == b'{' { closing(&rest[at..]) } else { rest[at..].find(']') };
        let Some(length) = close else {
            out.push_str(&rest[at..]);
            return out;
        };
        let inside = &rest[at + 1..at + length];
        if rest.as_bytes()[at] == b'{' {
            let (inside, theme) = match inside.strip_prefix('=') {
                Some(inside) => (inside, Some(throws.theme)),
                None => (inside, None),
            };
            let choices = choices(inside);
            let throw = theme.unwrap_or_else(|| throws.dice.throw());
            out.push_str(&write(choices[(throw % choices.len() as u64) as usize], occasion, lists, throws));
        } else {
            out.push_str(&slot(inside, occasion, lists, throws));
        }
        rest = &rest[at + length + 1..];
    }
    out.push_str(rest);
    out
}

/// Where the brace that opens `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, one)| {
        match one {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (one == '}' && depth == 0).then_some(at)
    })
}

/// The choices between bars that are not inside a choice of their own.
fn choices(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut all = Vec::new();
    for (at, one) in text.char_indices() {
        match one {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                all.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[start..]);
    all
}

/// What stands for a slot: of the writer and the reader, or thrown once for the thread.
fn slot(name: &str, occasion: Occasion, lists: &Lists, throws: &mut Throws) -> String {
    let Occasion { me, to, at } = occasion;
    match name {
        "me" => return me.first().to_owned(),
        "to" => return to.first().to_owned(),
        "my name" => return me.name.to_owned(),
        "sign" => return signature(me),
        "year" => return at.format("%Y").to_string(),
        "month" => return at.format("%B").to_string(),
        "today" => return at.format("%B %-d").to_string(),
        _ => {}
    }
    if let Some(known) = throws.known.get(name) {
        return known.clone();
    }
    let bare = name.trim_end_matches(|one: char| one.is_ascii_digit()).trim_end();
    let written = match thrown(bare, at, &mut throws.dice) {
        Some(written) => written,
        None => match lists.get(bare) {
            Some(words) => {
                let word: &str = throws.dice.pick::<&str>(words);
                write(word, occasion, lists, throws)
            }
            None => format!("[{name}]"),
        },
    };
    throws.known.insert(name.to_owned(), written.clone());
    written
}

/// Numbers, days and marks.
fn thrown(name: &str, at: NaiveDateTime, dice: &mut Dice) -> Option<String> {
    let later = |days: u64, form: &str| (at + Duration::days(days as i64)).format(form).to_string();
    Some(match name {
        "few" => dice.between(2, 9).to_string(),
        "n" => dice.between(11, 60).to_string(),
        "weekday" => later(dice.between(1, 6), "%A"),
        "date" => later(dice.between(2, 30), "%B %-d"),
        "past" => (at - Duration::days(dice.between(2, 20) as i64)).format("%B %-d").to_string(),
        "time" => format!("{}:{}", dice.between(1, 11), dice.pick(&["00", "15", "30", "45"])),
        "amount" => format!("${}.{:02}", thousands(dice.between(40, 9_800)), dice.below(100)),
        "large" => format!("${}", thousands(dice.between(12, 480) * 1_000)),
        "invoice" => format!("INV-{}-{:04}", at.format("%y"), dice.below(9_000) + 1_000),
        "account" => format!("{:02}-{:05}-0{}", dice.between(1, 6), dice.below(90_000) + 10_000, dice.below(9)),
        "house" => dice.between(101, 2_940).to_string(),
        "permit" => format!("BP{}-{:03}", at.format("%Y"), dice.between(1, 380)),
        "case" => format!("CB{}{:05}", at.format("%y"), dice.between(1, 9_999)),
        _ => return None,
    })
}

/// A whole number with commas between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Ten digits as people write them.
pub fn shown(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(area), Some(office), Some(line)) => format!("{area}-{office}-{line}"),
        _ => digits.to_owned(),
    }
}

/// How a person signs.
fn signature(me: &Person) -> String {
    let mut out = me.name.to_owned();
    if !me.title.is_empty() {
        out.push_str(&format!("\n{}", me.title));
    }
    if !me.department.is_empty() {
        out.push_str("\nCity of Cedar Bend");
    }
    if !me.number.is_empty() && !me.title.is_empty() {
        out.push_str(&format!("\n{}", shown(me.digits())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::city::moment;
    use crate::demo::city::people;

    #[test]
    fn choices_lie_inside_each_other_and_every_slot_is_known() {
        let lists = lists().expect("the lists are well written");
        let at = moment::day(moment::BEGINS).and_hms_opt(9, 0, 0).expect("a time");
        let me = people::find("dale").expect("he is there");
        let to = people::find("tom").expect("he is there");
        let occasion = Occasion { me, to, at };
        let mut throws = Throws::of("test");
        let seen: std::collections::BTreeSet<String> =
            (0..200).map(|_| write("{a|b{1|2}}{c|}", occasion, &lists, &mut throws)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["a", "ac", "b1", "b1c", "b2", "b2c"]);
        for at in 0..50 {
            let mut throws = Throws::of(&at.to_string());
            let words = write("{=a|b}{=a|b}{=c|d}<[street]<[street]", occasion, &lists, &mut throws);
            let parts: Vec<&str> = words.split('<').collect();
            assert_eq!(parts[1], parts[2], "a street stays the same in a thread");
            assert!(["aac", "bbd"].contains(&parts[0]), "choices go together: {words}");
        }
        assert_eq!(write("[to] from [me], [month] [year]", occasion, &lists, &mut throws), "Tom from Dale, April 2024");
        for words in lists.values().flatten() {
            let mut throws = Throws::of(words);
            assert!(!write(words, occasion, &lists, &mut throws).contains('['), "{words}");
        }
        assert_eq!((thousands(1_234_567), thousands(12)), ("1,234,567".to_owned(), "12".to_owned()));
    }
}
