//! The text messages of the city: hand-written conversations first, then what every day brings.

use super::documents::{self, About};
use super::error::CityError;
use super::mail::Attached;
use super::moment;
use super::people::{self, Person};
use super::phrase::{self, Occasion, Throws};
use super::stories::{self, Desk};
use chrono::{Duration, NaiveDateTime};

const FILE: &str = "texts.txt";

/// One text message.
#[derive(Debug, Clone)]
pub struct Text {
    /// When it was sent, by the clock on the wall.
    pub at: NaiveDateTime,
    /// Who wrote it.
    pub from: &'static Person,
    /// To whom.
    pub to: &'static Person,
    /// What it says.
    pub body: String,
    /// A picture sent with it.
    pub picture: Option<Attached>,
}

/// A conversation as it is carried: who, how often (0 for a hand-written one), and its lines.
struct Conversation {
    line: usize,
    count: u64,
    one: &'static str,
    other: &'static str,
    lines: Vec<&'static str>,
}

/// All text messages, in no order of time.
pub fn written(desk: &Desk) -> Result<Vec<Text>, CityError> {
    let mut all = Vec::new();
    for (number, talk) in conversations()?.iter().enumerate() {
        if talk.count == 0 {
            let mut throws = Throws::of(&format!("{FILE} {number}"));
            let at = moment::day(moment::BEGINS).and_time(chrono::NaiveTime::MIN);
            write_one(talk, at, desk, &mut throws, &mut all)?;
        }
        for copy in 0..talk.count {
            let mut throws = Throws::of(&format!("{FILE} {number} {copy}"));
            let day = moment::any_day(throws.dice());
            let at = moment::time_of(day, 5, 22, throws.dice());
            write_one(talk, at, desk, &mut throws, &mut all)?;
        }
    }
    Ok(all)
}

fn conversations() -> Result<Vec<Conversation>, CityError> {
    let mut all: Vec<Conversation> = Vec::new();
    for (number, line) in include_str!("words/texts.txt").lines().enumerate() {
        let wrong = |message: &str| CityError::Story { file: FILE, line: number + 1, message: message.to_owned() };
        let head = line.strip_prefix("=== ").map(|who| (0, who)).or_else(|| {
            let (count, who) = line.strip_prefix("*** ")?.split_once(' ')?;
            Some((count.parse().ok()?, who))
        });
        if let Some((count, who)) = head {
            let (one, other) = who.split_once(" <> ").ok_or_else(|| wrong("a conversation has two sides"))?;
            all.push(Conversation { line: number + 1, count, one, other, lines: Vec::new() });
        } else if let Some(talk) = all.last_mut().filter(|_| !line.trim().is_empty() && !line.starts_with("# ")) {
            talk.lines.push(line);
        }
    }
    Ok(all)
}

fn write_one(
    talk: &Conversation,
    mut at: NaiveDateTime,
    desk: &Desk,
    throws: &mut Throws,
    all: &mut Vec<Text>,
) -> Result<(), CityError> {
    let wrong = |message: &str| CityError::Story { file: FILE, line: talk.line, message: message.to_owned() };
    let one = people::find(talk.one).ok_or_else(|| wrong("nobody has this phone"))?;
    let other = stories::somebody(talk.other, throws.dice()).ok_or_else(|| wrong("nobody is on the other side"))?;
    for line in &talk.lines {
        let mut rest = *line;
        if rest.starts_with("20") {
            let time = rest.get(..16).ok_or_else(|| wrong("a date is cut short"))?;
            at = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").map_err(|error| wrong(&error.to_string()))?;
            at += Duration::seconds(throws.dice().below(50) as i64);
            rest = rest[16..].trim_start();
        } else {
            at += Duration::seconds(throws.dice().between(20, 400) as i64);
        }
        let (from, to) = if rest.starts_with('>') { (one, other) } else { (other, one) };
        let mut rest = rest[1..].trim_start();
        let mut picture = None;
        if let Some((name, after)) = rest.strip_prefix("[picture ").and_then(|rest| rest.split_once(']')) {
            picture = Some(documents::make(&About { name, lines: &[], message: &[] })?);
            rest = after.trim_start();
        }
        let body = phrase::write(rest, Occasion { me: from, to, at }, &desk.lists, throws);
        all.push(Text { at, from, to, body, picture });
    }
    Ok(())
}
