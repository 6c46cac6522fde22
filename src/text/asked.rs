//! What is typed by somebody who searches, as the words to look for.

use super::tokens::{Sort, each_sorted};

struct Piece {
    word: String,
    sort: Sort,
    position: u32,
    start: usize,
    end: usize,
}

/// The words to look for, one after the other, when somebody types this: an e-mail address is one whole word, a
/// telephone number its ten digits, everything else the words at successive positions. Empty when nothing in it can
/// be searched.
pub fn asked(text: &str) -> Vec<String> {
    let pieces = pieces(text);
    if let Some(all) = all_of_it(&pieces) {
        return vec![all.to_owned()];
    }
    let mut best = best_of(pieces);
    // The last letter of a text without spaces is in the pair before it.
    if let [.., pair, letter] = best.as_slice()
        && (pair.sort, letter.sort) == (Sort::Pair, Sort::Letter)
        && pair.end == letter.end
    {
        best.pop();
    }
    best.into_iter().map(|piece| piece.word).collect()
}

/// One word for each position of a text that is a part of a longer row of words.
pub fn in_a_row(text: &str) -> Vec<String> {
    best_of(pieces(text)).into_iter().map(|piece| piece.word).collect()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    each_sorted(text, &mut |word, sort, position, start, end| {
        pieces.push(Piece { word: word.to_owned(), sort, position, start, end });
    });
    pieces
}

/// The most telling piece at each position that covers this position only.
fn best_of(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut best: Vec<Piece> = Vec::new();
    for piece in pieces {
        match piece.sort {
            Sort::Whole | Sort::Number => {}
            Sort::Pair => match best.last_mut() {
                Some(letter) if letter.position == piece.position => *letter = piece,
                _ => best.push(piece),
            },
            Sort::Word | Sort::Letter | Sort::Emoji => best.push(piece),
        }
    }
    best
}

/// The address or telephone number that is all there is.
fn all_of_it(pieces: &[Piece]) -> Option<&str> {
    let start = pieces.first()?.start;
    let end = pieces.iter().map(|piece| piece.end).max()?;
    pieces
        .iter()
        .find(|piece| {
            let single = match piece.sort {
                Sort::Whole => piece.word.bytes().filter(|byte| *byte == b'@').count() == 1,
                Sort::Number => true,
                Sort::Word | Sort::Letter | Sort::Pair | Sort::Emoji => false,
            };
            single && piece.start <= start && piece.end == end
        })
        .map(|piece| piece.word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_the_words_to_look_for() {
        let table: &[(&str, &[&str], &str)] = &[
            ("Road", &["road"], "one word"),
            ("PR-1", &["pr", "1"], "the parts, so that it is found inside PR-1-A as well"),
            ("R&D", &["r", "d"], "parts"),
            ("don't", &["don", "t"], "parts"),
            ("Anna.Lee@CedarBend.example", &["anna.lee@cedarbend.example"], "an address is whole"),
            ("<anna@cedarbend.example>", &["anna@cedarbend.example"], "brackets around it do not matter"),
            ("anna@cedarbend.example road", &["anna", "cedarbend", "example", "road"], "an address among words"),
            ("(763) 555-0142", &["7635550142"], "a telephone number is its digits"),
            ("+1 763.555.0142", &["7635550142"], "the country code is left out"),
            ("17635550142", &["7635550142"], "also when nothing is between the digits"),
            ("555-0142", &["555", "0142"], "no area code"),
            ("call (763) 555-0142 now", &["call", "763", "555", "0142", "now"], "a number among words"),
            ("東", &["東"], "one letter"),
            ("東京", &["東京"], "two letters are one pair"),
            ("東京都", &["東京", "京都"], "three are two pairs"),
            ("東京2025", &["東京", "京", "2025"], "the letter before other text keeps its position"),
            ("東 京", &["東", "京"], "a space breaks the pair"),
            ("👍🏽", &["👍"], "a skin tone is not seen"),
            ("🇺🇸", &["🇺🇸"], "a flag is one"),
            ("--", &[], "nothing to search"),
        ];
        for (typed, words, why) in table {
            assert_eq!(asked(typed), *words, "{typed}: {why}");
        }
    }
}
