//! Helps the tests of the formats beside: reads a few files as a folder, and damaged ones.

use crate::base::digest::Sha256Digest;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use crate::model::provenance::ContainerFormat;
use crate::source::{self, ReadOptions};

/// What was found.
#[derive(Default)]
pub struct Told {
    /// Items in order.
    pub items: Vec<RawItem>,
    /// What each says.
    pub parsed: Vec<ParsedItem>,
    /// The format of the container of each.
    pub formats: Vec<ContainerFormat>,
    /// Sentences of the exceptions.
    pub exceptions: Vec<String>,
    /// Sentences of the remarks.
    pub remarks: Vec<String>,
    /// The sum of what was declared.
    pub declared: Option<u64>,
}

impl Told {
    /// Every attachment that has a digest is found again in its original, with the same digest.
    pub fn every_attachment_is_found_again(&self) {
        for ((item, parsed), format) in self.items.iter().zip(&self.parsed).zip(&self.formats) {
            let Original::Bytes(original) = &item.original else { continue };
            for one in &parsed.attachments {
                let found = source::part_bytes(original, source::shape_word(&item.shape, *format), one.part);
                assert_eq!(found.as_deref().map(Sha256Digest::of), one.sha256, "{}", one.name);
            }
        }
    }

    /// The items that their reader understood.
    pub fn understood(&self) -> impl Iterator<Item = &ParsedItem> {
        let is = |item: &RawItem| matches!(item.shape, Shape::Parsed(_));
        self.items.iter().zip(&self.parsed).filter(move |(item, _)| is(item)).map(|(_, parsed)| parsed)
    }
}

/// Reads what the clerk named.
pub fn read_path(path: &std::path::Path) -> Told {
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let (mut told, mut open) = (Told::default(), Vec::new());
    let mut sink = |found: Found| {
        match found {
            Found::Open { format, .. } => open.push((format, 0)),
            Found::Close => {
                open.pop();
            }
            Found::Item(item) => {
                let (format, next) = open.last_mut().expect("items lie in containers");
                assert_eq!(item.ordinal, *next, "ordinals have no gap");
                *next += 1;
                told.formats.push(*format);
                told.parsed.push(source::parse(&item, &options));
                told.items.push(item);
            }
            Found::Exception(exception) => {
                let (_, next) = open.last_mut().expect("exceptions lie in containers");
                assert_eq!(exception.ordinal, *next, "ordinals have no gap");
                *next += 1;
                told.exceptions.push(exception.problem.message);
            }
            Found::Remark(problem) => told.remarks.push(problem.message),
            Found::Declared(count) => told.declared = Some(told.declared.unwrap_or(0) + count),
        }
        Ok(())
    };
    source::read(path, &options, &mut sink).expect("the folder can be read");
    assert!(open.is_empty(), "what is opened is closed");
    told
}

/// Reads files as a folder.
pub fn read(files: &[(&str, &[u8])]) -> Told {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    read_path(dir.path())
}

/// Reads a file damaged in many ways; nothing panics, and every account stays without gaps.
pub fn mutate(name: &str, bytes: &[u8]) {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    for round in 0..200 {
        let mut damaged = bytes.to_vec();
        for _ in 0..1 + round % 4 {
            let at = random(damaged.len());
            match random(4) {
                0 => damaged.truncate(at),
                1 if at < damaged.len() => damaged[at] = random(256) as u8,
                2 => damaged.insert(at, b"\"<>[]{}:,\n\0\xE2"[random(12)]),
                _ if at < damaged.len() => {
                    damaged.remove(at);
                }
                _ => {}
            }
        }
        let told = read(&[(name, &damaged)]);
        let failed = |one: &ParsedItem| {
            one.problems.iter().any(|one| one.message.contains("could not be read; it is kept whole"))
        };
        assert!(!told.parsed.iter().any(failed), "a parser panicked in round {round}");
        told.every_attachment_is_found_again();
    }
}
