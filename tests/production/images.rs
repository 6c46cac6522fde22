//! An image to a page, and a delivery that only its receiver opens.

use super::support::{City, SECRET, city, draw, holds, tree, unpacked};
use recordroom::base::digest::Sha256Digest;
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::event::Act;
use recordroom::model::production::Extra;
use recordroom::model::request::RequestKind;
use recordroom::package::tiff;
use recordroom::production::{For, Outcome, ProduceOptions, Produced, again_with, encrypt_with};
use std::fs;

fn with(kind: Extra) -> (City, Produced) {
    let mut city = city(RequestKind::Public).decided();
    let options = ProduceOptions { extras: [kind].into(), ..ProduceOptions::default() };
    let Outcome::Produced(produced) = city.produce_as("out", &options).expect("produced") else { panic!("nothing") };
    assert_eq!(city.findings("out"), []);
    (city, *produced)
}

#[test]
fn every_page_has_its_image_and_nothing_else_is_one() {
    let (city, produced) = with(Extra::PagePdf);
    let files = tree(&city.path("out"));
    let images: Vec<&String> = files.keys().filter(|path| path.contains("/IMAGES/")).collect();
    assert_eq!(images.len() as u64, produced.pages);
    let opt = String::from_utf8(files["data/VOL001/DATA/VOL001.opt"].clone()).expect("text");
    let mut next = 1;
    for line in opt.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells[0], format!("CB-{next:08}"), "a line to a page, in order");
        assert_eq!(cells[2], format!("IMAGES\\0001\\CB-{next:08}.pdf"));
        next += 1;
    }
    assert_eq!(u64::from(next - 1_u32), produced.pages);
    for path in &images {
        assert_eq!(recordroom::render::page_count(&files[*path]), Some(1), "{path}");
        assert!(!holds(&unpacked(&files[*path]), SECRET), "{path}");
    }
    let readme = String::from_utf8(files["README.txt"].clone()).expect("text");
    assert!(readme.contains("data/VOL001/IMAGES"), "{readme}");
    // Delivered again it has the same bytes.
    again_with(&city.repository, produced.production.id, &city.path("again"), &VoidMonitor, &draw).expect("again");
    assert_eq!(tree(&city.path("again")), files);
    // One image in the place of another, one too many, one gone: each is told.
    let place = |number: u32| city.path(&format!("out/data/VOL001/IMAGES/0001/CB-{number:08}.pdf"));
    fs::copy(place(1), place(2)).expect("copied");
    fs::copy(place(1), place(77)).expect("copied");
    fs::remove_file(place(3)).expect("removed");
    let told: Vec<(&str, String)> = city.findings("out").into_iter().map(|one| (one.code, one.subject)).collect();
    let image = |number: u32| format!("data/VOL001/IMAGES/0001/CB-{number:08}.pdf");
    for wanted in [("load-file", image(2)), ("file-extra", image(77)), ("file-missing", image(3))] {
        assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
    }
}

#[test]
fn tiff_images_are_pages_of_letter_paper_at_300_dots() {
    if !std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|one| one.join("pdftoppm").exists()))
    {
        println!("skipped: pdftoppm is not installed");
        return;
    }
    let (city, produced) = with(Extra::Tiff);
    let files = tree(&city.path("out"));
    let images: Vec<&Vec<u8>> = files.iter().filter(|one| one.0.ends_with(".tif")).map(|one| one.1).collect();
    assert_eq!(images.len() as u64, produced.pages);
    assert!(images.iter().all(|image| tiff::size(image) == Some((2550, 3300))));
    let (pdf, both) = (Extra::PagePdf, [Extra::PagePdf, Extra::Tiff].into());
    assert_eq!(pdf.word(), "page-pdf");
    let mut city = self::city(RequestKind::Public).decided();
    let options = ProduceOptions { extras: both, ..ProduceOptions::default() };
    assert!(city.produce_as("out", &options).expect_err("refused").to_string().contains("one image to a page"));
}

#[test]
fn an_encrypted_delivery_is_recorded_and_only_made_of_the_production_itself() {
    let (mut city, produced) = with(Extra::PagePdf);
    let id = produced.production.id;
    let key = "age126jqwmvh0f2zhyppcfpvsjqu83ulf90d0zltgtjmmg4edk4339rsn46hlk".to_owned();
    let out = city.path("out");
    let mut encrypt =
        |receivers: &For| encrypt_with(&mut city.repository, id, &out, receivers, "clerk", &VoidMonitor, &draw);
    for (receivers, why) in [
        (For::Keys(vec!["age1qqqq".to_owned()]), "is no age key"),
        (For::Keys(Vec::new()), "nobody is named"),
        (For::Passphrase("short".to_owned()), "fewer than"),
    ] {
        assert!(encrypt(&receivers).expect_err("refused").to_string().contains(why), "{why}");
    }
    let done = encrypt(&For::Keys(vec![key.clone()])).expect("encrypted");
    let bytes = fs::read(&done.file).expect("written");
    assert_eq!(done.file.file_name().and_then(|name| name.to_str()), Some("out.tar.age"));
    assert_eq!((done.bytes, done.sha256.as_str()), (bytes.len() as u64, Sha256Digest::of(&bytes).to_string().as_str()));
    assert!(bytes.starts_with(b"age-encryption.org/v1\n-> X25519 "));
    assert!(!holds(&bytes, "ustar") && !holds(&bytes, "Ridgeview"), "nothing of it can be read");
    assert!(encrypt(&For::Keys(vec![key.clone()])).expect_err("there").to_string().contains("there already"));
    let events = city.repository.catalog().reading().events_about(&id.to_string()).expect("events");
    let event = events.iter().find(|event| event.act == Act::ProductionEncrypted).expect("recorded");
    assert!(event.details.contains(&done.sha256) && event.details.contains(&key));
    // A folder that is not what was recorded is not sent out.
    fs::remove_file(&done.file).expect("removed");
    fs::write(city.path("out/data/index.html"), "nothing").expect("written");
    let again = encrypt_with(&mut city.repository, id, &out, &For::Keys(vec![key]), "clerk", &VoidMonitor, &draw);
    assert!(again.is_err() && !done.file.exists());
    assert_eq!(city.verified(), []);
}
