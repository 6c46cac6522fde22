//! The ten ways in which words stay in a page that does not show them, as the corpora have them, each planted into a production:
//! it is refused while it is made, and found in a finished folder.

use super::exercise::{City, asked, tree};
use super::made;
use super::place::corpora;
use super::rules::{COMPLAINT, grounds};
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::redaction::DataClass;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{ProduceOptions, ProductionError, look_through, produce, produce_with};
use recordroom::render::{self, Rendered, Rendition};
use recordroom::review::redact::{self, What};
use recordroom::review::{self, Members};
use recordroom::verify::delivery;
use std::fs;

#[test]
fn each_of_the_ten_patterns_planted_in_a_production_is_caught() {
    let Some(folder) = corpora("productions/redaction") else { return };
    let body = "The number of the applicant is 123-45-6789.";
    let mail = made::message(
        "a",
        "Date: 03 Mar 2025 09:00:00 -0600\r\nFrom: clerk@cedarbend.example\r\nSubject: Benefits\r\n",
        body,
        &[],
    );
    let mut city = City::of(asked(RequestKind::Public, "R. Roe", "Benefits"), &[("a.eml".to_owned(), mail)]);
    let (request, what) = (city.request, What::Words("123-45-6789".to_owned()));
    let basis = grounds(COMPLAINT, DataClass::Confidential);
    redact::redact(&mut city.repository, request, None, &what, &basis, "clerk").expect("redacted");
    review::decide(&mut city.repository, request, &Members::Undecided, Decision::Responsive, "", "clerk")
        .expect("decided");
    let mut patterns: Vec<_> = fs::read_dir(&folder)
        .expect("listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('c')))
        .collect();
    patterns.sort();
    assert_eq!(patterns.len(), 10);
    let mut told = Vec::new();
    for path in &patterns {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let planted = fs::read(path).expect("read");
        let (pages, pdf) = (render::page_count(&planted).expect("pages"), planted.clone());
        let leaking = move |rendition: &Rendition| match rendition.title.as_str() {
            "Benefits" => Ok(Rendered { pdf: pdf.clone(), pages, problems: Vec::new() }),
            _ => render::draw(rendition),
        };
        let (out, options) = (city.path("out"), ProduceOptions::default());
        let made = produce_with(&mut city.repository, request, &out, &options, "clerk", &VoidMonitor, &leaking);
        let Err(ProductionError::NotClean(findings)) = made else { panic!("{name}: {made:?}") };
        let words: Vec<_> = findings.iter().filter(|one| one.message.starts_with("words that W-1 withholds")).collect();
        assert_eq!(words.len(), 1, "{name}: {findings:?}");
        assert!(!out.exists(), "{name}: it has no folder");
        told.push(format!("{name}: {} in {}", words[0].message, words[0].subject));
    }
    let out = city.path("out");
    produce(&mut city.repository, request, &out, &ProduceOptions::default(), "clerk", &VoidMonitor).expect("produced");
    let (files, words, clean) = look_through(&city.repository, request, None, &out).expect("looked");
    assert_eq!((files, words, clean.len()), (tree(&out).len() as u64, 1, 0));
    let page = out.join("data/VOL001/PDF/0001/CB-00000001.pdf");
    let whole = fs::read(&page).expect("read");
    for path in &patterns {
        fs::write(&page, fs::read(path).expect("read")).expect("planted");
        let (_, _, found) = look_through(&city.repository, request, None, &out).expect("looked");
        assert!(
            found.iter().any(|one| one.message.starts_with("words that W-1 withholds")),
            "{}: {found:?}",
            path.display()
        );
        assert!(
            delivery::check(&out).iter().any(|one| one.code == "file-changed"),
            "and it is not the file that was signed"
        );
    }
    fs::write(&page, whole).expect("put back");
    assert_eq!(delivery::check(&out), []);
    told.iter().for_each(|one| println!("{one}"));
}
