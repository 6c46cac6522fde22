//! The elements of one array in a JSON document in memory, each with its exact bytes.

use crate::source::chats::slices::{Lists, Piece, Splitter};

/// The stretches of the elements of the array that stands under a key of the outermost object (RFC 8259).
///
/// # Errors
/// A plain sentence where the document is damaged, with what was whole; what is inside an element is not looked at.
pub fn elements<'a>(document: &'a [u8], key: &'static [&'static str]) -> (Vec<&'a [u8]>, Option<String>) {
    let mut stream = document;
    let mut splitter = Splitter::new(&mut stream, Lists::Named(key));
    let (mut found, mut damage) = (Vec::new(), None);
    while let Some(piece) = splitter.next_piece() {
        let at = match piece {
            Piece::Element { list, offset, bytes } if key.contains(&list.as_str()) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                match start.checked_add(bytes.len()).and_then(|end| document.get(start..end)) {
                    Some(stretch) => {
                        found.push(stretch);
                        continue;
                    }
                    None => offset,
                }
            }
            Piece::Member { .. } => continue,
            Piece::Element { offset, .. } | Piece::Broken { offset, .. } => offset,
        };
        damage.get_or_insert_with(|| format!("the document is damaged at byte {at}"));
    }
    if splitter.is_cut || document.trim_ascii().is_empty() {
        damage.get_or_insert_with(|| format!("the document ends at byte {}", document.len()));
    }
    (found, damage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_their_exact_bytes() {
        let cases: [(&str, &[&str], bool); 9] = [
            (r#"{"a": 1, "m": [ {"x":1.0 }, "s" ,3], "b": []}"#, &["{\"x\":1.0 }", "\"s\"", "3"], true),
            (r#"{"m": []}"#, &[], true),
            (r#"{}"#, &[], true),
            (r#"{"m": 5}"#, &[], true),
            (r#"{"o": {"m": [1]}, "m": [2]}"#, &["2"], true),
            // A number at the end may be cut itself.
            (r#"{"m": [1, 2"#, &["1"], false),
            (r#"{"m": [{"a":1}, {"a""#, &["{\"a\":1}"], false),
            ("[1]", &[], false),
            (r#"{"m": [{"a":1}, {"b" 2}, {"c":3}]}"#, &["{\"a\":1}", "{\"b\" 2}", "{\"c\":3}"], true),
        ];
        for (document, expected, is_whole) in cases {
            let (found, error) = elements(document.as_bytes(), &["m"]);
            let found: Vec<&str> = found.into_iter().map(|one| std::str::from_utf8(one).expect("text")).collect();
            assert_eq!((found.as_slice(), error.is_none()), (expected, is_whole), "{document}");
        }
    }
}
