//! The `From ` line of mbox files, and when a line that looks like one is one (RFC 4155).
//!
//! People write lines that begin with "From ", and three of the four mbox dialects do not quote all of them.
//! A `From ` line separates messages when
//!
//! 1. it is the first line of the file, or stands exactly where the `Content-Length` of the message before
//!    it says that it ends (mboxcl, mboxcl2); or
//! 2. it carries a plausible envelope date, follows a blank line, and what comes after it can begin a message
//!    (a header field, a blank line or the end of the file: prose cannot); or
//! 3. it carries a plausible envelope date and is followed by a header field; or
//! 4. it has a single word after `From ` (Mozilla's `From -`) and is followed by a field known to mail.
//!
//! Every other line belongs to the message.

pub use crate::extract::header_block::header_name;

/// Whether a line begins as an envelope line does.
pub fn begins(line: &[u8]) -> bool {
    line.starts_with(b"From ")
}

/// Whether an envelope line carries a plausible date: `asctime` with or without a zone, or the RFC 5322 form.
pub fn is_dated(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    // An envelope line is short; a long one is text.
    if rest.len() > 1000 {
        return false;
    }
    let words: Vec<&[u8]> = rest.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty()).collect();
    (0..words.len()).rev().any(|at| is_asctime(&words[at..]) || is_internet_date(&words[at..]))
}

/// Whether an envelope line has one word only, as Mozilla's `From -` has.
pub fn is_bare(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    rest.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty()).count() <= 1
}

/// Whether a line can stand first in a message: a header field, an empty line, or another quoted envelope line.
pub fn may_follow(line: &[u8]) -> bool {
    let line = without_ending(line);
    line.is_empty() || header_name(line).is_some() || line.starts_with(b">From ")
}

/// Whether a line begins a header field that mail has and prose has not.
pub fn is_known_header(line: &[u8]) -> bool {
    const KNOWN: [&[u8]; 16] = [
        b"received",
        b"from",
        b"to",
        b"cc",
        b"date",
        b"subject",
        b"message-id",
        b"return-path",
        b"delivered-to",
        b"mime-version",
        b"content-type",
        b"reply-to",
        b"sender",
        b"status",
        b"envelope-to",
        b"list-id",
    ];
    header_name(line).is_some_and(|name| {
        name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"x-"))
            || KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// A line without its line ending.
pub fn without_ending(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `Tue Apr 16 12:00:40 2019`, with a zone before or after the year.
fn is_asctime(words: &[&[u8]]) -> bool {
    let [weekday, month, day, time, rest @ ..] = words else { return false };
    is_weekday(weekday)
        && is_month(month)
        && is_number(day, 1, 31)
        && is_time(time)
        && rest.iter().take(3).any(|word| is_number(word, 1970, 2100))
}

/// `Tue, 16 Apr 2019 12:00:40 +0000`.
fn is_internet_date(words: &[&[u8]]) -> bool {
    let [weekday, day, month, year, time, ..] = words else { return false };
    let weekday = weekday.strip_suffix(b",").unwrap_or(weekday);
    is_weekday(weekday) && is_number(day, 1, 31) && is_month(month) && is_number(year, 1970, 2100) && is_time(time)
}

fn is_weekday(word: &[u8]) -> bool {
    [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"].iter().any(|day| day.eq_ignore_ascii_case(word))
}

fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word))
}

fn is_time(word: &[u8]) -> bool {
    let parts: Vec<&[u8]> = word.split(|byte| *byte == b':').collect();
    matches!(parts.len(), 2 | 3) && is_number(parts[0], 0, 24) && parts[1..].iter().all(|part| is_number(part, 0, 60))
}

fn is_number(word: &[u8], least: u32, most: u32) -> bool {
    let number = std::str::from_utf8(word).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|text| text.parse::<u32>().ok()).is_some_and(|number| (least..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_prose() {
        let dated: [&[u8]; 7] = [
            b"From x@y.us Tue Apr 16 12:00:40 2019",
            b"From 163@xxx Tue Apr 16 12:00:40 +0000 2019\r\n",
            b"From - Fri Nov 01 12:00:00 2002",
            b"From x  Thu Jan  1 00:00:00 CST 1998",
            b"From x Thu, 18 Sep 2008 17:54:04 +0900",
            b"From \"a b\"@c.us Tue Apr 16 12:00 2019",
            b"From x Tue Apr 16 12:00:40 2019 remote from y",
        ];
        for line in dated {
            assert!(is_dated(line), "{}", String::from_utf8_lossy(line));
        }
        let prose: [&[u8]; 5] = [
            b"From Tuesday on we meet at 12:00",
            b"From Bob, Tue Apr 16",
            b"From x Tue Apr 46 12:00:40 2019",
            b"From x Tue Apr 16 12:00:40 1019",
            b"From",
        ];
        for line in prose {
            assert!(!is_dated(line), "{}", String::from_utf8_lossy(line));
        }
    }
}
