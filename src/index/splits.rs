//! The `splits` file: which directories make up the index, which months they cover, and how far it has followed.

use super::IndexError;
use crate::base::id::{EventId, FamilyId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Version of the file and of the directories it names.
pub(super) const FORMAT: u32 = 1;
/// The name of the file in the directory of the index.
pub(super) const FILE: &str = "splits";

/// A partition by month, as a number that orders: 0 for undated, else 12 for each year and 1 to 12 for the month.
pub(super) type Month = u32;

/// Reads the name of a month: `2025-11` or `undated`.
pub(super) fn month(name: &str) -> Result<Month, IndexError> {
    let read = || {
        if name == "undated" {
            return Some(0);
        }
        let (year, month) = name.split_once('-')?;
        let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(year * 12 + month)
    };
    read().ok_or_else(|| IndexError::Damaged(format!("{name:?} is not a month")))
}

/// One directory: written once, never changed, erased when it is no longer named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Its name below the directory of the index.
    pub(super) directory: String,
    /// Families in it, by month.
    pub(super) months: BTreeMap<Month, u32>,
    /// The newest moment in it, seconds since 1970 in UTC; missing when nothing in it has a moment.
    pub(super) newest: Option<i64>,
    /// The fields in which anything in it has words, by name; missing where that is not known. A field without words
    /// need not be asked, and the engine takes long to say so itself.
    #[serde(default)]
    pub(super) fields: Option<BTreeSet<String>>,
}

impl Part {
    /// Whether anything in it may have words in a field.
    pub(super) fn has_words(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.contains(field))
    }

    /// Families in it.
    pub(super) fn families(&self) -> u64 {
        self.months.values().map(|count| u64::from(*count)).sum()
    }
}

/// A run of whole months, from the first to the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Split {
    /// Its first month.
    pub(super) first: Month,
    /// Its last month.
    pub(super) last: Month,
    /// Its directories.
    pub(super) parts: Vec<Part>,
}

impl Split {
    /// Families in it.
    pub(super) fn families(&self) -> u64 {
        self.parts.iter().map(Part::families).sum()
    }
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Splits {
    /// Version of the file.
    pub(super) format: u32,
    /// Grows by one each time the file is written.
    pub(super) generation: u64,
    /// The last event of the catalogue whose families are all in.
    pub(super) through: i64,
    /// The number the next directory gets.
    pub(super) next: u64,
    /// Families that could not be read back when their turn came; they are tried again.
    pub(super) unread: Vec<FamilyId>,
    /// The splits in the order of their months.
    pub(super) splits: Vec<Split>,
}

impl Default for Splits {
    fn default() -> Self {
        Self { format: FORMAT, generation: 0, through: 0, next: 1, unread: Vec::new(), splits: Vec::new() }
    }
}

impl Splits {
    /// Reads the file; `None` when there is none.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>, IndexError> {
        let bytes = match std::fs::read(directory.join(FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let damaged = |error: serde_json::Error| IndexError::Damaged(format!("its splits file: {error}"));
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(damaged)?;
        let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if found > u64::from(FORMAT) {
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            return Err(IndexError::Newer { found, known: FORMAT });
        }
        let splits: Self = serde_json::from_value(value).map_err(damaged)?;
        splits.check()?;
        Ok(Some(splits))
    }

    /// Every directory.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.splits.iter().flat_map(|split| &split.parts)
    }

    /// The event the index has followed to.
    pub(super) fn through(&self) -> EventId {
        EventId::new(self.through)
    }

    /// Whether the splits are runs of whole months that do not overlap, and every part lies in its own.
    pub(super) fn check(&self) -> Result<(), IndexError> {
        let ordered = self.splits.windows(2).all(|two| two[0].last < two[1].first);
        let inside = self.splits.iter().all(|split| {
            let within = |month: &Month| (split.first..=split.last).contains(month);
            split.first <= split.last && split.parts.iter().all(|part| part.months.keys().all(within))
        });
        if ordered && inside { Ok(()) } else { Err(IndexError::Damaged("its months overlap".to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_and_ordered_with_undated_first() {
        let read = |name: &str| month(name).expect("a month");
        assert!(read("undated") < read("1970-01"));
        assert!(read("2024-12") < read("2025-01"));
        assert_eq!(read("2025-01") + 1, read("2025-02"));
        assert_eq!(read("2024-12") + 1, read("2025-01"));
        for wrong in ["", "2025", "2025-13", "2025-00", "x-1"] {
            assert!(month(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_trusted_is_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(FILE);
        assert_eq!(Splits::read(directory.path()).expect("no file"), None);
        let part = |months: &[(Month, u32)]| Part {
            directory: "s1".to_owned(),
            months: months.iter().copied().collect(),
            newest: None,
            fields: None,
        };
        let good = Splits {
            splits: vec![
                Split { first: 1, last: 3, parts: vec![part(&[(1, 2), (3, 1)])] },
                Split { first: 5, last: 5, parts: vec![] },
            ],
            ..Splits::default()
        };
        let write = |value: &Splits| {
            crate::base::durable::replace(&path, &serde_json::to_vec(value).expect("JSON")).expect("written");
        };
        write(&good);
        assert_eq!(Splits::read(directory.path()).expect("read").as_ref(), Some(&good));
        let mut overlapping = good.clone();
        overlapping.splits[1].first = 3;
        let mut outside = good.clone();
        outside.splits[0].parts[0].months.insert(4, 1);
        for wrong in [overlapping, outside] {
            write(&wrong);
            assert!(matches!(Splits::read(directory.path()), Err(IndexError::Damaged(_))));
        }
        write(&Splits { format: FORMAT + 1, ..good });
        assert!(matches!(Splits::read(directory.path()), Err(IndexError::Newer { .. })));
        crate::base::durable::replace(&path, b"{").expect("written");
        assert!(matches!(Splits::read(directory.path()), Err(IndexError::Damaged(_))));
    }
}
