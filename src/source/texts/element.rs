//! One element of a backup as a tree of attributes.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements inside each other; a backup has three.
const DEPTH: usize = 8;

/// An element with its attributes and the elements inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Attributes in order: name, and the value as written between the quotes.
    pub attributes: Vec<(String, String)>,
    /// The elements inside it, in order.
    pub children: Vec<Element>,
    /// Whether something but blanks stands between its tags: the format says everything in attributes.
    loose_text: bool,
}

/// The value of an attribute with its references resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Value {
    /// The text.
    pub text: String,
    /// Whether a reference could not be resolved and stands in the text as written.
    pub unresolved: bool,
}

impl Element {
    /// Reads one element.
    ///
    /// # Errors
    /// A plain sentence that says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(bytes);
        let mut reader = Reader::from_str(&text);
        let mut open: Vec<Self> = Vec::new();
        loop {
            let event = reader.read_event().map_err(|error| format!("the element is damaged: {error}"))?;
            let closed = match event {
                Event::Start(_) if open.len() >= DEPTH => return Err("elements lie too deep inside each other".into()),
                Event::Start(start) => {
                    open.push(Self::begin(&start)?);
                    continue;
                }
                Event::Empty(start) => Self::begin(&start)?,
                Event::End(_) => match open.pop() {
                    Some(closed) => closed,
                    None => return Err("the element ends before it begins".into()),
                },
                Event::Eof => return Err("the element does not end".into()),
                Event::Text(text) if text.trim().is_empty() => continue,
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) | Event::Comment(_) => {
                    if let Some(inner) = open.last_mut() {
                        inner.loose_text = true;
                    }
                    continue;
                }
                _ => continue,
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut element = Self { name: start.name().into_inner().to_owned(), ..Self::default() };
        let mut attributes = start.attributes();
        for attribute in attributes.with_checks(false) {
            let attribute = attribute.map_err(|error| format!("an attribute is damaged: {error}"))?;
            element.attributes.push((attribute.key.into_inner().to_owned(), attribute.value.into_owned()));
        }
        Ok(element)
    }

    /// Whether words stand between its tags, or between those of an element inside it.
    pub fn has_loose_text(&self) -> bool {
        self.loose_text || self.children.iter().any(Self::has_loose_text)
    }

    /// The attribute as written between its quotes, whatever it says.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The attribute with its references resolved; the word `null` means that there is none.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.raw(name).filter(|raw| *raw != "null").map(resolve)
    }

    /// The text of the attribute, empty when there is none.
    pub fn text(&self, name: &str) -> String {
        self.value(name).map(|value| value.text).unwrap_or_default()
    }

    /// The elements of a name inside the elements of another name: `("parts", "part")`.
    pub fn inside(&self, outer: &str, inner: &str) -> impl Iterator<Item = &Self> {
        self.children
            .iter()
            .filter(move |one| one.name == outer)
            .flat_map(|one| &one.children)
            .filter(move |one| one.name == inner)
    }
}

/// Resolves the references of an attribute value (XML 1.0 sections 3.3.3 and 4.4).
///
/// Android writes a character outside of the basic plane as two references to the halves of its UTF-16 pair, which
/// no XML reader takes; they are joined here. What cannot be resolved stays as written: an entity that a file defines
/// itself is never followed.
pub fn resolve(raw: &str) -> Value {
    let mut value = Value { text: String::with_capacity(raw.len()), unresolved: false };
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        value.text.push_str(&rest[..at]);
        rest = &rest[at..];
        if !rest.starts_with('&') {
            // A line break inside a value is a space; `&#10;` is a line break.
            value.text.push(' ');
            rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
            continue;
        }
        match reference(rest) {
            Some((character, length)) => {
                value.text.push(character);
                rest = &rest[length..];
            }
            None => {
                value.text.push('&');
                value.unresolved = true;
                rest = &rest[1..];
            }
        }
    }
    value.text.push_str(rest);
    // Bytes that are no UTF-8 were replaced on the way in.
    value.unresolved |= value.text.contains('\u{fffd}');
    value
}

/// The character a reference stands for, and how many bytes the reference has.
fn reference(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let named = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    };
    if let Some(character) = named {
        return Some((character, end + 1));
    }
    let number = code_point(name)?;
    if let Some(character) = char::from_u32(number) {
        return (number != 0).then_some((character, end + 1));
    }
    // The first half of a pair needs the second right behind it.
    let second = &text[end + 1..];
    let second_end = second.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let low = code_point(second.get(1..second_end).filter(|_| second.starts_with('&'))?)?;
    let is_pair = (0xD800..0xDC00).contains(&number) && (0xDC00..0xE000).contains(&low);
    let joined = is_pair.then(|| 0x1_0000 + ((number - 0xD800) << 10) + (low - 0xDC00))?;
    Some((char::from_u32(joined)?, end + 1 + second_end + 1))
}

fn code_point(name: &str) -> Option<u32> {
    let number = name.strip_prefix('#')?;
    match number.strip_prefix(['x', 'X']) {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
        None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_and_nothing_is_lost() {
        let cases: [(&str, &str, bool, &str); 16] = [
            ("a &amp;&lt;&gt;&quot;&apos; b", "a &<>\"' b", false, "the five of XML"),
            ("&#55357;&#56842;", "\u{1f60a}", false, "Android writes the halves of a pair"),
            ("&#xD83D;&#xDE0A;", "\u{1f60a}", false, "the same in hexadecimal"),
            ("&#128522;", "\u{1f60a}", false, "as XML asks"),
            ("&#55357;&#56842;&#8205;&#55356;&#57104;", "\u{1f60a}\u{200d}\u{1f310}", false, "two pairs joined"),
            ("&#55357; x", "&#55357; x", true, "half a pair stays as written"),
            ("&#55357;&#55357;&#56842;", "&#55357;\u{1f60a}", true, "half a pair before a pair"),
            ("&#56842;&#55357;", "&#56842;&#55357;", true, "the wrong way round"),
            ("a&#10;b", "a\nb", false, "a line break that was written as one"),
            ("a\nb\r\nc\td", "a b c d", false, "a bare line break is a space (XML 1.0 section 3.3.3)"),
            ("&#0;", "&#0;", true, "no character"),
            ("&#11;x", "\u{b}x", false, "a control character is a character"),
            ("&#1114112;", "&#1114112;", true, "beyond Unicode"),
            ("&lol9;", "&lol9;", true, "an entity of the file's own is never followed"),
            ("AT&T & co", "AT&T & co", true, "a bare ampersand"),
            ("&", "&", true, "at the end"),
        ];
        for (raw, expected, unresolved, why) in cases {
            let found = resolve(raw);
            assert_eq!((found.text.as_str(), found.unresolved), (expected, unresolved), "{raw}: {why}");
        }
    }

    #[test]
    fn null_is_no_value() {
        let element = Element::read(br#"<sms subject="null" body="null and void" x=''/>"#).expect("an element");
        assert_eq!(element.value("subject"), None);
        assert_eq!(element.text("body"), "null and void");
        assert_eq!(element.value("x").map(|value| value.text), Some(String::new()));
        assert_eq!(element.value("absent"), None);
    }

    #[test]
    fn a_damaged_element_says_so() {
        for damaged in ["<sms body=a/>", "<sms body/>", "<mms></sms>", "<sms>", "text", "", "</sms>"] {
            assert!(Element::read(damaged.as_bytes()).is_err(), "{damaged}");
        }
    }
}
