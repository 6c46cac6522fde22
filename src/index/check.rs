//! The index looked over: the `splits` file against the directories, the directories against what they should hold.

use super::bits::Families;
use super::change::{TAG, directories};
use super::splits::FILE;
use super::{Index, IndexError};
use crate::base::id::FamilyId;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

impl Index {
    /// What is wrong with the index, one sentence each; empty when it is sound. Reads every file once.
    pub fn check(&self) -> Result<Vec<String>, IndexError> {
        let snapshot = match self.snapshot() {
            Ok(snapshot) => snapshot,
            Err(error @ (IndexError::Damaged(_) | IndexError::Newer { .. })) => return Ok(vec![error.to_string()]),
            Err(error) => return Err(error),
        };
        let mut findings = Vec::new();
        let named: HashSet<&str> = snapshot.splits.parts().map(|part| part.directory.as_str()).collect();
        for (name, _) in directories(&self.directory)? {
            if !named.contains(name.as_str()) {
                findings.push(format!("the directory {name} of the index is not named; the next change clears it"));
            }
        }
        let mut seen: HashSet<FamilyId> = HashSet::new();
        for part in &snapshot.parts {
            if let Err(error) = part.verify() {
                findings.push(error.to_string());
                continue;
            }
            let months = part.months()?;
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            for document in 0..part.documents() {
                let month = months.first(document).and_then(|month| u32::try_from(month).ok()).unwrap_or(u32::MAX);
                *counts.entry(month).or_default() += 1;
                let family = part.family(document)?;
                if !seen.insert(family) {
                    findings.push(format!("{family} is in the index twice"));
                }
            }
            let listed = snapshot.splits.parts().find(|one| one.directory == part.name()).map(|one| &one.months);
            if listed != Some(&counts) {
                findings.push(format!("the directory {} has not the months it should have", part.name()));
            }
        }
        Ok(findings)
    }

    /// What lies in the directory of the index and is no part of it.
    pub fn strays(&self) -> Result<Vec<PathBuf>, IndexError> {
        let parts: HashSet<PathBuf> = directories(&self.directory)?.into_iter().map(|(_, path)| path).collect();
        let mut all = Vec::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // What an interrupted swap leaves is erased by the next change.
            let is_own = [TAG, FILE].contains(&name.strip_suffix(".tmp").unwrap_or(&name));
            if !is_own && !parts.contains(&path) {
                all.push(path);
            }
        }
        all.sort();
        Ok(all)
    }

    /// The families among these that are not in, for a check against the catalogue.
    pub fn missing(&self, families: &[FamilyId]) -> Result<Vec<FamilyId>, IndexError> {
        let wanted: Families = families.iter().copied().collect();
        let mut here: HashSet<FamilyId> = HashSet::new();
        for part in &self.snapshot()?.parts {
            for document in part.documents_of(&wanted).iter() {
                here.insert(part.family(document)?);
            }
        }
        Ok(families.iter().copied().filter(|family| !here.contains(family)).collect())
    }
}
