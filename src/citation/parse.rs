//! Citations found in words: Minnesota Statutes and Rules, federal statutes and regulations, rules of procedure.
//!
//! A citation is compared by section and subdivision; paragraphs and clauses inside a subdivision are not told apart.

use std::collections::BTreeSet;
use std::fmt;

/// One citation, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Citation {
    /// The section: `13.43`, `Minn. R. 1205.0700`, `18 U.S.C. § 2721`, `Fed. R. Civ. P. 26`.
    pub section: String,
    /// The subdivision; `None` where the whole section is cited.
    pub subdivision: Option<u32>,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.section.starts_with(|c: char| c.is_ascii_digit()) && !self.section.contains('§') {
            f.write_str("Minn. Stat. § ")?;
        }
        f.write_str(&self.section)?;
        self.subdivision.map_or(Ok(()), |number| write!(f, ", subd. {number}"))
    }
}

impl serde::Serialize for Citation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where citations are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum In {
    /// The basis of a decision: a number of a section counts by itself, as in "13.37".
    Basis,
    /// A whole letter: only what is marked as a citation counts, because sums of money look the same.
    Letter,
}

/// Every citation in some words, each once, in order.
pub fn citations(text: &str, place: In) -> BTreeSet<Citation> {
    let tokens = tokens(text);
    let mut all = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        at = one(&tokens, at, place, &mut all).unwrap_or(at + 1);
    }
    all
}

/// Words, numbers with their points, and signs. `subd.` keeps no point; `13.43` is one token.
fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().copied().enumerate() {
        let inside = c == '.' && word.ends_with(|c: char| c.is_ascii_alphanumeric()) && {
            let next = chars.get(at + 1).copied().unwrap_or(' ');
            let digits = word.starts_with(|c: char| c.is_ascii_digit()) && next.is_ascii_digit();
            // "U.S.C." and "C.F.R." are one word each.
            let letters = word.chars().all(|c| c.is_ascii_uppercase() || c == '.') && next.is_ascii_uppercase();
            digits || letters
        };
        if c.is_ascii_alphanumeric() || inside {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            all.push(std::mem::take(&mut word));
        }
        if matches!(c, '§' | ',' | ';' | '(' | ')' | '-' | '–' | '$' | '%') {
            all.push(c.to_string());
        }
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

fn is_number(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a token is the number of a section of Minnesota Statutes: `13.43`, `13D.05`, `260B.171`, `645.44`.
fn is_section(token: &str) -> bool {
    let Some((chapter, section)) = token.split_once('.') else { return false };
    let digits = chapter.trim_end_matches(|c: char| c.is_ascii_uppercase());
    is_number(digits)
        && digits.len() <= 3
        && chapter.len() - digits.len() <= 1
        && is_number(section)
        && (2..=4).contains(&section.len())
}

/// Reads one citation that begins at a token; gives where to go on.
fn one(tokens: &[String], at: usize, place: In, all: &mut BTreeSet<Citation>) -> Option<usize> {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    if is_number(token(at)) && matches!(token(at + 1), "U.S.C" | "USC" | "C.F.R" | "CFR") {
        let code = if token(at + 1).starts_with('U') { "U.S.C." } else { "C.F.R." };
        let section = at + 2 + usize::from(token(at + 2) == "§") + usize::from(token(at + 3) == "§");
        all.insert(whole(format!("{} {code} § {}", token(at), token(section))));
        return Some(section + 1);
    }
    if token(at) == "R" && matches!((token(at + 1), token(at + 2)), ("Civ" | "Crim", "P") | ("Evid", _)) {
        let court = if at > 0 && token(at - 1) == "Minn" { "Minn." } else { "Fed." };
        let (rules, number) = match token(at + 1) {
            "Evid" => ("Evid.".to_owned(), at + 2),
            kind => (format!("{kind}. P."), at + 3),
        };
        all.insert(whole(format!("{court} R. {rules} {}", token(number))));
        return Some(number + 1);
    }
    let marked = at > 0 && matches!(token(at - 1), "§" | "Stat" | "section" | "sections" | "Section" | "R" | "Rules");
    if let Some((chapter, rule)) = token(at).split_once('.')
        && chapter.len() == 4
        && rule.len() == 4
        && is_number(chapter)
        && is_number(rule)
        && marked
    {
        all.insert(whole(format!("Minn. R. {}", token(at))));
        return Some(at + 1);
    }
    if !is_section(token(at)) {
        return None;
    }
    let after = at + 1 + usize::from(token(at + 1) == ",");
    let divided = matches!(token(after), "subd" | "subds" | "subdivision" | "subdivisions");
    let money = at > 0 && token(at - 1) == "$" || token(at + 1) == "%";
    // "sections 13.02 and 13.03": the second one follows a marked one.
    let further = at > 1 && matches!(token(at - 1), "and" | "or" | "," | "to") && is_section(token(at - 2));
    if money || !(marked || divided || further || place == In::Basis) {
        return None;
    }
    if !divided {
        all.insert(whole(token(at).to_owned()));
        return Some(at + 1);
    }
    Some(subdivisions(tokens, at, after + 1, all))
}

fn whole(section: String) -> Citation {
    Citation { section, subdivision: None }
}

/// Reads `1(a), 2 and 4` after the word; gives where to go on.
fn subdivisions(tokens: &[String], section: usize, from: usize, all: &mut BTreeSet<Citation>) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    let section = tokens[section].clone();
    let (mut at, mut last) = (from, None);
    while let Ok(number) = token(at).parse::<u32>() {
        if let (Some(first), "-" | "–" | "to") = (last, token(at - 1)) {
            all.extend(
                (first..=number).take(50).map(|one| Citation { section: section.clone(), subdivision: Some(one) }),
            );
        }
        all.insert(Citation { section: section.clone(), subdivision: Some(number) });
        last = Some(number);
        at += 1;
        while token(at) == "(" {
            at += 1 + usize::from(token(at + 1) != "(") + usize::from(token(at + 2) == ")");
            if at > tokens.len() {
                break;
            }
        }
        let joined = match token(at) {
            "," if matches!(token(at + 1), "and" | "or") => 2,
            "," | "and" | "or" | "-" | "–" | "to" => 1,
            _ => break,
        };
        if !is_number(token(at + joined)) {
            break;
        }
        at += joined;
    }
    if last.is_none() {
        all.insert(whole(section));
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, place: In) -> Vec<String> {
        citations(text, place).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn citations_are_found_as_people_write_them() {
        let rows: &[(&str, &[&str], &str)] = &[
            ("Minn. Stat. § 13.43, subd. 4", &["Minn. Stat. § 13.43, subd. 4"], "as the manual writes it"),
            ("13.43 subd. 4", &["Minn. Stat. § 13.43, subd. 4"], "as a list writes it"),
            ("13.37", &["Minn. Stat. § 13.37"], "a bare section"),
            (
                "Minn. Stat. § 13.37, subd. 1(a), 2",
                &["Minn. Stat. § 13.37, subd. 1", "Minn. Stat. § 13.37, subd. 2"],
                "two",
            ),
            (
                "(Minn. Stat. § 13.03, subds. 2 and 3)",
                &["Minn. Stat. § 13.03, subd. 2", "Minn. Stat. § 13.03, subd. 3"],
                "joined by a word",
            ),
            (
                "attorney-client privilege; Minn. Stat. § 13.393",
                &["Minn. Stat. § 13.393"],
                "after words of another basis",
            ),
            ("§ 13.03, subd. 3(f)", &["Minn. Stat. § 13.03, subd. 3"], "a paragraph is not told apart"),
            ("Minn. Stat. § 13D.05, subd. 3", &["Minn. Stat. § 13D.05, subd. 3"], "a chapter with a letter"),
            (
                "13.82 subd. 8-11",
                &[
                    "Minn. Stat. § 13.82, subd. 8",
                    "Minn. Stat. § 13.82, subd. 9",
                    "Minn. Stat. § 13.82, subd. 10",
                    "Minn. Stat. § 13.82, subd. 11",
                ],
                "a range",
            ),
            ("18 U.S.C. § 2721", &["18 U.S.C. § 2721"], "a federal statute"),
            ("34 CFR 99.3", &["34 C.F.R. § 99.3"], "a federal regulation"),
            ("Minn. R. 1205.0700", &["Minn. R. 1205.0700"], "a rule of an agency"),
            ("Fed. R. Civ. P. 26(b)(3)", &["Fed. R. Civ. P. 26"], "a rule of court"),
            ("privileged", &[], "no citation"),
            ("§ 999.99", &["Minn. Stat. § 999.99"], "one that does not exist is a citation as well"),
        ];
        for (text, expected, why) in rows {
            assert_eq!(found(text, In::Basis), *expected, "{why}");
        }
    }

    #[test]
    fn sums_of_money_and_times_in_a_letter_are_no_citations() {
        let text = "120 pages at $0.25 come to $30.00; 1.50 hours at 28.50 an hour, 12.25 percent (Minn. Stat. § 13.03, \
                    subd. 3; holidays: § 645.44, subd. 5).";
        assert_eq!(found(text, In::Letter), ["Minn. Stat. § 13.03, subd. 3", "Minn. Stat. § 645.44, subd. 5"]);
    }

    proptest::proptest! {
        #[test]
        fn no_words_break_it(text in ".{0,80}", signs in "[§(),;.0-9subd -]{0,60}") {
            let _ = citations(&text, In::Basis);
            let _ = citations(&signs, In::Basis);
            let _ = citations(&format!("Minn. Stat. § 13.43 subd. {signs}"), In::Letter);
        }
    }
}
