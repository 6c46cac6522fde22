//! Original files.

use super::support::{City, PRIVILEGED, SECRET, SECRET_NAME, city, holds, tree, unpacked};
use recordroom::model::request::RequestKind;
use recordroom::package::names;
use recordroom::production::{Outcome, ProduceOptions};
use std::fs;

#[test]
fn originals_are_given_in_litigation_but_never_around_a_withheld_part() {
    let mut city = city(RequestKind::Litigation).decided();
    let options = ProduceOptions { prefix: Some("CB-LIT-".to_owned()), natives: true, ..ProduceOptions::default() };
    let Outcome::Produced(produced) = city.produce_as("out", &options).expect("produced") else { panic!("nothing") };
    assert_eq!(produced.production.first.to_string(), "CB-LIT-00000001");
    assert_eq!(city.findings("out"), []);
    let files = tree(&city.path("out"));
    let natives: Vec<&str> = files.keys().filter_map(|path| path.strip_prefix("data/VOL001/NATIVES/0001/")).collect();
    // The message of 3 March holds the withheld attachment, so its own original is not among them.
    assert_eq!(natives, ["CB-LIT-00000002.csv", "CB-LIT-00000004.bin", "CB-LIT-00000005.eml", "CB-LIT-00000006.eml"]);
    assert_eq!(
        files["data/VOL001/NATIVES/0001/CB-LIT-00000006.eml"],
        fs::read(city.path("export/0.eml")).expect("read")
    );
    for (path, bytes) in &files {
        for words in [SECRET, SECRET_NAME] {
            assert!(!holds(&unpacked(bytes), words), "{path} holds {words:?}");
        }
    }
    let log = String::from_utf8(files[names::WITHHOLDING_LOG].clone()).expect("text");
    assert!(
        log.contains("ana@cedarbend.example") && log.contains("2025-03-04"),
        "a privilege log names parties: {log}"
    );
    assert!(!log.contains(PRIVILEGED));
    let slip = log.lines().find(|line| line.starts_with("CB-LIT-00000003,attachment,")).expect("a row");
    assert!(
        slip.contains("2025-03-03") && slip.contains("ana@cedarbend.example"),
        "a slip sheet is logged alike: {slip}"
    );
    let remarks = String::from_utf8(files[names::REMARKS].clone()).expect("text");
    assert!(remarks.contains("CB-LIT-00000001,The original file is not given: it holds a part that is kept back."));
    let readme = String::from_utf8(files[names::README].clone()).expect("text");
    assert!(readme.contains("data/VOL001/NATIVES"), "{readme}");
    // What is told of it there stays when it is destroyed, so its certificate will name the production.
    let told = |city: &City| {
        let reading = city.repository.catalog().reading();
        let all = reading.collected(city.request).expect("collected");
        let subject = |id| city.repository.family(id).expect("read").facts.item.subject;
        let family = all.into_iter().find(|id| subject(*id) == PRIVILEGED).expect("there");
        reading.productions_with(family).expect("read")
    };
    assert_eq!(told(&city), [produced.production.id]);
    let mut public = self::city(RequestKind::Public).decided();
    public.produced("out");
    assert_eq!(told(&public), [], "the public log tells its kind and the basis alone");
}
