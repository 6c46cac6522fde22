//! The folder that is written: its files, and what is known about each.

use super::City;
use super::error::CityError;
use crate::base::durable;
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// One file or folder that a clerk would name, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its place below the folder of exports, with `/`.
    pub path: String,
    /// Its format.
    pub format: ContainerFormat,
    /// What its items are.
    pub kind: RecordKind,
    /// Items of this kind in it, nested ones included; the lines of a bill that are no calls are one file more.
    pub found: u64,
    /// Whose it is; `None` for a system that many use.
    pub custodian: Option<&'static str>,
}

/// The folder while it is written.
pub struct Folder<'a> {
    root: &'a Path,
    /// What was written so far.
    pub city: City,
}

impl<'a> Folder<'a> {
    /// Begins a folder, which may be there and must be empty of what is written.
    pub fn new(root: &'a Path, city: City) -> Result<Self, CityError> {
        durable::create_dir_all(root).map_err(|error| CityError::Write { path: root.to_owned(), error })?;
        Ok(Self { root, city })
    }

    /// Writes one file below the folder.
    pub fn file(&mut self, place: &str, bytes: &[u8]) -> Result<(), CityError> {
        let path = self.path(place);
        let result = path
            .parent()
            .map_or(Ok(()), |parent| if parent.is_dir() { Ok(()) } else { durable::create_dir_all(parent) });
        let result = result.and_then(|()| durable::create_stream(&path)?.write_all(bytes));
        result.map_err(|error| CityError::Write { path, error })
    }

    /// Makes an empty folder below the folder.
    pub fn empty(&mut self, place: &str) -> Result<(), CityError> {
        let path = self.path(place);
        durable::create_dir_all(&path).map_err(|error| CityError::Write { path, error })
    }

    /// Notes what an export holds.
    pub fn note(
        &mut self,
        path: &str,
        format: ContainerFormat,
        kind: RecordKind,
        found: usize,
        custodian: Option<&'static str>,
    ) {
        self.city.exports.push(Export { path: path.to_owned(), format, kind, found: found as u64, custodian });
    }

    fn path(&self, place: &str) -> PathBuf {
        place.split('/').fold(self.root.to_owned(), |path, name| path.join(name))
    }
}
