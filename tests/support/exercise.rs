//! An exercise city in a temporary directory, into which files were taken and for which a request collected all of them.

use recordroom::base::clock::Clock;
use recordroom::base::durable;
use recordroom::base::id::{RecordId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::RecordRow;
use recordroom::ingest::{self, IngestOptions};
use recordroom::model::hold::Scope;
use recordroom::model::item::ParsedItem;
use recordroom::model::request::RequestKind;
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The city.
pub struct City {
    pub directory: tempfile::TempDir,
    pub repository: Repository,
    pub request: RequestId,
}

/// A request for all that there is.
pub fn asked(kind: RequestKind, requester: &str, description: &str) -> NewRequest {
    NewRequest {
        kind,
        requester: requester.to_owned(),
        description: description.to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope::default(),
    }
}

impl City {
    /// A city with these files, by name.
    pub fn of(new: NewRequest, files: &[(String, Vec<u8>)]) -> Self {
        durable::set_syncing(false);
        let directory = tempfile::tempdir().expect("a temporary directory");
        let at = |name: &str| directory.path().join(name);
        let mut profile = Repository::new_profile("Cedar Bend", &at("keys"), &at("keys-second"));
        profile.exercise = true;
        profile.production_prefix = "CB-".to_owned();
        let clock = Clock::Exercise("2026-03-02T15:00:00Z".parse().expect("a moment"));
        let mut repository = Repository::create(&at("repository"), &profile, clock).expect("created");
        let folder = at("export");
        fs::create_dir_all(&folder).expect("a folder");
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes).expect("written");
        }
        let options = IngestOptions::default();
        ingest::ingest(&mut repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
        let request = request::open(&mut repository, new, "clerk").expect("opened").id;
        request::collect(&mut repository, request, None, "clerk").expect("collected");
        Self { directory, repository, request }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The member that is wanted of the first collected family whose subject begins so.
    pub fn member_that(&self, subject: &str, is_wanted: impl Fn(&RecordRow, &ParsedItem) -> bool) -> RecordId {
        let reading = self.repository.catalog().reading();
        for family in reading.collected(self.request).expect("collected") {
            let item = self.repository.family(family).expect("read").facts.item;
            if item.subject.starts_with(subject) {
                let records = reading.records(family).expect("records");
                return records.iter().find(|one| is_wanted(one, &item)).expect("a member").id;
            }
        }
        panic!("no item {subject}");
    }
}

/// Every file of a folder, by its path with `/`.
pub fn tree(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, directory: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(directory).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                all.insert(name, fs::read(&path).expect("read"));
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(directory, directory, &mut all);
    all
}
