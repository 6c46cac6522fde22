//! `numbers-given`: the highest number that was ever given of every sequence people quote: holds, requests, plans,
//! productions and their pages.
//!
//! ```text
//! recordroom numbers given 1
//! repository <id>
//! 3 hold
//! 40 pages CB-
//! end 2
//! ```
//! A backup of the data is older than what was given out since, and the newest key set is what a restore has beside it.
//! So the file is raised at both places before the transaction that gives a number out ends, and a number that somebody
//! may have read stands in it. It holds no secret. Numbers in it only grow; where the two places differ, the higher one
//! counts. Holds and requests are entered without the work lock, so whoever raises it locks `root.key` for that moment.

use super::place::Place;
use super::root::RootFile;
use super::set::KeySet;
use crate::base::durable;
use crate::base::id::NumbersGiven;
use crate::vault::error::{VaultError, at};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

const TITLE: &str = "recordroom numbers given ";
/// The name of the file in a place.
pub(super) const NAME: &str = "numbers-given";
/// Bytes of the longest file that is read: some tens of thousands of requests with letters and volumes.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

impl Place {
    fn given_path(&self) -> PathBuf {
        self.directory().join(NAME)
    }

    /// What an interrupted writing leaves; the next one writes over it.
    fn given_leftover(&self) -> PathBuf {
        self.directory().join(format!("{NAME}.tmp"))
    }

    /// The numbers this place knows of; `None` when none were ever written there.
    fn given(&self, repository: &str) -> Result<Option<NumbersGiven>, VaultError> {
        let path = self.given_path();
        let damaged = |what: &str| VaultError::DamagedKeys { path: path.clone(), what: what.to_owned() };
        let bytes = match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > FILE_BYTES => return Err(damaged("it is far too large")),
            Ok(_) => fs::read(&path).map_err(at(&path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        match lines.next().and_then(|line| line.strip_prefix(TITLE)) {
            Some("1") => {}
            Some(other) if other.parse::<u32>().is_ok() => return Err(VaultError::NewerFormat { path }),
            _ => return Err(damaged("it does not begin like the numbers of a key set")),
        }
        let found = lines.next().and_then(|line| line.strip_prefix("repository "));
        let found = found.ok_or_else(|| damaged("it names no repository"))?;
        if found != repository {
            let (path, found, expected) = (self.directory().to_owned(), found.to_owned(), repository.to_owned());
            return Err(VaultError::OtherRepository { path, found, expected });
        }
        let mut all = NumbersGiven::new();
        for line in lines {
            let (one, two) = line.split_once(' ').ok_or_else(|| damaged("it has a line that names no number"))?;
            if one == "end" {
                let whole = two.parse() == Ok(all.len());
                return if whole { Ok(Some(all)) } else { Err(damaged("some of its lines are gone")) };
            }
            let number = one.parse().ok().filter(|number| *number > 0);
            all.insert(two.to_owned(), number.ok_or_else(|| damaged("it has a line that names no number"))?);
        }
        Err(damaged("its end is gone"))
    }

    /// Writes the numbers and reads them back.
    fn write_given(&self, repository: &str, given: &NumbersGiven) -> Result<(), VaultError> {
        let path = self.given_path();
        let mut text = format!("{TITLE}1\nrepository {repository}\n");
        for (name, number) in given {
            text.push_str(&format!("{number} {name}\n"));
        }
        text.push_str(&format!("end {}\n", given.len()));
        durable::replace(&path, text.as_bytes()).map_err(at(&path))?;
        if self.given(repository)?.as_ref() != Some(given) {
            return Err(VaultError::DamagedKeys { path, what: "it does not read back as it was written".to_owned() });
        }
        Ok(())
    }
}

/// The numbers given out, at the two places of a key set. No key is needed to read or to raise them.
#[derive(Debug)]
pub struct GivenNumbers {
    first: Place,
    second: Place,
    repository: String,
}

impl GivenNumbers {
    /// The numbers of a repository whose key set lies at two places.
    pub fn new(first: &Path, second: &Path, repository: &str) -> Self {
        Self { first: Place::new(first), second: Place::new(second), repository: repository.to_owned() }
    }

    /// What each place knows by itself: the first, then the second. `None` where none were ever written.
    pub fn by_place(&self) -> [Result<Option<NumbersGiven>, VaultError>; 2] {
        [self.first.given(&self.repository), self.second.given(&self.repository)]
    }

    /// What both places know together; `None` where neither was ever written. A place that cannot be read is passed over
    /// for the other.
    ///
    /// # Errors
    /// When neither place can be read and one of them should.
    pub fn read(&self) -> Result<Option<NumbersGiven>, VaultError> {
        match self.by_place() {
            [Ok(Some(one)), Ok(Some(two))] => Ok(Some(merged(one, &two))),
            [Ok(Some(one)), _] | [_, Ok(Some(one))] => Ok(Some(one)),
            [Ok(None), Ok(None)] => Ok(None),
            [Err(error), _] | [_, Err(error)] => Err(error),
        }
    }

    /// Raises the numbers to at least these, durably, and returns all that are known. The first place has them when this
    /// returns. The second has them too where it is there and this user may write to it: a hold is not refused because a
    /// disk elsewhere is away, and whoever takes the work lock next writes them there. A file that is damaged is written
    /// anew from what is known.
    pub fn raise(&self, to: &NumbersGiven) -> Result<NumbersGiven, VaultError> {
        let _lock = self.lock()?;
        let [one, two] = self.by_place();
        refuse_foreign(&one)?;
        let (one, two) = (one.ok().flatten(), two.ok().flatten());
        let mut all = to.clone();
        for known in [&one, &two].into_iter().flatten() {
            all = merged(all, known);
        }
        if one.as_ref() != Some(&all) {
            self.first.write_given(&self.repository, &all)?;
        }
        let is_ours = RootFile::read(self.second.directory()).is_ok_and(|root| root.repository == self.repository);
        if is_ours && two.as_ref() != Some(&all) {
            match self.second.write_given(&self.repository, &all) {
                Err(error) if !is_forbidden(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(all)
    }

    /// Brings both places to what they know together, where they differ: one of them was away when a number was given
    /// out, or is damaged. Costs two small readings where they are the same.
    pub fn align(&self) -> Result<(), VaultError> {
        let places = [&self.first, &self.second];
        let is_left_over = places.iter().any(|place| place.given_leftover().exists());
        match self.by_place() {
            [Ok(one), Ok(two)] if one == two && !is_left_over => return Ok(()),
            // Neither knows: the catalog does, and writes all of them with the next one.
            [Err(VaultError::DamagedKeys { .. }) | Ok(None), Err(VaultError::DamagedKeys { .. }) | Ok(None)] => {
                return Ok(());
            }
            _ => {}
        }
        self.raise(&NumbersGiven::new())?;
        if is_left_over {
            let _lock = self.lock()?;
            for place in places {
                let path = place.given_leftover();
                durable::remove(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// Makes sure that the second place carries what the first does.
    pub(super) fn reads_back(&self) -> Result<(), VaultError> {
        // Whoever raises them holds the lock, and has the first place before the second.
        let path = RootFile::path_in(self.first.directory());
        let lock = File::open(&path).map_err(at(&path))?;
        lock.lock_shared().map_err(at(&path))?;
        let [one, two] = self.by_place();
        let (one, two) = (one?.unwrap_or_default(), two?.unwrap_or_default());
        if one.iter().all(|(name, number)| two.get(name) >= Some(number)) {
            return Ok(());
        }
        let what = "it does not carry the numbers that were given out".to_owned();
        Err(VaultError::DamagedKeys { path: self.second.given_path(), what })
    }

    fn lock(&self) -> Result<File, VaultError> {
        let path = RootFile::path_in(self.first.directory());
        // Opening for appending would make the file where it is gone, and an empty one is no root key.
        RootFile::read(self.first.directory())?;
        let file = durable::append(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }
}

/// What was written by a newer program, or for another repository, is not written over.
fn refuse_foreign(found: &Result<Option<NumbersGiven>, VaultError>) -> Result<(), VaultError> {
    match found {
        Err(VaultError::NewerFormat { path }) => Err(VaultError::NewerFormat { path: path.clone() }),
        Err(VaultError::OtherRepository { path, found, expected }) => {
            let (path, found, expected) = (path.clone(), found.clone(), expected.clone());
            Err(VaultError::OtherRepository { path, found, expected })
        }
        _ => Ok(()),
    }
}

/// Whether this user may not write there.
fn is_forbidden(error: &VaultError) -> bool {
    matches!(error, VaultError::Io { error, .. }
        if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem))
}

fn merged(mut one: NumbersGiven, other: &NumbersGiven) -> NumbersGiven {
    for (name, number) in other {
        let known = one.entry(name.clone()).or_insert(*number);
        *known = (*known).max(*number);
    }
    one
}

impl KeySet {
    /// The numbers given out, beside these keys.
    pub fn numbers(&self) -> GivenNumbers {
        let first = self.reader.place.clone();
        GivenNumbers { first, second: self.second.clone(), repository: self.reader.repository.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(all: &[(&str, i64)]) -> NumbersGiven {
        all.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    }

    #[test]
    fn numbers_only_grow_at_both_places_and_a_damaged_or_lost_file_is_written_anew() {
        let room = tempfile::tempdir().expect("a temporary directory");
        let (one, two) = (room.path().join("one"), room.path().join("two"));
        drop(KeySet::create(&one, &two, "cedar-bend").expect("created"));
        let given = GivenNumbers::new(&one, &two, "cedar-bend");
        assert_eq!(given.read().expect("read"), None, "nothing was given yet");
        given.raise(&numbers(&[("hold", 3), ("pages CB-", 40)])).expect("raised");
        let all = given.raise(&numbers(&[("hold", 2), ("plan", 1)])).expect("raised");
        assert_eq!(all, numbers(&[("hold", 3), ("pages CB-", 40), ("plan", 1)]), "lower ones change nothing");
        for place in given.by_place() {
            assert_eq!(place.expect("readable"), Some(all.clone()));
        }
        let whole = fs::read(one.join(NAME)).expect("readable");
        // Whatever is wrong with one of the two: the other is enough, and the next number mends it.
        let cut = [&whole[..0], &whole[..whole.len() - 2], &whole[..whole.len() - 8], b"something else", b"\xff\n"];
        for damaged in cut {
            for name in [&one, &two] {
                fs::write(name.join(NAME), damaged).expect("written");
                assert_eq!(given.by_place().iter().filter(|place| place.is_err()).count(), 1, "a damaged file is told");
                assert_eq!(given.read().expect("the other place"), Some(all.clone()));
                given.align().expect("mended");
                assert_eq!(fs::read(name.join(NAME)).expect("readable"), whole);
            }
        }
        durable::remove(&one.join(NAME)).expect("gone");
        assert_eq!(given.raise(&numbers(&[])).expect("raised"), all, "what the second place knows is enough");
        // A place that is away does not keep anybody from giving a number out, and gets it when it is back.
        fs::rename(&two, room.path().join("away")).expect("away");
        let all = given.raise(&numbers(&[("hold", 4)])).expect("raised");
        assert!(!two.exists(), "nothing is made where the keys are not");
        assert!(given.reads_back().is_err(), "what destroys insists on the second place");
        fs::rename(room.path().join("away"), &two).expect("back");
        assert!(given.reads_back().is_err(), "it is behind");
        given.align().expect("brought up");
        given.reads_back().expect("brought up");
        assert_eq!(fs::read(two.join(NAME)).expect("readable"), fs::read(one.join(NAME)).expect("readable"));
        // Of another repository, or of a newer program, nothing is written over.
        for foreign in ["recordroom numbers given 2\n", "recordroom numbers given 1\nrepository other\nend 0\n"] {
            fs::write(one.join(NAME), foreign).expect("written");
            assert!(given.raise(&all).is_err(), "{foreign}");
            assert_eq!(fs::read_to_string(one.join(NAME)).expect("readable"), foreign);
        }
    }

    #[test]
    fn numbers_given_from_several_sides_at_once_are_all_kept() {
        let room = tempfile::tempdir().expect("a temporary directory");
        let (one, two) = (room.path().join("one"), room.path().join("two"));
        drop(KeySet::create(&one, &two, "cedar-bend").expect("created"));
        std::thread::scope(|scope| {
            for side in 0..4 {
                let given = GivenNumbers::new(&one, &two, "cedar-bend");
                scope.spawn(move || {
                    for number in 1..=20 {
                        given.raise(&numbers(&[(&format!("side {side}"), number)])).expect("raised");
                    }
                });
            }
        });
        let all = GivenNumbers::new(&one, &two, "cedar-bend").read().expect("read").expect("some");
        assert_eq!(all, numbers(&[("side 0", 20), ("side 1", 20), ("side 2", 20), ("side 3", 20)]));
    }
}
