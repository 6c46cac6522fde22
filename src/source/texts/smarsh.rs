//! A delivery of Smarsh: messages as mail, and beside them a manifest (`.mf`) whose line `Count:` says how many there
//! are (docs.smarsh.com, "Fields in exported EML").
//!
//! The messages are read as all mail is ([`super::mailed`]); the manifest stays a file of the delivery. What is read here
//! is the count alone, so that a delivery from which messages are missing is told.

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Found;
use crate::model::provenance::ContainerFormat;
use crate::source::ReadStop;
use crate::source::container::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::formats::{ExportFormat, Loose};

/// Bytes of a manifest that are looked at.
const MANIFEST_BYTES: u64 = 1024 * 1024;
/// Manifests of one delivery that are looked at.
const MANIFESTS: usize = 64;

/// Deliveries with a manifest.
pub struct Smarsh;

impl ExportFormat for Smarsh {
    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        manifests(tree).iter().any(|name| count(tree, name).is_some()).then_some(ContainerFormat::Smarsh)
    }

    fn read_tree(
        &self,
        _format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let names = manifests(tree);
        let told: u64 = names.iter().filter_map(|name| count(tree, name)).sum();
        let lying = tree.files()?.iter().filter(|path| path.to_lowercase().ends_with(".eml")).count() as u64;
        if told != lying {
            let sentence = format!(
                "the manifest says that the delivery has {told} messages, and {lying} lie in it: ask the vendor for it again"
            );
            reading.tell(Found::Remark(Problem::new(ProblemCode::CountDiffers, sentence)))?;
        }
        Ok(Accounted::new())
    }

    /// A folder with other things on its first level is no delivery as a whole.
    fn lies_loose(&self, _format: ContainerFormat, tree: &mut dyn Tree) -> Option<Loose> {
        let own = |name: &String| [".eml", ".mf", "/"].iter().any(|ending| name.to_lowercase().ends_with(ending));
        (!tree.top().unwrap_or_default().iter().all(own)).then_some(Loose::Each)
    }
}

fn manifests(tree: &mut dyn Tree) -> Vec<String> {
    let names = tree.top().unwrap_or_default();
    names.into_iter().filter(|name| name.to_lowercase().ends_with(".mf")).take(MANIFESTS).collect()
}

/// What a manifest says; nothing where the file is another (a program's `MANIFEST.MF`).
fn count(tree: &mut dyn Tree, name: &str) -> Option<u64> {
    let content = tree.open(name).ok()?;
    if content.length().ok()? > MANIFEST_BYTES {
        return None;
    }
    let text = String::from_utf8_lossy(&content.into_bytes().ok()?).into_owned();
    text.lines().find_map(|line| {
        let (word, number) = line.split_once(':')?;
        word.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case("count").then(|| number.trim().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use crate::source::texts::trial_tests as trial;

    #[test]
    fn a_delivery_with_too_few_messages_is_told() {
        let letter =
            b"Subject: a\r\nFrom: ann@cedarbend.example\r\nTo: bo@cedarbend.example\r\n\r\nhello\r\n".as_slice();
        let other =
            b"Subject: b\r\nFrom: ann@cedarbend.example\r\nTo: bo@cedarbend.example\r\n\r\nhello\r\n".as_slice();
        let whole = trial::read(&[("1.eml", letter), ("sub/2.eml", other), ("export.mf", b"Name: x\r\nCount: 2\r\n")]);
        assert_eq!(
            (whole.items.len(), whole.remarks.len()),
            (3, 0),
            "two messages and the manifest: {:?}",
            whole.remarks
        );
        let short = trial::read(&[("1.eml", letter), ("export.mf", b"Count: 2\r\n")]);
        assert!(short.remarks.iter().any(|one| one.contains("has 2 messages, and 1 lie")), "{:?}", short.remarks);
        let java = trial::read(&[("1.eml", letter), ("MANIFEST.MF", b"Manifest-Version: 1.0\r\n")]);
        assert_eq!((java.items.len(), java.remarks.len()), (2, 0), "a manifest of a program");
    }
}
