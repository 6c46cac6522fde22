//! I1, I2, I7: every family that is here opens, its original hashes to its digests and to its name, and its members are
//! those its facts tell. Exceptions likewise.

use super::{Check, VerifyError};
use crate::base::digest::{DigestSecret, PairHasher};
use crate::catalog::{CopyRow, ExceptionRow, FamilyFilter, FamilyRow, FamilyState, RecordRow};
use crate::repository::{COPY_LABEL, FACTS_SCHEMA, StoredFacts, location_of};
use crate::source::mail::identity;
use crate::vault::{FamilyKey, KeyReader, Section, Vault, VaultError, open_small};
use crate::verify::Finding;
use rayon::prelude::*;
use std::io::Write;
use std::sync::Arc;

/// Families looked at in one step.
const STEP: u64 = 1_000;
/// Bytes of an original up to which its name is computed from its canonical form, which has to be in memory.
const NAMED_IN_MEMORY_BYTES: u64 = crate::base::limits::ITEM_IN_MEMORY_BYTES;

/// What threads share.
struct Reader<'r> {
    keys: Arc<KeyReader>,
    vault: &'r Vault,
    secret: DigestSecret,
}

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let repository = check.repository;
    let (keys, secret) = (repository.key_reader(), repository.keys().digest_secret().clone());
    let reader = Reader { keys, vault: repository.vault(), secret };
    let mut after = None;
    loop {
        let mut rows: Vec<(FamilyRow, Vec<RecordRow>, Vec<CopyRow>)> = Vec::new();
        let filter = FamilyFilter { after, limit: Some(STEP), ..FamilyFilter::default() };
        reading.each_family::<VerifyError>(filter, |row| {
            let (records, copies) = (reading.records(row.id)?, reading.copies(row.id)?);
            rows.push((row, records, copies));
            Ok(())
        })?;
        let Some((last, ..)) = rows.last() else { break };
        after = Some(last.id);
        let live = rows.par_iter().filter(|(row, ..)| row.state == FamilyState::Live);
        let found: Vec<Finding> =
            live.flat_map_iter(|(row, records, copies)| reader.family(row, records, copies)).collect();
        check.report.findings.extend(found);
        check.looked_at("Verifying items", rows.len() as u64)?;
    }
    let exceptions = reading.exceptions()?;
    let found: Vec<Finding> = exceptions.par_iter().filter_map(|one| reader.exception(one)).collect();
    check.report.findings.extend(found);
    check.looked_at("Verifying exceptions", exceptions.len() as u64)
}

/// Hashes what passes, and keeps it while it is small.
#[derive(Default)]
struct Hashing {
    pair: PairHasher,
    kept: Vec<u8>,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.pair.update(bytes);
        self.bytes += bytes.len() as u64;
        if self.bytes <= NAMED_IN_MEMORY_BYTES {
            self.kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Reader<'_> {
    fn family(&self, row: &FamilyRow, records: &[RecordRow], copies: &[CopyRow]) -> Vec<Finding> {
        let finding = |code, message: String| Finding::new(code, row.id, message);
        let facts = match self.opened(row) {
            Ok((key, facts)) => {
                let sealed = copies.iter().filter(|copy| open_small(&key, COPY_LABEL, &copy.sealed).is_err()).count();
                let mut found: Vec<Finding> = Vec::new();
                if sealed > 0 {
                    found.push(finding("copy-damaged", format!("{sealed} of its copies do not open")));
                }
                found.extend(self.hashes(row, &key, &facts).map(|(code, message)| finding(code, message)));
                (facts, found)
            }
            Err((code, message)) => return vec![finding(code, message)],
        };
        let (facts, mut found) = facts;
        let parents = records.iter().filter(|record| record.part.is_none()).count();
        if parents != 1 || records.len() != facts.item.attachments.len() + 1 {
            let message = format!(
                "the catalog has {} members of it, and its facts tell of {} attachments (I7)",
                records.len(),
                facts.item.attachments.len()
            );
            found.push(finding("members-differ", message));
        }
        if copies.is_empty() {
            found.push(finding("no-copy", "no copy says where it came from".to_owned()));
        }
        found
    }

    fn opened(&self, row: &FamilyRow) -> Result<(FamilyKey, StoredFacts), (&'static str, String)> {
        let location = location_of(&row.at).map_err(|error| ("place-damaged", error.to_string()))?;
        let key = match self.keys.key(location.month, row.id) {
            Ok(Some(key)) => key,
            Ok(None) => return Err(("key-missing", "its key is not in the key set (I2)".to_owned())),
            Err(error) => return Err(("key-damaged", error.to_string())),
        };
        let facts = self.vault.read(&location, &key, Section::Facts, 0).map_err(missing)?;
        self.vault.read_to(&location, &key, Section::Text, 0, &mut std::io::sink()).map_err(missing)?;
        let facts: StoredFacts =
            serde_json::from_slice(&facts).map_err(|error| ("facts-damaged", format!("its facts: {error}")))?;
        if facts.schema > FACTS_SCHEMA {
            return Err(("facts-newer", "a newer program wrote its facts".to_owned()));
        }
        Ok((key, facts))
    }

    /// I1, streaming: the digests in the facts, and the name where the rule of the shape can be applied again.
    fn hashes(&self, row: &FamilyRow, key: &FamilyKey, facts: &StoredFacts) -> Option<(&'static str, String)> {
        let location = location_of(&row.at).ok()?;
        let mut hashing = Hashing::default();
        if let Err(error) = self.vault.read_to(&location, key, Section::Original, 0, &mut hashing) {
            return Some(missing(error));
        }
        let (blake3, sha256, bytes) = hashing.pair.finish();
        if blake3 != facts.blake3 || sha256 != facts.sha256 || bytes != facts.bytes {
            return Some((
                "original-changed",
                "its original does not hash to the digests in its facts (I1)".to_owned(),
            ));
        }
        if bytes > NAMED_IN_MEMORY_BYTES {
            return None;
        }
        let raw = || self.secret.name(&hashing.kept) == row.name;
        let canonical = || identity::canonical(&hashing.kept).is_some_and(|one| self.secret.name(&one) == row.name);
        let named = match facts.shape.as_str() {
            "message" => canonical() || raw(),
            "file" => raw(),
            // Rows and elements are named by an identity that their reader took from several columns.
            _ => true,
        };
        (!named).then(|| ("name-differs", "its original does not hash to its name (I1)".to_owned()))
    }

    fn exception(&self, one: &ExceptionRow) -> Option<Finding> {
        let finding = |code, message: String| Some(Finding::new(code, one.id, message));
        let location = location_of(&one.at).ok()?;
        let key = match self.keys.key(location.month, one.family) {
            Ok(Some(key)) => key,
            Ok(None) => return finding("key-missing", "the key of its bytes is not in the key set (I2)".to_owned()),
            Err(error) => return finding("key-damaged", error.to_string()),
        };
        if let Err(error) = self.vault.verify(&location, &key) {
            let (code, message) = missing(error);
            return finding(code, message);
        }
        let mut identity = one.code.word().as_bytes().to_vec();
        identity.push(0);
        identity.extend(self.vault.read(&location, &key, Section::Original, 0).ok()?);
        if self.secret.name(&identity) != one.name {
            return finding("name-differs", "its bytes do not hash to its name (I1)".to_owned());
        }
        None
    }
}

pub(super) fn missing(error: VaultError) -> (&'static str, String) {
    match error {
        error @ VaultError::MissingPack { .. } => ("bytes-missing", format!("{error} (I2)")),
        error => ("bytes-damaged", format!("{error} (I1)")),
    }
}
