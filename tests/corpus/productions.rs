//! Load files and bags that others made: our readers agree with what is known of them.

use crate::place::corpora;
use recordroom::package::dat::{self, DatError};
use recordroom::package::{names, opt};
use recordroom::verify::bag;
use std::fs;

/// Bags on which we differ from the group they lie in, each with its reason.
const KNOWN: &[(&str, &str)] = &[
    ("v0.97/valid/holey-bag", "it wants a file fetched from a network; nothing is fetched here"),
    ("v0.97/warning/made-with-md5sum-tools", "only a warning there: its digests are MD5, which are not checked here"),
];

#[test]
fn bags_are_judged_as_the_conformance_suite_judges_them() {
    let Some(root) = corpora("productions") else { return };
    let (mut valid, mut invalid, mut known) = (0, 0, 0);
    for version in ["v0.97", "v1.0"] {
        for group in ["valid", "invalid", "warning", "linux-only"] {
            let folder = root.join("bagit").join(version).join(group);
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.expect("an entry").path();
                let name = format!("{version}/{group}/{}", path.file_name().expect("a name").to_string_lossy());
                let findings = bag::examine(&path).expect("listed").all_findings();
                // MD5 and SHA-1 are named as unsupported; whether the rest of the bag is sound is what is compared.
                let sound = findings.iter().all(|one| one.code == "algorithm-unsupported");
                let digests_alone = ["corrupt-data-file", "corrupt-tag-file"].iter().any(|end| name.ends_with(end));
                if digests_alone {
                    assert!(!findings.is_empty(), "{name}: a bag with digests we do not check is never called whole");
                } else if KNOWN.iter().any(|(one, _)| *one == name) {
                    known += 1;
                } else if group == "valid" {
                    assert!(sound, "{name}: {findings:?}");
                    valid += 1;
                } else if group == "invalid" || group == "linux-only" {
                    assert!(!sound, "{name} is invalid and nothing was found");
                    invalid += 1;
                } else {
                    println!("{name} (only a warning there): {}", if sound { "sound" } else { "not sound" });
                }
            }
        }
    }
    println!("{valid} valid and {invalid} invalid bags agree, {known} differ for a known reason");
    assert!(valid >= 10 && invalid >= 15, "the suite was found: {valid} valid, {invalid} invalid");
}

#[test]
fn load_files_of_other_programs_are_read() {
    let Some(root) = corpora("productions") else { return };
    let read = |name: &str| dat::read(&fs::read(root.join("loadfiles").join(name)).expect("read"));
    let nuix = read("nuix_._loadfile.dat").expect("UTF-8 with its mark");
    assert_eq!(nuix.rows.len(), 1);
    assert_eq!(nuix.column("BEGINBATES"), Some(3));
    assert!(nuix.rows[0][nuix.column("PDFPATH").expect("a column")].contains("\\"));
    let single = read("sequence_LoadFile_concordance.dat").expect("single bytes");
    assert!(single.rows.len() >= 5, "{} rows", single.rows.len());
    let group = single.column("BEGINGROUP").expect("a column");
    assert!(single.rows.iter().all(|row| !row[group].is_empty()));
    let ours = read("CITY_PROD001/DATA/CITY_PROD001.dat").expect("UTF-8 with its mark");
    let subject = ours.column("SUBJECT").expect("a column");
    assert_eq!(ours.rows[0][subject], "Re: quote \"þ\" test\nsecond line");
    assert_eq!(ours.rows.len(), 3);
    let lines = fs::read_to_string(root.join("loadfiles/CITY_PROD001/DATA/CITY_PROD001.opt")).expect("read");
    let lines = opt::read(&lines).expect("an Opticon file");
    assert_eq!(lines.iter().map(|line| line.pages).collect::<Vec<_>>(), [Some(2), Some(2), Some(1)]);
    assert_eq!(
        names::from_volume("CITY_PROD001", &lines[0].path).as_deref(),
        Some("data/CITY_PROD001/IMAGES/0001/OTS00000001.pdf")
    );
    // A row cut short is named by its number.
    let bytes = fs::read(root.join("loadfiles/nuix_._loadfile.dat")).expect("read");
    let cut = bytes.iter().rposition(|byte| *byte == 0x14).expect("a separator");
    let mut short = bytes[..cut].to_vec();
    short.extend(b"\r\n");
    assert!(matches!(dat::read(&short), Err(DatError::Columns { row: 2, .. })));
}
