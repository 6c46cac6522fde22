//! Laws that hold for every query and text.

use super::{mail, sms};
use crate::base::tier::cases;
use crate::query::{Document, Field, Query, fits, matches, parse};
use crate::text::each_token;
use proptest::prelude::*;

/// A query made of pieces that can stand together.
fn query_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-d]{1,2}",
        "[a-c][*?][a-c]",
        "[a-c]{2}~",
        Just("PR-1".to_owned()),
        Just("763-555-0142".to_owned()),
        Just("anna@cedarbend.example".to_owned()),
        "[東京都]{1,4}",
        "\"[a-c]{1,2} [a-c東京]{1,3} [a-c]\\*\"",
        "\"[a-c東京1-9 ]{0,6}[a-c]\"",
        "[0-9]{3}[-.,][0-9]{3}[-.,][0-9]{4}",
    ]
    .boxed();
    let leaf = prop_oneof![
        4 => word.clone(),
        1 => (prop_oneof![Just("subject"), Just("to"), Just("party"), Just("recipient")], word.clone())
            .prop_map(|(field, word)| format!("{field}:{word}")),
        1 => (word.clone(), 1_u32..9, any::<bool>(), word.clone(), word)
            .prop_map(|(a, n, ordered, b, c)| format!("({a} OR {b}) {}/{n} {c}", if ordered { "pre" } else { "w" })),
        1 => prop_oneof![
            Just("kind:email"), Just("date:2025-03.."), Just("is:undated"), Just("type:7z"),
            Just("custodian:\"Anna V\""), Just("series:\"a b\""), Just("status:(official OR personal)"),
        ].prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let all = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            all.clone().prop_map(|all| format!("({})", all.join(" "))),
            all.prop_map(|all| format!("({})", all.join(" OR "))),
            inner.prop_map(|one| format!("NOT ({one})")),
        ]
    })
}

fn tree() -> impl Strategy<Value = Query> {
    query_text().prop_filter_map("a query", |text| parse(&text).ok())
}

fn document() -> impl Strategy<Value = Document> {
    let text = "[a-d東京 ]{0,30}";
    proptest::collection::vec((prop_oneof![Just(Field::Subject), Just(Field::Body), Just(Field::To)], text), 0..4)
        .prop_map(|texts| Document { texts, ..sms() })
}

/// The words of a text by position, the obvious way.
fn places(text: &str) -> Vec<(String, u32)> {
    let mut all = Vec::new();
    each_token(text, &mut |word, position, _, _| all.push((word.to_owned(), position)));
    all
}

/// Alternatives of phrases of words and wildcards.
fn group() -> impl Strategy<Value = Vec<Vec<String>>> {
    let word = prop_oneof![3 => "[ab]{1,2}", 1 => "[ab]\\*", 1 => "\\*[ab]", 1 => "\\?[ab]"];
    proptest::collection::vec(proptest::collection::vec(word, 1..3), 1..3)
}

fn spelled(group: &[Vec<String>]) -> String {
    let phrases: Vec<String> = group.iter().map(|phrase| format!("\"{}\"", phrase.join(" "))).collect();
    format!("({})", phrases.join(" OR "))
}

/// Every stretch of the words that fits one of the phrases, by its first and last place.
fn naive_places(group: &[Vec<String>], words: &[String]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for start in 0..words.len() {
        for phrase in group {
            let stretch = words.get(start..start + phrase.len());
            if stretch.is_some_and(|stretch| stretch.iter().zip(phrase).all(|(word, shape)| naive_fit(shape, word))) {
                all.push((start, start + phrase.len() - 1));
            }
        }
    }
    all
}

/// Whether a word has a shape, with one wildcard at most.
fn naive_fit(shape: &str, word: &str) -> bool {
    match shape.find(['*', '?']) {
        None => shape == word,
        Some(at) => {
            let (head, tail) = (&shape[..at], &shape[at + 1..]);
            let one = shape.as_bytes()[at] == b'?';
            let long = if one { word.len() == shape.len() } else { word.len() + 1 >= shape.len() };
            long && word.starts_with(head) && word.ends_with(tail)
        }
    }
}

proptest! {
    #![proptest_config(cases(150, 2_000))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1);
            prop_assert!(!error.message.is_empty() && !error.hint.is_empty());
        }
    }

    #[test]
    fn queries_of_signs_are_read_or_refused(text in "[a-c()\"*?~:/ANDORTw0-9@.,_&'|!+-^ ]{0,24}") {
        if let Ok(query) = parse(&text) {
            let spelled = query.to_string();
            prop_assert_eq!(parse(&spelled), Ok(query), "{} was written as {}", text, spelled);
        }
    }

    #[test]
    fn most_queries_made_of_pieces_can_be_read(text in query_text()) {
        let read = parse(&text);
        prop_assert!(read.is_ok(), "{}: {:?}", text, read);
    }

    #[test]
    fn what_is_written_is_read_as_the_same(query in tree()) {
        let spelled = query.to_string();
        prop_assert_eq!(parse(&spelled), Ok(query), "{}", spelled);
    }

    #[test]
    fn de_morgan_and_not_not(a in tree(), b in tree(), document in document()) {
        let not = |query: &Query| Query::Not(Box::new(query.clone()));
        let both = Query::And(vec![a.clone(), b.clone()]);
        let either = Query::Or(vec![a.clone(), b.clone()]);
        for document in [&document, &mail(), &sms()] {
            prop_assert_eq!(matches(&not(&both), document), matches(&Query::Or(vec![not(&a), not(&b)]), document));
            prop_assert_eq!(matches(&not(&either), document), matches(&Query::And(vec![not(&a), not(&b)]), document));
            prop_assert_eq!(matches(&not(&not(&a)), document), matches(&a, document));
        }
    }

    #[test]
    fn distances_are_those_of_a_naive_scanner(text in "[ab ]{0,24}", within in 1_u32..5) {
        let all = places(&text);
        let naive = |ordered: bool| {
            all.iter().any(|(one, left)| all.iter().any(|(two, right)| {
                let apart = if ordered { right.checked_sub(*left) } else { Some(left.abs_diff(*right)) };
                one == "a" && two == "b" && apart.is_some_and(|apart| apart >= 1 && apart <= within)
            }))
        };
        let document = Document { texts: vec![(Field::Body, text.clone())], ..sms() };
        for (operator, ordered) in [("w", false), ("pre", true)] {
            let query = parse(&format!("a {operator}/{within} b")).expect("a query");
            prop_assert_eq!(matches(&query, &document), naive(ordered), "{} in {}", query, text);
        }
    }

    /// Groups of phrases with wildcards beside a distance, against a scanner that tries every pair of places.
    #[test]
    fn distances_of_groups_are_those_of_a_naive_scanner(
        text in "([ab]{1,2} ){0,14}",
        within in 1_u32..6,
        left in group(),
        right in group(),
    ) {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let (one, two) = (naive_places(&left, &words), naive_places(&right, &words));
        let follows = |earlier: &[(usize, usize)], later: &[(usize, usize)]| {
            earlier.iter().any(|(_, end)| later.iter().any(|(start, _)| {
                start > end && start - end <= within as usize
            }))
        };
        let document = Document { texts: vec![(Field::Body, text.clone())], ..sms() };
        for (operator, ordered) in [("w", false), ("pre", true)] {
            let query = format!("{} {operator}/{within} {}", spelled(&left), spelled(&right));
            let expected = follows(&one, &two) || (!ordered && follows(&two, &one));
            let read = parse(&query).expect("a query");
            prop_assert_eq!(matches(&read, &document), expected, "{} in {}", query, text);
        }
    }

    /// Groups joined by AND on one side of a distance: each of them has to be found so near by the scanner.
    #[test]
    fn distances_of_joined_groups_are_those_of_a_naive_scanner(
        text in "([ab]{1,2} ){0,14}",
        within in 1_u32..6,
        joined in proptest::collection::vec(group(), 2..4),
        other in group(),
        is_left in any::<bool>(),
    ) {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let there = naive_places(&other, &words);
        let follows = |earlier: &[(usize, usize)], later: &[(usize, usize)]| {
            earlier.iter().any(|(_, end)| later.iter().any(|(start, _)| {
                start > end && start - end <= within as usize
            }))
        };
        let document = Document { texts: vec![(Field::Body, text.clone())], ..sms() };
        for (operator, ordered) in [("w", false), ("pre", true)] {
            let group = joined.iter().map(|one| spelled(one)).collect::<Vec<_>>().join(" AND ");
            let (left, right) = if is_left { (format!("({group})"), spelled(&other)) } else { (spelled(&other), format!("({group})")) };
            let query = format!("{left} {operator}/{within} {right}");
            let expected = joined.iter().all(|one| {
                let here = naive_places(one, &words);
                let (first, second) = if is_left { (&here, &there) } else { (&there, &here) };
                follows(first, second) || (!ordered && follows(second, first))
            });
            let read = parse(&query).expect("a query");
            prop_assert_eq!(matches(&read, &document), expected, "{} in {}", query, text);
        }
    }

    #[test]
    fn shapes_fit_as_a_naive_matcher_says(shape in "[ab*?]{0,6}", word in "[ab]{0,6}") {
        fn naive(shape: &[u8], word: &[u8]) -> bool {
            match (shape, word) {
                ([], []) => true,
                ([b'*', rest @ ..], _) => naive(rest, word) || (!word.is_empty() && naive(shape, &word[1..])),
                ([b'?', shape @ ..], [_, word @ ..]) => naive(shape, word),
                ([a, shape @ ..], [b, word @ ..]) if a == b => naive(shape, word),
                _ => false,
            }
        }
        prop_assert_eq!(fits(&shape, &word), naive(shape.as_bytes(), word.as_bytes()));
    }

    #[test]
    fn what_stands_in_a_text_is_found_by_typing_it(words in proptest::collection::vec("[a-z]{1,4}|[東京都]{1,3}|[a-z]{1,3}@[a-z]{1,3}\\.[a-z]{2}|763-555-01[0-9]{2}|[a-z]{1,2}[-.&'][0-9]{1,2}", 1..6), at in any::<prop::sample::Index>()) {
        let document = Document { texts: vec![(Field::Body, words.join(" "))], ..sms() };
        let typed = at.get(&words);
        let query = parse(typed);
        prop_assert!(query.is_ok_and(|query| matches(&query, &document)), "{} in {}", typed, words.join(" "));
    }
}
