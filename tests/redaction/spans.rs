//! Words left out of messages, PDF files, documents, workbooks, pictures, texts and calls, by span, by words, by shape, by box; then
//! looked for in every file of what is given to the public, by a search of its own. The same search over what the city's own
//! attorney is given finds all of them, so that it can fail.
//!
//! `RECORDROOM_FULL_TESTS=1` plants more than 500 and reads every page; `RECORDROOM_KEEP=DIR` keeps both productions for
//! programs of others to look at.

use super::exercise::tree;
use super::made::run;
use super::planted::{Planted, Plot, plot};
use super::rules::{COMPLAINT, grounds};
use super::searched::{Found, Searcher};
use recordroom::base::id::RecordId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::production::Extra;
use recordroom::model::redaction::{DataClass, Place, Redaction, Region, Version};
use recordroom::model::review::Decision;
use recordroom::package::{listing, names};
use recordroom::production::{Outcome, ProduceOptions, look_through, produce};
use recordroom::redaction::{Needle, Pattern, SearchBuilder, text_of};
use recordroom::review::redact::{self, What};
use recordroom::review::{self, Members, boxes};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where a word stands in the text of an item: member, place, characters.
type Stand = (RecordId, Place, u64, u64);

impl Plot {
    /// The first place of each planted word in what a reviewer sees.
    fn stands(&self) -> BTreeMap<usize, Stand> {
        let mut builder = SearchBuilder::default();
        for one in &self.planted {
            builder.add(Needle::of(&one.word).expect("letters"));
        }
        let search = builder.build().expect("built");
        let mut stands = BTreeMap::new();
        let reading = self.city.repository.catalog().reading();
        for family in reading.collected(self.city.request).expect("collected") {
            let item = self.city.repository.family(family).expect("read").facts.item;
            for record in reading.records(family).expect("records") {
                for place in [Place::Text, Place::Subject, Place::People, Place::Facts] {
                    let text = text_of(&item, record.part, place);
                    for (nth, range) in search.find(&text) {
                        let spot = redact::spot(&text, record.id, place, range);
                        stands.entry(nth).or_insert((record.id, place, spot.start, spot.end));
                    }
                }
            }
        }
        stands
    }

    fn redact(&mut self, records: Option<&[RecordId]>, what: &What, with_boxes: bool) -> Vec<Redaction> {
        let grounds = grounds(COMPLAINT, DataClass::Confidential);
        let (repository, request) = (&mut self.city.repository, self.city.request);
        match with_boxes {
            true => boxes::redact(repository, request, records, what, &grounds, "clerk").expect("redacted"),
            false => redact::redact(repository, request, records, what, &grounds, "clerk").expect("redacted"),
        }
    }

    /// Leaves every word out, each in one of the ways there are; how many redactions of each kind there are.
    fn left_out(&mut self) -> BTreeMap<&'static str, usize> {
        let stands = self.stands();
        let mut counts = BTreeMap::new();
        let mut count = |way, new: &[Redaction]| *counts.entry(way).or_default() += new.len();
        let shape = What::Shape(Pattern::parse("ZK####-##").expect("a shape"));
        let new = self.redact(None, &shape, false);
        count("by shape", &new);
        for nth in 0..self.planted.len() {
            let Planted { word, place: planted, is_dots } = self.planted[nth].clone();
            if word.starts_with("ZK") {
                continue;
            }
            if is_dots {
                let next = stands[&(nth + 1)].0;
                let line: Region = "1:90,70,800,80".parse().expect("a region");
                let new = self.redact(Some(&[next]), &What::Box(line), false);
                count("by box", &new);
                continue;
            }
            let Some((record, place, start, end)) = stands.get(&nth).copied() else { continue };
            // The last way is a plan of which the pages are given with boxes on them.
            let with_boxes = planted.starts_with("PDF, way 12");
            let what = if nth % 2 == 0 { What::Words(word) } else { What::Span { place, start, end } };
            let new = self.redact(Some(&[record]), &what, with_boxes);
            let boxed = new.iter().filter(|one| one.region.is_some()).count();
            count(if nth % 2 == 0 { "by words" } else { "by span" }, &new[..new.len() - boxed]);
            count("by box", &new[new.len() - boxed..]);
        }
        counts
    }

    fn given(&mut self, name: &str, version: Version) -> BTreeMap<String, Vec<u8>> {
        let (request, path) = (self.city.request, self.city.path(name));
        let options = ProduceOptions {
            version: Some(version),
            natives: true,
            // Images to a page are PDF or TIFF; the text is in the one.
            extras: Extra::ALL.into_iter().filter(|one| *one != Extra::Tiff).collect(),
            ..ProduceOptions::default()
        };
        match produce(&mut self.city.repository, request, &path, &options, "clerk", &VoidMonitor).expect("produced") {
            Outcome::Produced(_) => tree(&path),
            other => panic!("{other:?}"),
        }
    }

    /// What of the words was found, told with where each had been put.
    fn told(&self, found: &Found) -> Vec<String> {
        let told = |(nth, places): (&usize, &BTreeSet<String>)| {
            format!(
                "{} ({}): {:?}",
                self.planted[*nth].word,
                self.planted[*nth].place,
                places.iter().take(3).collect::<Vec<_>>()
            )
        };
        found.iter().map(told).collect()
    }
}

fn keep(name: &str, files: &BTreeMap<String, Vec<u8>>) {
    let Some(folder) = std::env::var_os("RECORDROOM_KEEP") else { return };
    for (path, bytes) in files {
        let to = Path::new(&folder).join(name).join(path);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        std::fs::write(to, bytes).expect("written");
    }
}

#[test]
fn what_is_left_out_is_in_no_byte_stream_or_picture_of_what_is_given() {
    let is_full = std::env::var_os("RECORDROOM_FULL_TESTS").is_some_and(|value| value == "1");
    let mut plot = plot(if is_full { 15 } else { 1 });
    let words: Vec<String> = plot.planted.iter().map(|one| one.word.clone()).collect();
    let spelled: BTreeSet<String> =
        words.iter().flat_map(|word| [word.to_lowercase(), word.to_lowercase().chars().rev().collect()]).collect();
    assert_eq!(spelled.len(), words.len() * 2, "no word is another one, or another one backwards");
    let counts = plot.left_out();
    let redactions: usize = counts.values().sum();
    let (request, rest) = (plot.city.request, Members::Undecided);
    review::decide(&mut plot.city.repository, request, &rest, Decision::Responsive, "", "clerk").expect("decided");
    let public = plot.given("public", Version::Public);
    let internal = plot.given("internal", Version::CityAttorney);
    keep("public", &public);
    keep("internal", &internal);
    println!("{} words planted, {redactions} redactions: {counts:?}", words.len());
    println!("{} files given to the public, {} to the city's attorney", public.len(), internal.len());

    let searcher = Searcher::new(&words);
    let found = searcher.files(&public);
    assert!(found.is_empty(), "{} are found: {:#?}", found.len(), plot.told(&found));
    let control = searcher.files(&internal);
    let dots: BTreeSet<usize> = (0..words.len()).filter(|nth| plot.planted[*nth].is_dots).collect();
    let missed: Vec<&Planted> = (0..words.len())
        .filter(|nth| !control.contains_key(nth) && !dots.contains(nth))
        .map(|nth| &plot.planted[nth])
        .collect();
    assert!(missed.is_empty(), "the search misses {missed:#?}");
    println!("bytes, streams and spellings: none of them for the public, {} of them for the attorney", control.len());

    read_by_eye(&plot, &searcher, [&public, &internal], &dots, is_full);
    let rows = listing::read(&public[names::REDACTION_LOG]).expect("CSV").len() - 1;
    assert!(rows >= redactions, "every redaction has its row: {rows} of {redactions}");
    assert!(redactions >= if is_full { 500 } else { 60 }, "{redactions}");
    let verified = recordroom::verify::repository::verify(&plot.city.repository, &VoidMonitor).expect("looked through");
    assert_eq!(verified.findings, []);
    let folder = plot.city.path("internal");
    let (_, _, leaks) = look_through(&plot.city.repository, request, Some(Version::Public), &folder).expect("looked");
    let told: BTreeSet<&str> =
        leaks.iter().filter_map(|one| one.message.split(' ').find(|word| word.starts_with("W-"))).collect();
    println!("the verifier over the attorney's files: {} findings, naming {} redactions", leaks.len(), told.len());
    let spoken = counts["by words"] + counts["by span"];
    assert!(told.len() * 10 >= spoken * 9, "it finds them too: {} of {spoken}", told.len());
}

/// The pages as a reader of pictures sees them: all of them in the full tier, otherwise those that are made of pictures.
fn read_by_eye(
    plot: &Plot,
    searcher: &Searcher,
    [public, internal]: [&BTreeMap<String, Vec<u8>>; 2],
    dots: &BTreeSet<usize>,
    is_full: bool,
) {
    let has_picture = |bytes: &[u8]| {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        // A table with two lines of heading.
        let listed = run("pdfimages", &["-list", &file.path().to_string_lossy()], b"").unwrap_or_default();
        listed.iter().filter(|byte| **byte == b'\n').count() > 2
    };
    let pages = |files: &'_ BTreeMap<String, Vec<u8>>, all: bool| -> Vec<String> {
        let drawn = files.iter().filter(|(path, bytes)| path.ends_with(".pdf") && (all || has_picture(bytes)));
        drawn.map(|(path, _)| path.clone()).collect()
    };
    let read = |files: &BTreeMap<String, Vec<u8>>, wanted: &[String]| {
        searcher.seen(&wanted.iter().filter_map(|path| files.get_key_value(path)).collect::<Vec<_>>())
    };
    let Some((found, count)) = read(public, &pages(public, is_full)) else {
        println!("pages were not read by eye: skipped, tesseract is not installed");
        return;
    };
    assert!(found.is_empty(), "{:#?}", plot.told(&found));
    let (control, read) = read(internal, &pages(internal, false)).expect("installed");
    println!(
        "read by tesseract: {count} pages for the public, nothing seen; {read} pages with pictures for the attorney, {} words seen",
        control.len()
    );
    let seen = dots.iter().filter(|nth| control.contains_key(nth)).count();
    assert!(
        seen * 10 >= dots.len() * 8,
        "words that are only dots are seen where nothing covers them: {seen} of {}",
        dots.len()
    );
}
