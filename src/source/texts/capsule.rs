//! The original of an item that has no file of its own: named sections, each with its exact bytes.
//!
//! ```text
//! recordroom capsule 1
//! maker<TAB>imazing
//! headings<TAB>28<TAB><TAB>
//! row<TAB>31<TAB><TAB>
//! attachment<TAB>48213<TAB>image/jpeg<TAB>IMG_0001.jpg
//!
//! (28 bytes)(31 bytes)(48213 bytes)
//! ```
//!
//! The head is UTF-8 and ends with an empty line; a tabulator, line break or backslash in a name is written `\t`,
//! `\n`, `\r` or `\\`. Nothing stands behind the last section. Parts are counted from 0 over all sections.

/// Sections of one head; more than an honest item has.
const SECTIONS: usize = 10_000;
const FIRST_LINE: &str = "recordroom capsule 1";
const ATTACHMENT: &str = "attachment";

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is to the item: `row`, `headings`, `attachment`.
    pub role: String,
    /// The media type that the source claims, or empty.
    pub media_type: String,
    /// The name of the file as written, or empty.
    pub name: String,
    /// The bytes, exactly.
    pub bytes: Vec<u8>,
}

/// Sections in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capsule {
    maker: String,
    sections: Vec<Section>,
}

impl Capsule {
    /// An empty capsule of a maker's item.
    pub fn new(maker: &str) -> Self {
        Self { maker: maker.to_owned(), sections: Vec::new() }
    }

    /// Adds bytes of the source.
    pub fn put(&mut self, role: &str, bytes: &[u8]) -> &mut Self {
        let (media_type, name) = (String::new(), String::new());
        self.sections.push(Section { role: role.to_owned(), media_type, name, bytes: bytes.to_vec() });
        self
    }

    /// Adds an attached file and gives the position of its part.
    pub fn attach(&mut self, name: &str, media_type: &str, bytes: Vec<u8>) -> u32 {
        let (media_type, name) = (media_type.to_owned(), name.to_owned());
        self.sections.push(Section { role: ATTACHMENT.to_owned(), media_type, name, bytes });
        u32::try_from(self.sections.len() - 1).unwrap_or(u32::MAX)
    }

    /// How many bytes its sections have.
    pub fn length(&self) -> u64 {
        self.sections.iter().map(|one| one.bytes.len() as u64).sum()
    }

    /// The bytes of the first section of a role.
    pub fn section(&self, role: &str) -> Option<&[u8]> {
        self.sections.iter().find(|one| one.role == role).map(|one| one.bytes.as_slice())
    }

    /// The capsule as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut out = format!("{FIRST_LINE}\nmaker\t{}\n", escaped(&self.maker)).into_bytes();
        for one in &self.sections {
            let (role, media_type, name) = (escaped(&one.role), escaped(&one.media_type), escaped(&one.name));
            out.extend_from_slice(format!("{role}\t{}\t{media_type}\t{name}\n", one.bytes.len()).as_bytes());
        }
        out.push(b'\n');
        for one in self.sections {
            out.extend_from_slice(&one.bytes);
        }
        out
    }

    /// Reads a capsule back; `None` when the bytes are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut line = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let (line, after) = rest.split_at(end);
            rest = &after[1..];
            std::str::from_utf8(line).ok()
        };
        if line()? != FIRST_LINE {
            return None;
        }
        let maker = plain(line()?.strip_prefix("maker\t")?);
        let mut heads: Vec<(Section, usize)> = Vec::new();
        loop {
            let line = line()?;
            if line.is_empty() {
                break;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let [role, length, media_type, name] = fields.as_slice() else { return None };
            if heads.len() >= SECTIONS {
                return None;
            }
            let (role, media_type, name) = (plain(role), plain(media_type), plain(name));
            heads.push((Section { role, media_type, name, bytes: Vec::new() }, length.parse().ok()?));
        }
        let mut sections = Vec::with_capacity(heads.len());
        for (mut section, length) in heads {
            section.bytes = rest.get(..length)?.to_vec();
            rest = &rest[length..];
            sections.push(section);
        }
        rest.is_empty().then_some(Self { maker, sections })
    }
}

/// The bytes of an attachment inside a capsule.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    let section = Capsule::read(original)?.sections.into_iter().nth(part as usize)?;
    (section.role == ATTACHMENT).then_some(section.bytes)
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        out.push(match (c, c == '\\') {
            (_, true) => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            (c, false) => c,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What goes in comes out, whatever the names and bytes are.
        #[test]
        fn a_capsule_is_lossless(names in prop::collection::vec(("\\PC*|[\\t\\n\\r\\\\]*", prop::collection::vec(any::<u8>(), 0..40)), 0..5)) {
            let mut capsule = Capsule::new("maker\n\\");
            capsule.put("row", b"a\n\nb");
            for (name, bytes) in &names {
                let part = capsule.attach(name, "x/y", bytes.clone());
                prop_assert_eq!(part_bytes(&capsule.clone().into_bytes(), part), Some(bytes.clone()));
            }
            let bytes = capsule.clone().into_bytes();
            prop_assert_eq!(part_bytes(&bytes, 0), None, "a row is no attachment");
            prop_assert_eq!(Capsule::read(&bytes), Some(capsule));
        }

        #[test]
        fn other_bytes_are_no_capsule(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut all = format!("{FIRST_LINE}\nmaker\tx\n").into_bytes();
            all.extend_from_slice(&bytes);
            let _ = Capsule::read(&all);
            prop_assert_eq!(Capsule::read(&bytes), None);
        }
    }
}
