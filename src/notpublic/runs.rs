//! Groups of digits that stand together.

use std::ops::Range;

/// Groups of digits that stand together, with what stands between them.
pub(super) struct Run {
    pub(super) groups: Vec<Range<usize>>,
    pub(super) signs: Vec<char>,
}

/// The digits of some groups.
pub(super) fn digits(text: &str, groups: &[Range<usize>]) -> Vec<u8> {
    groups.iter().flat_map(|group| text[group.clone()].bytes().map(|byte| byte - b'0')).collect()
}

/// Every run of digits in a text that is no part of a word.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let lettered = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic());
        let is_word = lettered(text[..at].chars().next_back()) || lettered(text[end..].chars().next());
        let joins = all.last().and_then(|run| run.groups.last()).and_then(|before| {
            let mut between = text[before.end..at].chars();
            let sign = between.next()?;
            (between.next().is_none() && matches!(sign, '-' | ' ' | '.' | '/' | '\u{2013}' | '\u{2011}' | '\u{a0}'))
                .then_some(sign)
        });
        match (joins, is_word) {
            (_, true) => all.push(Run { groups: Vec::new(), signs: Vec::new() }),
            (Some(sign), false) => {
                if let Some(run) = all.last_mut() {
                    run.groups.push(at..end);
                    run.signs.push(sign);
                }
            }
            (None, false) => all.push(Run { groups: std::iter::once(at..end).collect(), signs: Vec::new() }),
        }
        at = end;
    }
    all.retain(|run| !run.groups.is_empty());
    all
}

impl Run {
    /// Every stretch of groups of these lengths, joined by one and the same sign, that no such sign joins to more.
    pub(super) fn of_shape<'r>(&'r self, shape: &'r [usize]) -> impl Iterator<Item = (&'r [Range<usize>], char)> + 'r {
        let count = shape.len();
        (0..(self.groups.len() + 1).saturating_sub(count)).filter_map(move |at| {
            let groups = &self.groups[at..at + count];
            let fits = groups.iter().zip(shape).all(|(group, length)| group.len() == *length);
            let signs = &self.signs[at..at + count - 1];
            let sign = signs.first().copied().unwrap_or('\0');
            let joined = |sign: Option<&char>| sign.is_some_and(|sign| !matches!(sign, ' ' | '\u{a0}'));
            let apart = !joined(at.checked_sub(1).and_then(|before| self.signs.get(before)))
                && !joined(self.signs.get(at + count - 1));
            (fits && apart && signs.iter().all(|one| *one == sign)).then_some((groups, sign))
        })
    }
}

/// From the first group to the end of the last.
pub(super) fn whole(groups: &[Range<usize>]) -> Range<usize> {
    match (groups.first(), groups.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
}
