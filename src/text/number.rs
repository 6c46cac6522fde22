//! Telephone numbers of North America in running text, however they are written.

use super::tokens::joiner;

/// A telephone number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberSpan {
    /// Its ten digits.
    pub digits: String,
    /// Byte where it begins, the country code and an opening parenthesis included.
    pub start: usize,
    /// Byte after it.
    pub end: usize,
}

/// A telephone number whose area code begins at a byte: three, three and four digits, each group but the last
/// followed by exactly one sign or space, area code and exchange not beginning with 0 or 1 (North American Numbering
/// Plan). Groups that are part of a longer row of groups are no telephone number.
pub(super) fn number_with_area_at(text: &str, area: usize) -> Option<NumberSpan> {
    let bytes = text.as_bytes();
    group(bytes, area, 3).filter(|digits| digits[0] >= b'2')?;
    let parenthesis = area > 0 && bytes[area - 1] == b'(';
    let mut at = area + 3;
    if parenthesis {
        if bytes.get(at) != Some(&b')') {
            return None;
        }
        at += 1;
    }
    let first = sign(text, at);
    if first.is_none() && !parenthesis {
        return None;
    }
    at += first.map_or(0, |(length, _)| length);
    group(bytes, at, 3).filter(|digits| digits[0] >= b'2')?;
    let exchange = at;
    let (length, second) = sign(text, at + 3)?;
    let line = at + 3 + length;
    group(bytes, line, 4)?;
    let end = line + 4;
    let only_spaces = !parenthesis && second == Sign::Space && first.is_none_or(|(_, sign)| sign == Sign::Space);
    if goes_on(text, end, only_spaces) {
        return None;
    }
    let start = before(text, area - usize::from(parenthesis), only_spaces)?;
    let digits = format!("{}{}{}", &text[area..area + 3], &text[exchange..exchange + 3], &text[line..end]);
    Some(NumberSpan { digits, start, end })
}

/// A telephone number that stands at the very beginning of a text and is not joined to a word behind it.
pub fn number_at_start(text: &str) -> Option<NumberSpan> {
    /// Bytes of the longest writing before the area code: `+1 (`.
    const LEAD_BYTES: usize = 4;
    let bytes = text.as_bytes();
    for lead in 0..=LEAD_BYTES.min(bytes.len()) {
        if bytes[..lead].iter().any(|byte| !b"+1(-. ".contains(byte)) {
            break;
        }
        let Some(found) = number_with_area_at(text, lead) else { continue };
        let mut following = text[found.end..].chars();
        let next = following.next().unwrap_or(' ');
        let joined = joiner(next).is_some() && following.next().is_some_and(char::is_alphanumeric);
        if found.start == 0 && !next.is_alphanumeric() && !joined {
            return Some(found);
        }
    }
    None
}

/// The ten digits of a number written without any sign, the country code left out.
pub(super) fn without_country_code(word: &str) -> Option<&str> {
    let bytes = word.as_bytes();
    let fits = bytes.len() == 11 && bytes[0] == b'1' && bytes[1] >= b'2' && bytes[4] >= b'2';
    (fits && bytes.iter().all(u8::is_ascii_digit)).then(|| &word[1..])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Space,
    Other,
}

/// A sign or space between groups, with its length in bytes.
fn sign(text: &str, at: usize) -> Option<(usize, Sign)> {
    match text.get(at..)?.chars().next()? {
        ' ' => Some((1, Sign::Space)),
        '\u{a0}' => Some((2, Sign::Space)),
        '-' | '.' | '/' => Some((1, Sign::Other)),
        c @ ('\u{2010}'..='\u{2013}') => Some((c.len_utf8(), Sign::Other)),
        _ => None,
    }
}

/// Exactly so many digits, and no more.
fn group(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    let digits = bytes.get(at..at + length)?;
    let more = bytes.get(at + length).is_some_and(u8::is_ascii_digit);
    (!more && digits.iter().all(u8::is_ascii_digit)).then_some(digits)
}

/// Whether the row of groups goes on after the last four digits. An extension (`x12`) is not a group.
fn goes_on(text: &str, end: usize, only_spaces: bool) -> bool {
    let rest = &text[end..];
    let mut following = rest.chars();
    match following.next() {
        Some('x' | 'X') => !following.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) if c.is_alphanumeric() => true,
        Some(' ' | '\u{a0}') => only_spaces && following.next().is_some_and(|c| c.is_ascii_digit()),
        Some('-' | '.' | '/') => following.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// Where the number begins, looking back from its area code or parenthesis; `None` where other digits come before.
fn before(text: &str, area: usize, only_spaces: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let back = |at: usize| at.checked_sub(1).map(|at| bytes[at]);
    let mut at = area;
    let sign = back(at).filter(|byte| b" -./".contains(byte));
    if sign.is_some() {
        at -= 1;
    }
    let digits = bytes[..at].iter().rev().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let country = digits == 1 && bytes[at - 1] == b'1' && !(at >= 2 && b"-./,".contains(&bytes[at - 2]));
    if country {
        at -= 1;
        return Some(if back(at) == Some(b'+') { at - 1 } else { at });
    }
    let row = digits > 0 && (only_spaces || sign != Some(b' '));
    (!row).then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_at_the_start_as_people_write_them() {
        let same = [
            "(763) 555-0142",
            "(763)555-0142",
            "763-555-0142",
            "763.555.0142",
            "763 555 0142",
            "763/555-0142",
            "+1 763-555-0142",
            "+1 (763) 555-0142",
            "1-763-555-0142",
            "1 763 555 0142",
            "+1.763.555.0142",
            "763\u{2011}555\u{2011}0142",
            "763\u{a0}555\u{a0}0142",
        ];
        for text in same {
            let found = number_at_start(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.digits.as_str(), found.start, found.end), ("7635550142", 0, text.len()), "{text}");
        }
    }

    #[test]
    fn other_groups_of_digits_are_not_glued() {
        let others = [
            ("763-555-01421", "five digits at the end"),
            ("063-555-0142", "an area code does not begin with 0"),
            ("763-155-0142", "an exchange does not begin with 1"),
            ("763.555.0142.7", "a longer row of groups"),
            ("763 555 0142 8", "a row of groups with spaces"),
            ("763 5550142", "other groups"),
            ("(763 555 0142)", "the parenthesis does not close after the area code"),
            ("763--555-0142", "two signs"),
            ("763-555-0142a", "a letter follows"),
        ];
        for (text, why) in others {
            assert_eq!(number_at_start(text), None, "{text}: {why}");
        }
        let row = "4000 763 555 0142";
        assert_eq!(number_with_area_at(row, 5), None, "a card number in groups");
        let suite = "Suite 200 763-555-0142";
        assert!(number_with_area_at(suite, 10).is_some(), "a house number before it");
    }
}
