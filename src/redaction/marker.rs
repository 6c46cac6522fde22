//! What stands in the place of words: `[ Withheld: § 13.43, subd. 4 ]`, one run of characters that no line break divides.
//! It is as wide as its label, and the label comes from the statute alone.

/// The sign at its beginning; a page has a filled box there. Every face of the pages has these signs.
pub const OPEN: char = '[';
/// The sign at its end.
pub const CLOSE: char = ']';
/// The blank inside, at which no line is broken.
pub const BLANK: char = '\u{a0}';
/// Letters of the longest label.
pub const LABEL_CHARS: usize = 40;

/// The label of a statute, where a reviewer gives no other.
pub fn label_of(statute: &str) -> String {
    let first = statute.split(';').next().unwrap_or_default();
    let short = first.replace("Minn. Stat.", "");
    let short = short.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("Withheld: {short}").trim().chars().take(LABEL_CHARS).collect()
}

/// The marker with a label. Signs that would end it early are left out of the label.
pub fn marker(label: &str) -> String {
    let clean: String =
        label.chars().filter(|c| ![OPEN, CLOSE].contains(c) && !c.is_control()).take(LABEL_CHARS).collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let blank = BLANK.to_string();
    format!("{OPEN}{BLANK}{}{BLANK}{CLOSE}", words.join(&blank))
}

/// Where markers stand in a text, in bytes.
pub fn markers(text: &str) -> Vec<std::ops::Range<usize>> {
    let open = format!("{OPEN}{BLANK}");
    let close = format!("{BLANK}{CLOSE}");
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(&open).map(|found| at + found) {
        let inside = start + open.len();
        let longest = text[inside..].char_indices().nth(LABEL_CHARS + 2).map_or(text.len(), |(more, _)| inside + more);
        match text[inside..longest].find(&close) {
            Some(more) => {
                let end = inside + more + close.len();
                all.push(start..end);
                at = end;
            }
            None => at = inside,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_comes_from_the_statute_alone() {
        assert_eq!(label_of("Minn. Stat. § 13.43, subd. 4"), "Withheld: § 13.43, subd. 4");
        assert_eq!(label_of("Minn. Stat. § 13.44; Minn. Stat. § 13.37"), "Withheld: § 13.44");
        let one = marker("Withheld: § 13.43");
        assert_eq!(one, "[\u{a0}Withheld:\u{a0}§\u{a0}13.43\u{a0}]");
        assert_eq!(marker("a]\u{a0}b\n"), "[\u{a0}a\u{a0}b\u{a0}]");
        let text = format!("x {one}{one} [ alone, and [\u{a0}{} ]", "long ".repeat(30));
        let found = markers(&text);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|range| text[range.clone()] == one));
    }
}
