//! A typed word or phrase as patterns.

use super::QueryError;
use super::tree::Pattern;
use crate::text::{asked, fold_shape, in_a_row, is_unspaced};

/// Bytes of the longest wildcard pattern.
const SHAPE_BYTES: usize = 128;

/// A word as it was typed without quotation marks: one pattern, or several for a phrase.
pub(super) fn bare(word: &str, column: usize) -> Result<Vec<Pattern>, QueryError> {
    if word.contains(['*', '?']) {
        return Ok(vec![wildcard(word, column)?]);
    }
    if let Some(stemmed) = word.strip_suffix('~') {
        return Ok(vec![stem_of(stemmed, column)?]);
    }
    let words = asked(word);
    if words.is_empty() {
        let message = format!("`{word}` has no letters or digits to look for");
        return Err(QueryError::new(column, message, "leave it out"));
    }
    Ok(words.into_iter().map(Pattern::Exact).collect())
}

/// A phrase between quotation marks; `column` is that of the opening one.
pub(super) fn phrase(text: &str, column: usize) -> Result<Vec<Pattern>, QueryError> {
    let patterned = |piece: &str| piece.contains(['*', '?']) || (piece.ends_with('~') && piece.len() > 1);
    let patterns = if text.split_whitespace().any(patterned) {
        patterned_phrase(text, column)?
    } else {
        asked(text).into_iter().map(Pattern::Exact).collect()
    };
    if patterns.is_empty() {
        let message =
            if text.trim().is_empty() { "the phrase is empty" } else { "the phrase has no letters or digits" };
        return Err(QueryError::new(column, message, "write the words to look for between the quotation marks"));
    }
    Ok(patterns)
}

fn patterned_phrase(text: &str, column: usize) -> Result<Vec<Pattern>, QueryError> {
    let mut patterns = Vec::new();
    // Plain words between patterns are cut together, as they are in a text.
    let mut plain = String::new();
    let mut at = column + 1;
    for piece in text.split(char::is_whitespace) {
        if piece.contains(['*', '?']) {
            flush(&mut plain, &mut patterns);
            let Pattern::Wildcard(shape) = wildcard(piece, at)? else { continue };
            if piece.ends_with('?') {
                let message = "the question mark would stand for one more letter";
                return Err(QueryError::new(at, message, "leave the question mark out of the phrase"));
            }
            if !shape.chars().all(|c| c.is_alphanumeric() || c == '*' || c == '?') {
                let message = "a word with a wildcard has signs in it, and it stands in a phrase";
                return Err(QueryError::new(at, message, "write its parts as words of their own: \"pr 1* form\""));
            }
            patterns.push(Pattern::Wildcard(shape));
        } else if let Some(stemmed) = piece.strip_suffix('~').filter(|stemmed| !stemmed.is_empty()) {
            flush(&mut plain, &mut patterns);
            patterns.push(stem_of(stemmed, at)?);
        } else {
            plain.push(' ');
            plain.push_str(piece);
        }
        at += piece.chars().count() + 1;
    }
    flush(&mut plain, &mut patterns);
    Ok(patterns)
}

fn flush(plain: &mut String, patterns: &mut Vec<Pattern>) {
    patterns.extend(in_a_row(plain).into_iter().map(Pattern::Exact));
    plain.clear();
}

fn stem_of(word: &str, column: usize) -> Result<Pattern, QueryError> {
    let words = asked(word);
    match words.as_slice() {
        [one] if one.bytes().all(|byte| byte.is_ascii_lowercase()) => Ok(Pattern::Stem(one.clone())),
        [] => Err(QueryError::new(column, "`~` stands behind a word", "vote~ finds vote, votes, voted, voting")),
        _ => Err(QueryError::new(
            column,
            "`~` stands behind one English word of plain letters",
            "leave the `~` out, or write the parts as words of their own",
        )),
    }
}

fn wildcard(word: &str, column: usize) -> Result<Pattern, QueryError> {
    if word.contains('~') {
        let message = "a word has either a wildcard or `~`, not both";
        return Err(QueryError::new(column, message, "leave the `~` out"));
    }
    if word.chars().any(is_unspaced) {
        let message = "letters of a script without spaces take no wildcard";
        return Err(QueryError::new(column, message, "leave it out: parts of such words are found anyway"));
    }
    let shape = fold_shape(word);
    if !shape.chars().any(char::is_alphanumeric) {
        let message = "a wildcard needs at least one letter or digit beside it";
        return Err(QueryError::new(column, message, "write the beginning or a part of the word: road*"));
    }
    if let Some((at, sign)) = misplaced(&shape) {
        let message = format!("`{sign}` cannot stand there in a word with a wildcard");
        return Err(QueryError::new(column + at, message, "leave the sign out, or part the words with a space"));
    }
    if shape.len() > SHAPE_BYTES {
        let message = format!("a word with a wildcard has more than {SHAPE_BYTES} letters");
        return Err(QueryError::new(column, message, "shorten it"));
    }
    number_shape(&shape, column).map(|number| Pattern::Wildcard(number.unwrap_or_else(|| one_star(&shape))))
}

/// A sign that joins no words: at the beginning, at the end, beside another, or of another sort.
fn misplaced(shape: &str) -> Option<(usize, char)> {
    let chars: Vec<char> = shape.chars().collect();
    let inside = |c: char| c == '*' || c == '?' || !(c.is_ascii_punctuation() || c.is_whitespace());
    let edge = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_none_or(|c| !inside(*c));
    chars.iter().enumerate().find_map(|(at, c)| {
        let joins = "'.-_&@+,".contains(*c) && !edge(at.checked_sub(1)) && !edge(at.checked_add(1));
        let letter = c.is_alphanumeric() || *c == '*' || *c == '?' || (!c.is_ascii() && inside(*c));
        (!letter && !joins).then_some((at, *c))
    })
}

/// A telephone number with unknown digits is looked for in every form, by its ten digits.
fn number_shape(shape: &str, column: usize) -> Result<Option<String>, QueryError> {
    let groups: Vec<&str> = shape.split(['-', '.']).collect();
    let digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit() || byte == b'?' || byte == b'*');
    let area = groups[0].len() == 3 && groups[0].bytes().all(|byte| byte.is_ascii_digit()) && groups[0] >= "200";
    if groups.len() < 2 || !area || !groups.iter().all(digits) {
        return Ok(None);
    }
    if shape.contains('*') {
        let message = "a telephone number is written in many ways, and the star fits this one only";
        let hint = format!(
            "write ? for each unknown digit (763-555-????); for the beginning of digits without signs write {}",
            shape.replace(['-', '.'], "")
        );
        return Err(QueryError::new(column, message, hint));
    }
    let widths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    Ok((widths == [3, 3, 4]).then(|| groups.concat()))
}

/// Stars side by side mean what one means.
fn one_star(shape: &str) -> String {
    let mut out = String::with_capacity(shape.len());
    for c in shape.chars() {
        if c != '*' || !out.ends_with('*') {
            out.push(c);
        }
    }
    out
}
