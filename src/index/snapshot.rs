//! The index as one search sees it: the `splits` file of one generation, with every part it names open.

use super::IndexError;
use super::part::OpenPart;
use super::shelf::Shelves;
use super::splits::Splits;
use super::words::Expansions;
use crate::base::share::shared;
use std::path::Path;

/// How often a search begins again because the `splits` file was replaced while it opened the parts.
const ATTEMPTS: usize = 20;

/// One generation, open.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) splits: Splits,
    /// Every part; those with the newest items first, those without any date last.
    pub(super) parts: Vec<OpenPart>,
    /// What the patterns of its searches stood for.
    pub(super) expansions: Expansions,
}

impl Snapshot {
    /// Opens what the `splits` file names now. The locks are taken before the file is read a second time, so what was
    /// opened is whole and stays whole.
    pub(super) fn open(directory: &Path) -> Result<Self, IndexError> {
        let Some(mut splits) = Splits::read(directory)? else {
            return Ok(Self { splits: Splits::default(), parts: Vec::new(), expansions: Expansions::default() });
        };
        let shelves = Shelves::open(directory).map_err(|error| IndexError::engine(directory, error.into()))?;
        for _ in 0..ATTEMPTS {
            let named = splits.parts().collect();
            let parts: Result<Vec<OpenPart>, IndexError> =
                shared(named, |part| OpenPart::open_in(&shelves, directory, part)).into_iter().collect();
            let now = Splits::read(directory)?.unwrap_or_default();
            if now == splits {
                let mut parts = parts.map_err(missing)?;
                parts.sort_by_key(|part| std::cmp::Reverse(part.newest));
                return Ok(Self { splits, parts, expansions: Expansions::default() });
            }
            splits = now;
        }
        Err(IndexError::StillRead)
    }
}

/// A part that the newest `splits` file names has to be there.
fn missing(error: IndexError) -> IndexError {
    match error {
        IndexError::Disk(error) if error.kind() == std::io::ErrorKind::NotFound => {
            IndexError::Damaged("a directory that its splits file names is missing".to_owned())
        }
        error => error,
    }
}
