//! The words around a number: before it, behind it, and at the head of its column.

/// Characters before a number in which a word speaks of it.
const BEFORE: usize = 60;
/// Characters behind it.
const BEHIND: usize = 30;

/// What stands around a stretch of text, in small letters.
pub(super) struct Near {
    before: String,
    behind: String,
    head: Option<String>,
}

impl Near {
    /// Looks around; a blank line ends what belongs to it.
    pub(super) fn of(text: &str, start: usize, end: usize) -> Self {
        let first = text[..start].char_indices().rev().take(BEFORE).last().map_or(start, |(at, _)| at);
        let last = text[end..].char_indices().nth(BEHIND).map_or(text.len(), |(at, _)| end + at);
        let before = text[first..start].rsplit("\n\n").next().unwrap_or_default();
        let behind = text[end..last].split(['\n', '\r']).next().unwrap_or_default();
        Self { before: spaced(before), behind: spaced(behind), head: head(text, start) }
    }

    /// Whether one of these words speaks of it. The head of a column speaks first: a number in a column `invoice` is none of
    /// whatever the row speaks of.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        match &self.head {
            Some(head) => has_word(head, words) || self.same_cell(words),
            None => has_word(&self.before, words) || has_word(&self.behind, words),
        }
    }

    /// Whether one of these words stands before it, the nearest first: nothing of another kind stands between.
    pub(super) fn is_called(&self, words: &[&str]) -> bool {
        match &self.head {
            Some(head) => has_word(head, words),
            None => {
                let line = self.before.rsplit('\n').next().unwrap_or_default();
                let near: String = line.chars().rev().take(28).collect::<Vec<_>>().into_iter().rev().collect();
                has_word(&near, words)
            }
        }
    }

    fn same_cell(&self, words: &[&str]) -> bool {
        let line = self.before.rsplit('\n').next().unwrap_or_default();
        has_word(line.rsplit([',', ';', '\t', '|']).next().unwrap_or_default(), words)
    }
}

/// Small letters, with signs that programs write between words read as blanks.
fn spaced(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if matches!(c, '_' | '\u{2019}') { ' ' } else { c }).collect()
}

/// Whether a word of a list stands in a text, as a word of its own.
fn has_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphabetic());
            apart(text[..at].chars().next_back()) && apart(text[at + word.len()..].chars().next().filter(|c| *c != 's'))
        })
    })
}

/// The head of the column a place stands in, where it stands in rows of cells.
fn head(text: &str, at: usize) -> Option<String> {
    let begin = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let line = text[begin..].split('\n').next().unwrap_or_default();
    let sign = [',', '\t', ';', '|'].into_iter().find(|sign| line.matches(*sign).count() >= 2)?;
    let column = cells(&line[..at - begin], sign).len() - 1;
    let count = cells(line, sign).len();
    // The head is the first of the lines above that have as many cells; a blank line is not one.
    let mut first = None;
    for above in text[..begin].lines().rev() {
        let above = above.trim_start_matches('\u{feff}');
        if cells(above, sign).len() != count {
            break;
        }
        first = Some(above);
    }
    let head = cells(first?, sign);
    let named = head.get(column)?.trim().trim_matches('"');
    // A head has no digits of its own; rows without one have no names.
    (!named.is_empty() && !named.chars().any(|c| c.is_ascii_digit())).then(|| spaced(named))
}

fn cells(line: &str, sign: char) -> Vec<&str> {
    let (mut all, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in line.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == sign && !quoted {
            all.push(&line[start..at]);
            start = at + c.len_utf8();
        }
    }
    all.push(&line[start..]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_column_speaks_for_its_cells() {
        let table = "name,dept,invoice_number\nJane,Pay,130-07-5728\nBob,IT,214-89-6712\n";
        let at = table.find("214").expect("there");
        let near = Near::of(table, at, at + 11);
        assert_eq!(near.head.as_deref(), Some("invoice number"));
        assert!(near.is_called(&["invoice"]) && !near.says(&["ssn"]));
        let quoted = "\"Name, full\",dept,\"SSN, primary\"\n\"Smith, Jane\",Pay,130-07-5728\n";
        let at = quoted.find("130").expect("there");
        assert!(Near::of(quoted, at, at + 11).says(&["ssn"]));
        let plain = "My social security number is 130-07-5728.";
        let at = plain.find("130").expect("there");
        let near = Near::of(plain, at, at + 11);
        assert!(near.head.is_none() && near.says(&["social security"]) && near.is_called(&["social security"]));
        assert!(!has_word("classnote", &["ssn"]) && has_word("ssns", &["ssn"]) && has_word("ssn=1", &["ssn"]));
    }
}
