//! `months/<month>-<id>.keys`: the wrapped family keys of one month, appended, never changed.
//!
//! ```text
//! file   = "RRK1"  month key id [16]  record*
//! record = family u64  salt [8]  ciphertext [32]  tag [16]      64 bytes, numbers little-endian
//! ```
//! A record is wrapped under the month key with the nonce family (8), salt (8), zeros (8): a family has one key in a
//! month, and should an interrupted run give its number again, the salt differs. The associated data is the month key
//! id and the family. A later record of a family counts more than an earlier one.

use super::ring::MonthKey;
use crate::base::id::FamilyId;
use crate::base::random;
use crate::vault::cipher::{Cipher, FamilyKey, NONCE, TAG, Unopened};
use std::cmp::Ordering;
use std::fs::File;
use std::os::unix::fs::FileExt;

const MAGIC: [u8; 4] = *b"RRK1";
/// Bytes before the first record.
pub(super) const HEADER: usize = 20;
/// Bytes of one record.
pub(super) const RECORD: usize = 8 + 8 + 32 + TAG;

/// The first bytes of a month's file.
pub(super) fn header(key: &MonthKey) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..4].copy_from_slice(&MAGIC);
    header[4..].copy_from_slice(&key.id);
    header
}

/// Wraps one family key.
pub(super) fn wrap(cipher: &Cipher, month: &MonthKey, family: FamilyId, key: &FamilyKey) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..8].copy_from_slice(&family.get().to_le_bytes());
    record[8..16].copy_from_slice(&random::bytes::<8>());
    record[16..48].copy_from_slice(key.expose());
    let (nonce, context) = (nonce(&record), context(month, &record));
    let tag = cipher.seal(&nonce, &context, &mut record[16..48]);
    record[48..].copy_from_slice(&tag);
    record
}

/// Unwraps one record.
pub(super) fn unwrap(cipher: &Cipher, month: &MonthKey, record: &[u8; RECORD]) -> Result<FamilyKey, Unopened> {
    let mut sealed = [0; 48];
    sealed.copy_from_slice(&record[16..]);
    cipher.open(&nonce(record), &context(month, record), &mut sealed)?;
    let mut key = [0; 32];
    key.copy_from_slice(&sealed[..32]);
    Ok(FamilyKey::from_bytes(key))
}

/// The family a record is for.
pub(super) fn family_of(record: &[u8; RECORD]) -> FamilyId {
    let mut number = [0; 8];
    number.copy_from_slice(&record[..8]);
    FamilyId::new(i64::from_le_bytes(number))
}

fn nonce(record: &[u8; RECORD]) -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    nonce[..16].copy_from_slice(&record[..16]);
    nonce
}

fn context(month: &MonthKey, record: &[u8; RECORD]) -> [u8; 24] {
    let mut context = [0; 24];
    context[..16].copy_from_slice(&month.id);
    context[16..].copy_from_slice(&record[..8]);
    context
}

/// Bytes of a file of this length that are header and whole records.
pub(super) fn whole_length(length: u64) -> u64 {
    let records = length.saturating_sub(HEADER as u64) / RECORD as u64;
    HEADER as u64 + records * RECORD as u64
}

/// Whether a file's bytes begin like the file of this month key.
pub(super) fn belongs(bytes: &[u8], month: &MonthKey) -> bool {
    bytes.get(..HEADER) == Some(&header(month)[..])
}

/// The whole records of a file's bytes.
pub(super) fn records(bytes: &[u8]) -> &[[u8; RECORD]] {
    bytes.get(HEADER..).unwrap_or_default().as_chunks::<RECORD>().0
}

/// Bytes of a file up to its last record that opens: what a torn append or a pulled plug left behind it is not counted.
pub(super) fn sound_length(bytes: &[u8], month: &MonthKey) -> usize {
    let cipher = Cipher::new(&month.key);
    let sound = records(bytes).iter().rposition(|record| unwrap(&cipher, month, record).is_ok());
    HEADER + sound.map_or(0, |last| last + 1) * RECORD
}

/// The key of a family straight from the file of a month, for a reader that wants a few of many: a writer appends keys
/// in the order of families, having erased what an interrupted run left, so they can be found where their number says
/// (families of a month mostly follow each other), or else by halving.
///
/// `None` when it is not where it should be, whatever the reason: then the whole file is read.
pub(super) fn look_up(file: &File, month: &MonthKey, family: FamilyId) -> Option<FamilyKey> {
    let mut beginning = [0; HEADER + RECORD];
    file.read_exact_at(&mut beginning, 0).ok()?;
    let (first, record) = beginning.split_first_chunk::<HEADER>()?;
    if *first != header(month) {
        return None;
    }
    let mut found: [u8; RECORD] = record.try_into().ok()?;
    let (mut middle, mut low) = (0_u64, 0_u64);
    let mut high = whole_length(file.metadata().ok()?.len()).saturating_sub(HEADER as u64) / RECORD as u64;
    let mut guessed = false;
    loop {
        // Numbers grow from record to record, so it is at most as many records away as the numbers differ.
        let away = family.get().checked_sub(family_of(&found).get())?;
        match away.cmp(&0) {
            Ordering::Equal => return unwrap(&Cipher::new(&month.key), month, &found).ok(),
            Ordering::Greater => (low, high) = (middle + 1, high.min(middle.saturating_add(away.unsigned_abs() + 1))),
            Ordering::Less => (low, high) = (low.max(middle.saturating_sub(away.unsigned_abs())), middle),
        }
        if low >= high {
            return None;
        }
        middle = if guessed { low + (high - low) / 2 } else { high - 1 };
        guessed = true;
        file.read_exact_at(&mut found, HEADER as u64 + middle * RECORD as u64).ok()?;
    }
}

/// The file of one month in memory, its records unwrapped only when asked for.
pub(super) struct MonthKeys {
    month: MonthKey,
    cipher: Cipher,
    bytes: Vec<u8>,
    /// (family, position), in order of family, then position.
    index: Vec<(FamilyId, u32)>,
}

impl MonthKeys {
    /// Takes a file's bytes; `None` when they are not those of this month key.
    pub(super) fn new(month: MonthKey, bytes: Vec<u8>) -> Option<Self> {
        if !belongs(&bytes, &month) {
            return None;
        }
        let families = records(&bytes).iter().map(family_of).zip(0..);
        let mut index: Vec<_> = families.filter(|(family, _)| family.get() > 0).collect();
        index.sort_unstable();
        Some(Self { cipher: Cipher::new(&month.key), month, bytes, index })
    }

    /// The key of a family; an error when its record does not open.
    pub(super) fn find(&self, family: FamilyId) -> Result<Option<FamilyKey>, Unopened> {
        let after = self.index.partition_point(|(one, _)| *one <= family);
        match self.index[..after].last() {
            Some((one, position)) if *one == family => {
                unwrap(&self.cipher, &self.month, &records(&self.bytes)[*position as usize]).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The families that have a key, in order.
    pub(super) fn families(&self) -> Vec<FamilyId> {
        let mut families: Vec<_> = self.index.iter().map(|(family, _)| *family).collect();
        families.dedup();
        families
    }

    /// Bytes of the file that were read.
    pub(super) fn file_length(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Bytes of memory it takes.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity() + self.index.capacity() * size_of::<(FamilyId, u32)>()
    }

    /// A new file under a fresh month key without some families, and how many were left out. Records that do not
    /// open (torn by a crash) are left out too and not counted.
    pub(super) fn without(&self, fresh: &MonthKey, gone: &dyn Fn(FamilyId) -> bool) -> (Vec<u8>, u64) {
        let cipher = Cipher::new(&fresh.key);
        let mut out = Vec::with_capacity(self.bytes.len());
        out.extend_from_slice(&header(fresh));
        let mut left_out = 0;
        for family in self.families() {
            if gone(family) {
                left_out += 1;
            } else if let Ok(Some(key)) = self.find(family) {
                out.extend_from_slice(&wrap(&cipher, fresh, family, &key));
            }
        }
        (out, left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_key_is_found_by_its_number_whatever_numbers_are_missing() {
        let month = MonthKey { id: [7; 16], key: [9; 32] };
        let cipher = Cipher::new(&month.key);
        let runs: [&[i64]; 6] =
            [&[], &[5], &[1, 2, 3, 4, 5], &[10, 11, 15, 16, 17, 40, 900], &[1, 1_000_000], &[3, 4, 5, 6, 50, 51, 52]];
        for numbers in runs {
            let mut file = tempfile::tempfile().expect("a file");
            file.write_all(&header(&month)).expect("written");
            let keys: Vec<_> = numbers.iter().map(|number| (FamilyId::new(*number), FamilyKey::random())).collect();
            for (family, key) in &keys {
                file.write_all(&wrap(&cipher, &month, *family, key)).expect("written");
            }
            for number in (0..1000).chain([999_999, 1_000_000, i64::MAX]) {
                let family = FamilyId::new(number);
                let expected = keys.iter().find(|(one, _)| *one == family).map(|(_, key)| *key.expose());
                let found = look_up(&file, &month, family).map(|key| *key.expose());
                assert_eq!(found, expected, "{family} among {numbers:?}");
            }
        }
    }
}
