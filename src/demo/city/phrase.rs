//! Sentences with choices: `{one|another}` is thrown, `[street]` is taken from a list or from the message.

use super::dice::Dice;
use super::error::CityError;
use super::people::Person;
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeMap;

/// Lists of words by name.
pub type Lists = BTreeMap<&'static str, Vec<&'static str>>;

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
pub fn write(text: &str, occasion: Occasion, lists: &Lists, dice: &mut Dice) -> String {
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
            let choices = choices(inside);
            let chosen = dice.pick(&choices);
            out.push_str(&write(chosen, occasion, lists, dice));
        } else {
            out.push_str(&slot(inside, occasion, lists, dice));
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

fn slot(name: &str, occasion: Occasion, lists: &Lists, dice: &mut Dice) -> String {
    let Occasion { me, to, at } = occasion;
    match name {
        "me" => me.first().to_owned(),
        "to" => to.first().to_owned(),
        "my name" => me.name.to_owned(),
        "my number" => shown(me.digits()),
        "sign" => signature(me),
        "n" => dice.between(2, 60).to_string(),
        "year" => at.format("%Y").to_string(),
        "month" => at.format("%B").to_string(),
        "today" => at.format("%B %-d").to_string(),
        "weekday" => (at + Duration::days(dice.between(1, 6) as i64)).format("%A").to_string(),
        "date" => (at + Duration::days(dice.between(2, 30) as i64)).format("%B %-d").to_string(),
        "past" => (at - Duration::days(dice.between(2, 20) as i64)).format("%B %-d").to_string(),
        "time" => format!("{}:{}", dice.between(1, 11), dice.pick(&["00", "15", "30", "45"])),
        "amount" => format!("${}.{:02}", thousands(dice.between(40, 9_800)), dice.below(100)),
        "large" => format!("${}", thousands(dice.between(12, 480) * 1_000)),
        "invoice" => format!("INV-{}-{:04}", at.format("%y"), dice.below(9_000) + 1_000),
        "account" => format!("{:02}-{:05}-0{}", dice.between(1, 6), dice.below(90_000) + 10_000, dice.below(9)),
        "house" => dice.between(101, 2_940).to_string(),
        "permit" => format!("BP{}-{:03}", at.format("%Y"), dice.between(1, 380)),
        "case" => format!("CB{}{:05}", at.format("%y"), dice.between(1, 9_999)),
        _ => match lists.get(name) {
            Some(words) => write(dice.pick::<&str>(words), occasion, lists, dice),
            None => format!("[{name}]"),
        },
    }
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
        let mut dice = Dice::of("test");
        let seen: std::collections::BTreeSet<String> =
            (0..200).map(|_| write("{a|b{1|2}}{c|}", occasion, &lists, &mut dice)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["a", "ac", "b1", "b1c", "b2", "b2c"]);
        assert_eq!(write("[to] from [me], [month] [year]", occasion, &lists, &mut dice), "Tom from Dale, April 2024");
        for words in lists.values().flatten() {
            assert!(!write(words, occasion, &lists, &mut dice).contains('['), "{words}");
        }
        assert_eq!((thousands(1_234_567), thousands(12)), ("1,234,567".to_owned(), "12".to_owned()));
    }
}
