//! What a file or folder was found to hold.

use recordroom::base::digest::Sha256Digest;
use recordroom::model::exception::{ItemException, Problem};
use recordroom::model::item::{Found, Original, ParsedItem, RawItem};
use recordroom::model::provenance::ContainerFormat;
use recordroom::source::{ReadOptions, parse, part_bytes, read, shape_word};
use std::cell::OnceCell;
use std::path::Path;

/// The city's facts with which everything is read.
pub fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

/// Everything that was told of a file or folder, its accounts closed.
#[derive(Default)]
pub struct Held {
    /// The containers that were opened, in order.
    pub opened: Vec<ContainerFormat>,
    pub items: Vec<RawItem>,
    /// The format of the innermost container of each item.
    pub formats: Vec<ContainerFormat>,
    pub exceptions: Vec<ItemException>,
    pub declared: Option<u64>,
    pub remarks: Vec<Problem>,
    parsed: OnceCell<Vec<ParsedItem>>,
}

impl Held {
    /// Reads a file or folder. The numbers of what lies in each container have no gap, and every container is closed.
    pub fn of(path: &Path) -> Self {
        let mut held = Self::default();
        let mut open: Vec<(ContainerFormat, u64)> = Vec::new();
        let mut sink = |found: Found| {
            match found {
                Found::Open { format, .. } => {
                    held.opened.push(format);
                    open.push((format, 0));
                }
                Found::Close => assert!(open.pop().is_some(), "what is closed was open"),
                Found::Declared(count) => held.declared = Some(count),
                Found::Remark(problem) => held.remarks.push(problem),
                Found::Item(item) => {
                    held.formats.push(numbered(&mut open, item.ordinal));
                    held.items.push(item);
                }
                Found::Exception(exception) => {
                    numbered(&mut open, exception.ordinal);
                    held.exceptions.push(exception);
                }
            }
            Ok(())
        };
        read(path, &options(), &mut sink).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(open.is_empty(), "{}: every container is closed", path.display());
        held
    }

    /// What each item says.
    pub fn parsed(&self) -> &[ParsedItem] {
        self.parsed.get_or_init(|| self.items.iter().map(|item| parse(item, &options())).collect())
    }

    /// The bytes of a part of an item.
    pub fn part(&self, at: usize, part: u32) -> Option<Vec<u8>> {
        let (item, format) = (&self.items[at], self.formats[at]);
        let Original::Bytes(original) = &item.original else { return None };
        part_bytes(original, shape_word(&item.shape, format), part)
    }

    /// Looks for the bytes of every attachment of every item; returns how many were found, all as they were listed.
    pub fn check_parts(&self, name: &str) -> u64 {
        let mut found = 0;
        for (at, parsed) in self.parsed().iter().enumerate() {
            assert!(matches!(self.items[at].original, Original::Bytes(_)), "{name}: small files are held");
            for attachment in &parsed.attachments {
                let bytes = self.part(at, attachment.part);
                assert_eq!(
                    bytes.as_deref().map(Sha256Digest::of),
                    attachment.sha256,
                    "{name}: {} {}",
                    self.items[at].place,
                    attachment.name
                );
                found += u64::from(bytes.is_some());
            }
        }
        found
    }
}

/// Takes the next number of the innermost container, and gives the container's format.
fn numbered(open: &mut [(ContainerFormat, u64)], ordinal: u64) -> ContainerFormat {
    let (format, next) = open.last_mut().expect("what is found lies in a container");
    assert_eq!(ordinal, *next, "ordinals have no gap");
    *next += 1;
    *format
}
