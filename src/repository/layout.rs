//! Where things lie in a repository directory.

use std::path::{Path, PathBuf};

/// The paths of one repository.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of a directory.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The agency profile.
    pub fn profile(&self) -> PathBuf {
        self.root.join("recordroom.toml")
    }
    /// The catalog.
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog.sqlite")
    }
    /// Sealed families.
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }
    /// The search index.
    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }
    /// Frozen copies of adopted schedule editions.
    pub fn schedules(&self) -> PathBuf {
        self.root.join("schedules")
    }
    /// Frozen copy of one edition.
    pub fn edition(&self, key: &str) -> PathBuf {
        self.schedules().join(format!("{key}.toml"))
    }
    /// Certificates of destruction.
    pub fn certificates(&self) -> PathBuf {
        self.root.join("certificates")
    }
    /// Signed checkpoints of the ledger.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }
    /// Reports of the nightly work, with the metrics of the last one.
    pub fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }
    /// Letters about holds and requests, sealed.
    pub fn letters(&self) -> PathBuf {
        self.root.join("letters")
    }
    /// The city's own templates of letters.
    pub fn templates(&self) -> PathBuf {
        self.root.join("templates")
    }
    /// Lists of items that were shown and are not in the ledger yet.
    pub fn opened_notes(&self) -> PathBuf {
        self.root.join("opened.notes")
    }
    /// The file whose lock keeps two nightly works apart.
    pub fn nightly_lock(&self) -> PathBuf {
        self.root.join("nightly.lock")
    }
    /// The file whose lock serialises ingest, index and dispose.
    pub fn work_lock(&self) -> PathBuf {
        self.root.join("work.lock")
    }
    /// Every directory a new repository has.
    pub fn directories(&self) -> [PathBuf; 5] {
        [self.vault(), self.index(), self.schedules(), self.certificates(), self.checkpoints()]
    }
}
