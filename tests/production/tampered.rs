//! Whatever is changed in a delivered folder is named.

use super::support::{city, holds, tree};
use recordroom::base::digest::{Blake3Digest, Sha256Digest};
use recordroom::model::request::RequestKind;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[test]
fn one_changed_byte_in_any_file_is_named() {
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    let root = city.path("out");
    for (path, bytes) in tree(&root) {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(root.join(&path), &changed).expect("written");
            let findings = city.findings("out");
            assert!(findings.iter().any(|one| one.subject == path), "byte {at} of {path}: {findings:?}");
        }
        fs::remove_file(root.join(&path)).expect("removed");
        let findings = city.findings("out");
        assert!(findings.iter().any(|one| one.subject == path), "{path} taken away: {findings:?}");
        fs::write(root.join(&path), &bytes).expect("written back");
    }
    for extra in ["extra.txt", "data/extra.txt", "data/VOL001/PDF/0001/CB-00000099.pdf"] {
        fs::write(root.join(extra), "more").expect("written");
        assert!(city.findings("out").iter().any(|one| one.subject == extra), "{extra}");
        fs::remove_file(root.join(extra)).expect("removed");
    }
    assert_eq!(city.findings("out"), [], "whole again");
}

/// Writes a file anew and makes both manifests agree with it, as somebody would who knows how they are made.
pub fn forge(root: &Path, path: &str, bytes: &[u8]) {
    fs::write(root.join(path), bytes).expect("written");
    for (manifest, digest) in [
        ("manifest-sha256.txt", Sha256Digest::of(bytes).to_string()),
        ("BLAKE3SUMS", Blake3Digest::of(bytes).to_string()),
        ("tagmanifest-sha256.txt", Sha256Digest::of(bytes).to_string()),
    ] {
        let lines = fs::read_to_string(root.join(manifest)).expect("a manifest");
        let ending = format!("  {path}");
        let line =
            |line: &str| if line.ends_with(&ending) { format!("{digest}{ending}\n") } else { format!("{line}\n") };
        fs::write(root.join(manifest), lines.lines().map(line).collect::<String>()).expect("written");
    }
}

#[test]
fn load_files_that_disagree_are_named_even_when_every_digest_was_made_to_fit() {
    let dat = "data/VOL001/DATA/VOL001.dat";
    let cases = [
        (dat, "CB-00000005", "CB-00000006", "numbers", dat),
        (dat, "þ3þ", "þ4þ", "numbers", dat),
        (dat, "CB-00000002þ\u{14}þCB-00000001", "CB-00000002þ\u{14}þCB-00000002", "family", dat),
        (
            dat,
            "þþ\u{14}þattachmentþ\u{14}þþ\u{14}þþ\u{14}þþ\u{14}þYþ",
            "þname.txtþ\u{14}þattachmentþ\u{14}þþ\u{14}þþ\u{14}þþ\u{14}þYþ",
            "withheld",
            dat,
        ),
        (dat, "TEXT\\0001\\CB-00000003.txt", "TEXT\\0001\\CB-00000004.txt", "load-file", dat),
        ("data/VOL001/DATA/VOL001.opt", ",3\r\n", ",2\r\n", "load-file", "data/VOL001/DATA/VOL001.opt"),
        ("data/index.csv", "CB-00000002,", "CB-00000009,", "index", "data/index.csv"),
        (
            "data/withholding-log.csv",
            "not numbered,email,Minn. Stat. § 13.393\r\n",
            "",
            "index",
            "data/withholding-log.csv",
        ),
        (
            "data/VOL001/TEXT/0001/CB-00000003.txt",
            "Withheld",
            "It says more. Withheld",
            "withheld",
            "data/VOL001/TEXT/0001/CB-00000003.txt",
        ),
    ];
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    let root = city.path("out");
    let before = tree(&root);
    for (path, from, to, code, subject) in cases {
        assert!(holds(&before[path], from), "{path} has {from:?}");
        let text = String::from_utf8(before[path].clone()).expect("text").replace(from, to);
        forge(&root, path, text.as_bytes());
        let findings = city.findings("out");
        assert!(findings.iter().any(|one| one.code == code && one.subject == subject), "{from:?}: {findings:?}");
        let signed = findings.iter().any(|one| one.subject == "manifest-sha256.txt");
        assert!(signed, "the signed digest of the manifest does not fit: {findings:?}");
        restore(&root, &before);
    }
    // Another page in the place of a slip sheet.
    let slip = "data/VOL001/PDF/0001/CB-00000003.pdf";
    forge(&root, slip, &before["data/VOL001/PDF/0001/CB-00000001.pdf"]);
    let findings = city.findings("out");
    assert!(findings.iter().any(|one| one.code == "withheld" && one.subject == slip), "{findings:?}");
    restore(&root, &before);
    assert_eq!(city.findings("out"), []);
}

fn restore(root: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in files {
        fs::write(root.join(path), bytes).expect("written back");
    }
}
