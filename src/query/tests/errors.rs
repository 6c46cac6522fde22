//! Queries that are mistakes: where, and in which words.

use crate::query::{NEAR_WORDS, QUERY_CHARS, QUERY_DEPTH, QUERY_TERMS, parse};

#[test]
fn mistakes_are_told_with_their_column() {
    let table = [
        ("(road", 1, "never closed"),
        ("road (oak OR (elm street)", 6, "never closed"),
        ("road)", 5, "closes nothing"),
        (")", 1, "closes nothing"),
        ("road ()", 6, "nothing between the parentheses"),
        ("\"\"", 1, "phrase is empty"),
        ("road \"  \"", 6, "phrase is empty"),
        ("\"--\"", 1, "no letters or digits"),
        ("\"oak street", 1, "never closed"),
        ("é \"oak", 3, "never closed"),
        ("road w/ oak", 6, "needs a number"),
        ("road w/five oak", 6, "needs a number"),
        ("road pre/ oak", 6, "needs a number"),
        ("w/o", 1, "needs a number"),
        ("road w/0 oak", 6, "not between 1"),
        ("road w/5000 oak", 6, "not between 1"),
        ("road w/99999999999 oak", 6, "not between 1"),
        ("w/5 oak", 1, "nothing stands before the distance"),
        ("road w/5", 6, "nothing follows the distance"),
        ("(road w/5) oak", 7, "nothing follows the distance"),
        ("road w/5 oak w/5 elm", 14, "three things in a row"),
        ("road near/5 oak", 6, "`near/5` is not known"),
        ("road NEAR/5 oak", 6, "`near/5` is not known"),
        ("road /5 oak", 6, "`/5` is not known"),
        ("road w/5 NOT oak", 10, "NOT cannot stand beside a distance"),
        ("(road oak) w/5 (elm AND ash)", 12, "AND stand on both sides"),
        ("(road AND NOT oak) w/5 elm", 1, "alternatives joined by OR"),
        ("road w/5 (oak AND (elm w/2 ash))", 10, "alternatives joined by OR"),
        ("((road AND oak) OR ash) w/5 elm", 1, "alternatives joined by OR"),
        ("(road w/3 oak) w/5 elm", 1, "alternatives joined by OR"),
        ("(road AND subject:oak) w/5 elm", 24, "different fields"),
        ("road w/5 kind:email", 10, "alternatives joined by OR"),
        ("subject:road w/5 oak", 14, "different fields"),
        ("kind:(email w/5 text)", 13, "distances are for words"),
        ("*", 1, "at least one letter"),
        ("road **", 6, "at least one letter"),
        ("???", 1, "at least one letter"),
        ("subject:*", 9, "at least one letter"),
        ("東*", 1, "take no wildcard"),
        ("road*,", 6, "cannot stand there"),
        ("-road*", 1, "before a word"),
        ("road*~", 1, "not both"),
        ("763-555-*", 1, "written in many ways"),
        ("road (763) 155-0142", 6, "looks like a telephone number"),
        ("(763) 555-0142x5", 1, "looks like a telephone number"),
        ("763-555-0142*", 13, "at least one letter"),
        ("\"what is this?\"", 10, "one more letter"),
        ("\"pr-1* form\"", 2, "signs in it"),
        ("\"oak street\"~5", 13, "has no `~`"),
        ("\"oak str\"*", 10, "inside the quotation marks"),
        ("\"oak\"elm", 6, "without a space"),
        ("oak\"elm\"", 4, "not parted"),
        ("oak(elm)", 4, "not parted"),
        ("colour:red", 1, "no field `colour:`"),
        ("road Re:budget", 6, "no field `Re:`"),
        ("https://cedarbend.example", 1, "no field `https:`"),
        ("subject:", 1 + 8, "nothing follows"),
        ("subject: road", 9, "a space follows"),
        ("(subject:)", 10, "nothing follows"),
        ("from:to:anna", 6, "follows another field"),
        ("subject:(from:anna)", 10, "inside the parentheses of another field"),
        ("date:2025-13", 6, "no day"),
        ("date:2025-02-29", 6, "no day"),
        ("date:2025-06-31", 6, "no day"),
        ("date:2025-06-00", 6, "no day"),
        ("date:2025-01..2025-13", 15, "no day"),
        ("date:3/14/2025", 6, "not a date"),
        ("date:25", 6, "not a date"),
        ("date:2025-3", 6, "not a date"),
        ("date:march", 6, "not a date"),
        ("date:0025", 6, "not between 1900"),
        ("date:2025-03..2025-01", 6, "ends before it begins"),
        ("date:..", 6, "neither a first nor a last day"),
        ("after:2025-02-30", 7, "no day"),
        ("before:yesterday", 8, "not a date"),
        ("kind:mail", 6, "not known to `kind:`"),
        ("status:done", 8, "not known to `status:`"),
        ("is:funny", 4, "not known to `is:`"),
        ("has:picture", 5, "not known to `has:`"),
        ("kind:e*", 6, "no wildcards"),
        ("custodian:\"\"", 11, "empty"),
        ("custodian:--", 11, "no letters or digits"),
        ("type:p_f", 6, "no type of attachment"),
        ("road OR", 6, "nothing follows OR"),
        ("road AND", 6, "nothing follows AND"),
        ("(road OR) oak", 7, "nothing follows OR"),
        ("OR road", 1, "nothing stands before OR"),
        ("AND", 1, "nothing stands before AND"),
        ("road OR AND oak", 9, "nothing stands before AND"),
        ("road NOT", 6, "nothing follows NOT"),
        ("road OR oak elm", 13, "AND and OR stand side by side"),
        ("road oak OR elm", 10, "AND and OR stand side by side"),
        ("road AND oak OR elm", 14, "AND and OR stand side by side"),
        ("road OR oak NOT elm", 13, "AND and OR stand side by side"),
        ("road && oak", 6, "`&&` is not known"),
        ("road || oak", 6, "`||` is not known"),
        ("! road", 1, "`!` is not known"),
        ("road -oak", 6, "`-` before a word"),
        ("+road", 1, "`+` before a word"),
        ("!road", 1, "`!` before a word"),
        ("agree~1", 6, "after `~`"),
        ("road^2", 5, "after `~` or `^`"),
        ("/re.*ing/", 1, "regular expressions"),
        ("~", 1, "stands behind a word"),
        ("pr-1~", 1, "one English word"),
        ("2025~", 1, "one English word"),
        ("...", 1, "no letters or digits"),
        ("road § oak", 6, "no letters or digits"),
    ];
    for (query, column, words) in table {
        let error = match parse(query) {
            Err(error) => error,
            Ok(parsed) => panic!("{query} was read as {parsed:?}"),
        };
        assert_eq!(error.column, column, "{query}: {}", error.message);
        assert!(error.message.contains(words), "{query}: {}", error.message);
        assert!(!error.hint.is_empty(), "{query}");
    }
}

#[test]
fn every_limit_is_an_error_and_the_bound_itself_is_not() {
    let nested = |depth: usize| format!("{}road{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(QUERY_DEPTH)).is_ok());
    assert!(parse(&nested(QUERY_DEPTH + 1)).is_err());
    assert!(parse(&"NOT ".repeat(QUERY_CHARS / 5)).is_err());
    let words = |count: usize| vec!["a"; count].join(" ");
    assert!(parse(&words(QUERY_TERMS)).is_ok());
    assert!(parse(&words(QUERY_TERMS + 1)).is_err());
    assert!(parse(&"a".repeat(QUERY_CHARS + 1)).is_err());
    assert!(parse(&format!("a w/{NEAR_WORDS} b")).is_ok());
    assert!(parse(&format!("a w/{} b", NEAR_WORDS + 1)).is_err());
}
