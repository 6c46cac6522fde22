//! Two versions of one text: what only the second says.

use std::collections::HashSet;

/// The lines of one version of a text that have a word the other version has not.
pub fn lines_of_their_own(text: &str, other: &str) -> String {
    // Nearly always both versions say the same words in the same order.
    if say_the_same(text, other) {
        return String::new();
    }
    let known: HashSet<String> = words(other).map(str::to_lowercase).collect();
    let mut own = String::new();
    for line in text.lines() {
        if words(line).any(|word| !known.contains(&word.to_lowercase())) {
            own.push_str(line.trim());
            own.push('\n');
        }
    }
    own
}

/// A plain text and the lines that only its HTML version has: senders hide nothing there.
pub fn joined(plain: &str, html_text: &str) -> String {
    if plain.trim().is_empty() {
        return html_text.to_owned();
    }
    let own = lines_of_their_own(html_text, plain);
    if own.is_empty() {
        return plain.to_owned();
    }
    format!("{}\n\n[only in the HTML version]\n\n{own}", plain.trim_end_matches('\n'))
}

/// Whether each of two texts has every word of the other, in whatever case, order and number; `apart` are words that do not
/// count.
pub fn say_the_same_words(one: &str, two: &str, apart: &dyn Fn(&str) -> bool) -> bool {
    if say_the_same(one, two) {
        return true;
    }
    let all =
        |text: &str| -> HashSet<String> { words(text).map(str::to_lowercase).filter(|word| !apart(word)).collect() };
    all(one) == all(two)
}

/// Whether two texts have the same words in the same order, in whatever case.
fn say_the_same(one: &str, two: &str) -> bool {
    let (mut one, mut two) = (words(one), words(two));
    loop {
        match (one.next(), two.next()) {
            (None, None) => return true,
            (Some(here), Some(there)) if here.eq_ignore_ascii_case(there) => {}
            _ => return false,
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_is_added() {
        assert_eq!(joined("one two\n", "one\nTwo three\n"), "one two\n\n[only in the HTML version]\n\nTwo three\n");
        assert_eq!((joined("one", "ONE"), joined(" ", "one")), ("one".into(), "one".into()));
    }
}
