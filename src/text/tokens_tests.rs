//! Goldens of the words a text is cut into.

use super::*;
use crate::base::tier::cases;
use proptest::prelude::*;

/// Words by position, those at one position joined by `|`.
fn cut(text: &str) -> String {
    let mut places: Vec<Vec<String>> = Vec::new();
    tokens(text, &mut |token| {
        let at = token.position as usize;
        if places.len() <= at {
            places.resize(at + 1, Vec::new());
        }
        places[at].push(token.word);
    });
    places.iter().map(|words| words.join("|")).collect::<Vec<_>>().join(" ")
}

#[test]
fn texts_are_cut_as_the_rules_say() {
    let table = [
        ("Road Work, 2025!", "road work 2025", "words and a number"),
        ("", "", "nothing"),
        ("anna@cedarbend.example", "anna|anna@cedarbend.example cedarbend|cedarbend.example example", "an address"),
        (
            "<Lee.Anna@CedarBend.example>.",
            "lee|lee.anna|lee.anna@cedarbend.example anna cedarbend|cedarbend.example example",
            "an address with a dotted name; capitals fold, brackets fall",
        ),
        ("12-345", "12|12-345 345", "a parcel number"),
        ("13.43", "13|13.43 43", "a section of law"),
        ("PR-1 R&D don't", "pr|pr-1 1 r|r&d d don|don't t", "signs inside words"),
        ("don’t ＡＢ＠ｃ", "don|don't t ab|ab@c c", "curly apostrophe and full width"),
        ("$1,250.00 and 7, 8", "1|1,250.00 250 00 and 7 8", "a comma joins digits only"),
        ("one,two", "one two", "a comma between words joins nothing"),
        ("end. -start- a--b", "end start a b", "signs that join nothing"),
        ("(763) 555-0142", "763|7635550142 555|555-0142 0142", "a telephone number"),
        ("763.555.0142", "763|7635550142|763.555.0142 555 0142", "the same with dots"),
        ("+1 763-555-0142", "1 763|7635550142|763-555-0142 555 0142", "the same with its country code"),
        ("+17635550142", "17635550142|7635550142", "the same without signs"),
        ("7635550142", "7635550142", "ten digits are one word"),
        ("1-763-555-0142", "1|1-763-555-0142 763|7635550142 555 0142", "one whole with the country code"),
        ("4000 763 555 0142", "4000 763 555 0142", "a card in groups is no telephone number"),
        ("4111111111111111", "4111111111111111", "nor is a long number"),
        ("東京都 2025", "東|東京 京|京都 都 2025", "single letters and pairs"),
        ("a東b", "a 東 b", "scripts side by side"),
        ("ｶﾞｲﾄﾞ", "ガ|ガイ イ|イド ド", "half-width kana: the voice mark belongs to its letter"),
        ("회의록", "회|회의 의|의록 록", "Korean by pairs as well"),
        ("สวัสดี", "ส|สว ว|วั ั|ัส ส|สด ด|ดี ี", "Thai by letters"),
        ("👍🏽 ok 👨\u{200d}👩 🇺🇸❤\u{fe0f}", "👍 ok 👨 👩 🇺🇸 ❤", "pictograms"),
        ("हिन्दी में", "हिन्दी में", "vowel signs belong to the word"),
        ("ro\u{ad}ad pay\u{200b}pal", "road paypal", "what is not seen cuts nothing"),
        ("Cafe\u{301} CAFÉ", "cafe cafe", "accents"),
        ("Main_Street-v2.pdf", "main|main_street-v2.pdf street v2 pdf", "a file name"),
        ("https://www.cedarbend.example/a?b=1", "https www|www.cedarbend.example cedarbend example a b 1", "a link"),
    ];
    for (text, words, why) in table {
        assert_eq!(cut(text), words, "{text}: {why}");
    }
}

#[test]
fn a_run_of_letters_without_end_is_cut_into_bounded_words() {
    let long = "x".repeat(10_000);
    let mut count = 0;
    tokens(&long, &mut |token| {
        assert!(token.word.len() <= WORD_BYTES);
        assert_eq!(token.position, count);
        count += 1;
    });
    assert_eq!(count as usize, 10_000_usize.div_ceil(WORD_BYTES));
    let chain = "ab.".repeat(1_000);
    tokens(&chain, &mut |token| assert!(token.word.len() <= 3 * WHOLE_BYTES));
}

#[test]
fn tokens_tell_where_they_stand() {
    let text = "Ruf é Ändern!";
    let mut found = Vec::new();
    tokens(text, &mut |token| found.push((token.word.clone(), text[token.start..token.end].to_owned())));
    let expected = [("ruf", "Ruf"), ("e", "é"), ("andern", "Ändern")];
    assert_eq!(found, expected.map(|(word, at)| (word.to_owned(), at.to_owned())));
}

fn is_folded(word: &str) -> bool {
    super::super::fold::fold(word) == word
}

proptest! {
    #![proptest_config(cases(150, 2_000))]

    #[test]
    fn any_text_is_cut_in_order_into_folded_words(text in any::<String>()) {
        let mut last = 0;
        let mut first = true;
        tokens(&text, &mut |token| {
            assert!(token.position == last || token.position == last + 1 || first);
            first = false;
            last = token.position;
            assert!(!token.word.is_empty());
            assert!(is_folded(&token.word), "{:?}", token.word);
            assert!(text.get(token.start..token.end).is_some());
        });
    }

    #[test]
    fn what_is_pasted_between_spaces_is_cut_as_it_is_alone(
        before in "[a-z]{1,5}", text in "[A-Za-z0-9é東👍@.&'-]{0,20}", after in "[a-z]{1,5}"
    ) {
        let alone = cut(&text);
        let inside = cut(&format!("{before} {text} {after}"));
        prop_assert_eq!(inside.split_whitespace().count(), alone.split_whitespace().count() + 2);
        let words: Vec<&str> = inside.split(' ').collect();
        prop_assert_eq!(words[1..words.len() - 1].join(" "), alone);
    }
}
