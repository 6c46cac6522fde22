//! The beginning of a message: `[31/12/2021, 22:01:00] Name: text` (iPhone) or `12/31/21, 10:01 PM - Name: text`
//! (Android).

use chrono::NaiveTime;

/// The three numbers of a date, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The numbers.
    pub parts: [u32; 3],
    /// How many digits each has.
    pub digits: [usize; 3],
}

/// The beginning of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// Date and time as written.
    pub written: &'a str,
    /// The date.
    pub date: Numbers,
    /// The time of day.
    pub time: NaiveTime,
    /// What follows: the name and the text, or a line of the program.
    pub rest: &'a str,
}

/// Marks of writing direction and the byte order mark; they stand before brackets, names and files.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text without [`is_mark`].
pub fn without_marks(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).collect()
}

/// The beginning of a message, when a line has one.
pub fn head(line: &str) -> Option<Head<'_>> {
    let start = line.trim_start_matches(is_mark);
    let in_brackets = start.starts_with('[');
    let body = start.strip_prefix('[').unwrap_or(start);
    let mut at = body;
    let date = numbers(&mut at)?;
    at = at.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    let time = time(&mut at)?;
    let written = body[..body.len() - at.len()].trim_end();
    let rest = if in_brackets {
        at.trim_start().strip_prefix(']')?
    } else {
        at.strip_prefix(" - ").or_else(|| at.strip_prefix(" \u{2013} "))?
    };
    Some(Head { written, date, time, rest: rest.strip_prefix(' ').unwrap_or(rest) })
}

fn number(at: &mut &str, most: usize) -> Option<(u32, usize)> {
    let length = at.bytes().take_while(u8::is_ascii_digit).count();
    let value = at.get(..length).filter(|digits| !digits.is_empty() && digits.len() <= most)?.parse().ok()?;
    *at = &at[length..];
    Some((value, length))
}

fn numbers(at: &mut &str) -> Option<Numbers> {
    let mut separator = None;
    let (mut parts, mut digits) = ([0; 3], [0; 3]);
    for position in 0..3 {
        if position > 0 {
            let found = at.chars().next().filter(|c| "/.-".contains(*c))?;
            if *separator.get_or_insert(found) != found {
                return None;
            }
            // Some languages write a blank behind the dot.
            *at = at[1..].trim_start_matches(' ');
        }
        (parts[position], digits[position]) = number(at, 4)?;
    }
    // Some languages write a dot behind the year as well.
    *at = at.strip_prefix('.').unwrap_or(at);
    Some(Numbers { parts, digits })
}

fn time(at: &mut &str) -> Option<NaiveTime> {
    let (hour, _) = number(at, 2)?;
    let separator = at.chars().next().filter(|c| matches!(c, ':' | '.'))?;
    *at = &at[1..];
    let (minute, _) = number(at, 2)?;
    let mut second = 0;
    if let Some(mut after) = at.strip_prefix(separator)
        && let Some((value, _)) = number(&mut after, 2)
    {
        (second, *at) = (value, after);
    }
    let hour = match half_day(at) {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// Takes `AM`, `p. m.` and the like, behind any kind of blank; whether it is the afternoon.
fn half_day(at: &mut &str) -> Option<bool> {
    let words = at.trim_start_matches(char::is_whitespace);
    let is_afternoon = match words.chars().next()?.to_ascii_lowercase() {
        'a' => false,
        'p' => true,
        _ => return None,
    };
    let rest = words[1..].trim_start_matches(['.', ' ', '\u{a0}', '\u{202f}']);
    let rest = rest.strip_prefix(['m', 'M'])?;
    *at = rest.strip_prefix('.').unwrap_or(rest);
    Some(is_afternoon)
}
