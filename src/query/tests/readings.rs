//! What a query is read as, and written back.

use crate::query::{Field, Pattern, Query, parse, terms};

fn exact(word: &str) -> Pattern {
    Pattern::Exact(word.to_owned())
}

#[test]
fn queries_are_written_back_in_full() {
    let table = [
        ("Road  repair", "road AND repair", "implicit AND"),
        ("a OR (b c)", "a OR (b AND c)", "groups keep their parentheses"),
        ("((a))", "a", "needless ones go"),
        ("a (b c)", "a AND (b AND c)", "needed or not, a group stays a group"),
        ("a NOT (b OR c)", "a AND NOT (b OR c)", "not"),
        ("PR-1", "\"pr 1\"", "a word with signs is a phrase of its parts"),
        ("Anna@CedarBend.example", "anna@cedarbend.example", "an address is one word"),
        ("+1 (763) 555-0142", "7635550142", "a number is its digits"),
        ("763,555,0142", "\"763, 555, 0142\"", "groups of digits that are no number stay none"),
        ("recipient:x", "to:x OR cc:x OR bcc:x", "a field that stands for several"),
        ("subject:(a OR b*) c", "(subject:a OR subject:b*) AND c", "a field of a group"),
        ("subject:((a OR b) pre/3 \"c d\")", "subject:((a OR b) pre/3 \"c d\")", "a distance in a field"),
        ("a w/5 vote~", "a w/5 vote~", "a distance"),
        ("(a AND \"b c\") w/5 d", "a w/5 d AND \"b c\" w/5 d", "each of them near the other side"),
        ("d pre/2 (a (b OR c))", "d pre/2 a AND d pre/2 (b OR c)", "on the other side, in order"),
        ("東京都", "\"東京都\"", "letters without spaces"),
        ("東京2025", "\"東京 2025\"", "beside digits"),
        ("road**ing", "road*ing", "stars side by side"),
        ("after:2025-03", "date:2025-04-01..", "dates by their days"),
        ("before:2025", "date:..2024-12-31", "to the last day before"),
        ("date:2024-02", "date:2024-02-01..2024-02-29", "a month with its leap day"),
        ("custodian:\"Anna Vang\" has:attachments", "custodian:\"Anna Vang\" AND has:attachment", "facts"),
        ("763-555-01??", "76355501??", "unknown digits of a number"),
    ];
    for (query, spelled, why) in table {
        let parsed = parse(query).unwrap_or_else(|error| panic!("{query}: {}", error.message));
        assert_eq!(parsed.to_string(), spelled, "{query}: {why}");
        assert_eq!(parse(spelled).as_ref(), Ok(&parsed), "{spelled}: {why}");
    }
}

#[test]
fn the_tree_is_as_the_grammar_says() {
    assert_eq!(
        parse("(a OR \"b c\") pre/3 d*"),
        Ok(Query::Near {
            field: Field::Any,
            within: 3,
            ordered: true,
            left: vec![vec![exact("a")], vec![exact("b"), exact("c")]],
            right: vec![vec![Pattern::Wildcard("d*".to_owned())]],
        })
    );
    assert_eq!(parse("NOT a w/1 b").map(|query| matches!(query, Query::Not(_))), Ok(true));
    assert_eq!(parse("from:lee"), Ok(Query::Word(Field::From, exact("lee"))));
    assert_eq!(parse("  "), Ok(Query::Everything));
}

#[test]
fn a_term_report_lists_what_is_looked_for() {
    let query = parse("(road OR \"oak street\") a w/5 b NOT newsletter kind:email road").expect("a query");
    let listed: Vec<String> = terms(&query).iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["road", "\"oak street\"", "a w/5 b"]);
}

/// Every line of the manual that begins with a query is one.
#[test]
fn every_example_of_the_manual_is_read() {
    let manual = include_str!("../../manual/query.md");
    let examples: Vec<&str> = manual
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once("` |").map(|(example, _)| example))
        .collect();
    assert!(examples.len() >= 40, "the manual has {} examples", examples.len());
    let (wrong, right): (Vec<&str>, Vec<&str>) =
        examples.into_iter().partition(|example| manual.contains(&format!("| `{example}` | error:")));
    for example in right {
        assert!(parse(example).is_ok(), "{example}: {:?}", parse(example));
    }
    assert!(wrong.len() >= 5);
    for example in wrong {
        assert!(parse(example).is_err(), "{example}");
    }
}
