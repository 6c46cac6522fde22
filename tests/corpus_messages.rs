//! Messages of Outlook and Apple Mail of many programs, compared with what others found in the same files.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the tests say so and pass.

use recordroom::model::item::{Found, Original, ParsedItem, RawItem};
use recordroom::model::provenance::ContainerFormat;
use recordroom::source::{ReadOptions, parse, part_bytes, read, shape_word};
use std::path::{Path, PathBuf};

fn corpora() -> Option<PathBuf> {
    let named = std::env::var_os("RECORDROOM_CORPORA").map(PathBuf::from);
    let beside = [
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
    ];
    let found = named.into_iter().chain(beside).map(|path| path.join("mail")).find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: no corpora are there (set RECORDROOM_CORPORA to their folder)");
    }
    found
}

fn options() -> ReadOptions {
    ReadOptions { zone: chrono_tz::America::Chicago, call_profile: None }
}

/// One item of a file, read and parsed.
struct Item {
    raw: RawItem,
    format: ContainerFormat,
    parsed: ParsedItem,
}

impl Item {
    fn part(&self, part: u32) -> Option<Vec<u8>> {
        let Original::Bytes(original) = &self.raw.original else { return None };
        part_bytes(original, shape_word(&self.raw.shape, self.format), part)
    }
}

/// What one file was found to hold: items, and the sentences of exceptions.
fn hold(path: &Path) -> (Vec<Item>, Vec<String>) {
    let (mut items, mut exceptions, mut formats) = (Vec::new(), Vec::new(), Vec::new());
    let mut sink = |found: Found| {
        match found {
            Found::Open { format, .. } => formats.push(format),
            Found::Close => {
                formats.pop();
            }
            Found::Item(raw) => {
                let parsed = parse(&raw, &options());
                let format = *formats.last().expect("items lie in containers");
                items.push(Item { raw, format, parsed });
            }
            Found::Exception(one) => exceptions.push(one.problem.message),
            Found::Declared(_) | Found::Remark(_) => {}
        }
        Ok(())
    };
    read(path, &options(), &mut sink).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (items, exceptions)
}

#[test]
fn probe() {
    let Some(root) = corpora() else { return };
    let wanted = std::env::var("PROBE").unwrap_or_default();
    let mut stack = vec![root.clone()];
    while let Some(dir) = stack.pop() {
        for entry in std::fs::read_dir(dir).expect("listed") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                stack.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).expect("inside").display().to_string();
            if !name.contains(&wanted) || wanted.is_empty() {
                continue;
            }
            let (items, exceptions) = hold(&path);
            println!("== {name} {exceptions:?}");
            for item in &items {
                let p = &item.parsed;
                println!(
                    "  {} {:?} subj={:?} sent={:?} parties={:?}",
                    item.format,
                    p.searchable,
                    p.subject,
                    p.sent_at.as_ref().map(|t| t.at),
                    p.parties.iter().map(|x| format!("{:?} {} <{}>", x.role, x.name, x.address)).collect::<Vec<_>>()
                );
                println!("  body={:?} facts={:?}", p.body.chars().take(300).collect::<String>(), p.facts);
                for a in &p.attachments {
                    let bytes = item.part(a.part);
                    println!(
                        "    {:?} {} {} {} {:?} found={:?} text={:?}",
                        a.name,
                        a.claimed_type,
                        a.found_type,
                        a.bytes,
                        a.searchable,
                        bytes.map(|b| b.len()),
                        a.text.chars().take(60).collect::<String>()
                    );
                }
                for problem in &p.problems {
                    println!("    !{} {}", problem.code.word(), problem.message);
                }
            }
        }
    }
}
