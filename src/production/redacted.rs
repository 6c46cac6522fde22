//! What is left out of a production: the redactions of its review that count for whom it is made, with their words read
//! again from the sealed items. Words that are not any more what was decided on stop it.

use super::ProductionError;
use crate::base::id::{FamilyId, RecordId, RedactionId, RequestId};
use crate::catalog::Reading;
use crate::model::item::ParsedItem;
use crate::model::production::{BatesNumber, PublicText};
use crate::model::redaction::{CourtOrder, Place, Reach, Redaction, Region, Version};
use crate::model::request::{DataRequest, RequestKind};
use crate::package::redaction_log::Row;
use crate::redaction::{Cut, Leak, Redactor, Taken, chars_of, look, marker, text_of};
use crate::repository::Repository;
use crate::verify::Finding;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What stands on every page of the city attorney's version.
pub(super) const INTERNAL: &str = "CITY ATTORNEY ONLY: NOT REDACTED, NOT FOR RELEASE";

/// For whom a production is made when nobody says.
pub(super) fn usual_version(kind: RequestKind) -> Version {
    match kind {
        RequestKind::DataSubject => Version::DataSubject,
        RequestKind::Litigation | RequestKind::Subpoena => Version::OpposingParty,
        _ => Version::Public,
    }
}

/// The redactions of a request that count in a version, in order.
pub(super) fn counting(
    reading: &Reading<'_>,
    request: &DataRequest,
    version: Version,
) -> Result<Vec<Redaction>, ProductionError> {
    let orders = reading.court_orders(request.id)?;
    Ok(reading.redactions(request.id)?.into_iter().filter(|one| counts(one, version, &orders)).collect())
}

/// Whether a redaction counts for whom it is made.
pub(super) fn counts(one: &Redaction, version: Version, orders: &[CourtOrder]) -> bool {
    match version {
        Version::Public => true,
        Version::DataSubject => !(one.about_requester && one.class.is_open_to_its_subject()),
        Version::CityAttorney => false,
        Version::OpposingParty => !orders.iter().any(|order| order.opens(&one.statute)),
    }
}

/// What is left out, ready to be applied.
pub(super) struct LeftOut {
    pub(super) redactor: Redactor,
    regions: BTreeMap<RecordId, Vec<(RedactionId, Region)>>,
    by_id: BTreeMap<RedactionId, Redaction>,
}

impl LeftOut {
    /// Reads the words of every redaction again.
    pub(super) fn of(repository: &Repository, redactions: &[Redaction]) -> Result<Self, ProductionError> {
        let reading = repository.catalog().reading();
        let mut taken = Vec::new();
        let mut regions: BTreeMap<RecordId, Vec<(RedactionId, Region)>> = BTreeMap::new();
        let mut open: Option<(FamilyId, ParsedItem)> = None;
        for one in redactions {
            if let Some(region) = one.region {
                regions.entry(one.record).or_default().push((one.id, region));
                continue;
            }
            let record = reading.record(one.record).map_err(|_| changed(one))?;
            if open.as_ref().is_none_or(|(family, _)| *family != record.family) {
                open = Some((record.family, repository.family(record.family)?.facts.item));
            }
            let Some((_, item)) = &open else { continue };
            let text = text_of(item, record.part, one.place);
            let range = chars_of(&text, one.start, one.end).ok_or_else(|| changed(one))?;
            let words = text[range.clone()].to_owned();
            if repository.keys().digest_secret().name(words.as_bytes()) != one.digest {
                return Err(changed(one));
            }
            let marker = marker::marker(&one.label);
            let (id, record, place, reach) = (one.id, one.record, one.place, one.reach);
            taken.push(Taken { id, record, place, range, words, reach, marker });
        }
        let redactor = Redactor::new(taken).ok_or_else(|| {
            let message = "the redacted words together are too many to be looked for in one production";
            ProductionError::refused(message, "Divide the request, and produce each part by itself.")
        })?;
        let by_id = redactions.iter().map(|one| (one.id, one.clone())).collect();
        Ok(Self { redactor, regions, by_id })
    }

    /// The boxes on a member, each with its label.
    pub(super) fn regions(&self, record: RecordId) -> Vec<(Region, String)> {
        let label = |id: &RedactionId| self.by_id.get(id).map(|one| one.label.clone()).unwrap_or_default();
        self.regions.get(&record).into_iter().flatten().map(|(id, region)| (*region, label(id))).collect()
    }

    /// Everything that is left out of a member: what was cut, and its boxes.
    pub(super) fn cuts(&self, record: RecordId, cut: Option<&Vec<Cut>>) -> Vec<Cut> {
        let boxes = self.regions.get(&record).into_iter().flatten().map(|(id, _)| Cut { id: *id, follows: false });
        cut.into_iter().flatten().copied().chain(boxes).collect()
    }

    /// The row of the log for something that was left out of a document.
    pub(super) fn row(&self, number: &BatesNumber, cut: &Cut) -> Option<Row> {
        let one = self.by_id.get(&cut.id)?;
        Some(Row {
            number: number.clone(),
            redaction: cut.id,
            basis: super::words::released(&one.statute),
            class: one.class,
            place: one.place,
            follows: cut.follows,
            determination: super::words::released(&one.determination),
        })
    }

    /// Looks for the words in every file of a folder. It fails closed: what cannot be looked through is a finding.
    pub(super) fn leaks(&self, root: &Path, files: &[String]) -> Result<Vec<Finding>, ProductionError> {
        let mut findings = Vec::new();
        if self.redactor.everywhere().is_empty() {
            return Ok(findings);
        }
        for path in files {
            let whole = root.join(path);
            let bytes = fs::read(&whole).map_err(|error| ProductionError::io(&whole, error))?;
            for leak in look(path, &bytes, self.redactor.everywhere()) {
                let message = match leak {
                    Leak::Words { needle, channel } => {
                        let which = self.redactor.redaction_of(needle).map(|id| id.to_string()).unwrap_or_default();
                        format!("words that {which} withholds are in it ({channel})")
                    }
                    Leak::Unclear(why) => format!("it cannot be said that nothing withheld is in it: {why}"),
                };
                findings.push(Finding::new("withheld-words", path, message));
            }
        }
        Ok(findings)
    }
}

impl LeftOut {
    /// Looks for words that are left out in one place alone in the page of their own document, unless what is given of it
    /// has them in another place.
    pub(super) fn local_leaks(
        &self,
        root: &Path,
        documents: &[(RecordId, String, String)],
    ) -> Result<Vec<Finding>, ProductionError> {
        let mut findings = Vec::new();
        for (record, path, given) in documents {
            let whole = root.join(path);
            let bytes = fs::read(&whole).map_err(|error| ProductionError::io(&whole, error))?;
            for one in self.redactor.on(*record).filter(|one| one.reach == Reach::Here) {
                let Some(search) = one.search() else { continue };
                if search.find(given).is_empty() && !look(path, &bytes, &search).is_empty() {
                    let message = format!("words that {} withholds are in it, or it cannot be looked through", one.id);
                    findings.push(Finding::new("withheld-words", path, message));
                }
            }
        }
        Ok(findings)
    }
}

fn changed(one: &Redaction) -> ProductionError {
    let message = format!("the words of {} in {} are not any more what was decided on", one.id, one.record);
    let hint = format!(
        "Take it back and decide again: recordroom review unredact {} --redaction {} --reason TEXT",
        one.request, one.id
    );
    ProductionError::refused(message, hint)
}

/// Looks through any folder, such as a production that another program worked on since, for the words that are withheld in
/// the review of a request. What cannot be looked through is a finding too. Gives how many files and how many words were
/// looked at, and the findings.
///
/// # Errors
/// When the words of a redaction are not any more what was decided on, or the folder cannot be read.
pub fn look_through(
    repository: &Repository,
    request: RequestId,
    version: Option<Version>,
    folder: &Path,
) -> Result<(u64, u64, Vec<Finding>), ProductionError> {
    let reading = repository.catalog().reading();
    let request = reading.request(request)?;
    let version = version.unwrap_or_else(|| usual_version(request.kind));
    let left_out = LeftOut::of(repository, &counting(&reading, &request, version)?)?;
    let files = files_below(folder).map_err(|error| ProductionError::io(folder, error))?;
    let words = left_out.redactor.everywhere().needles().len();
    Ok((files.len() as u64, words as u64, left_out.leaks(folder, &files)?))
}

/// The files of a folder by their paths in it, with `/`, in order.
fn files_below(root: &Path) -> std::io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((folder, inside)) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = format!("{inside}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push((entry.path(), format!("{path}/")));
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// One member as a version of a production would give it, and the redactions that left something out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Subject of the message, or name of the file.
    pub subject: PublicText,
    /// Names and addresses, one to a line.
    pub people: PublicText,
    /// The text.
    pub text: PublicText,
    /// What was left out; whether it follows another member's redaction.
    pub cuts: Vec<Cut>,
}

/// Shows a member as it would be given for a request in a version; `None` means whom the request says.
///
/// # Errors
/// When the words of a redaction are not any more what was decided on.
pub fn preview(
    repository: &Repository,
    request: RequestId,
    record: RecordId,
    version: Option<Version>,
) -> Result<Preview, ProductionError> {
    let reading = repository.catalog().reading();
    let request = reading.request(request)?;
    let version = version.unwrap_or_else(|| usual_version(request.kind));
    let left_out = LeftOut::of(repository, &counting(&reading, &request, version)?)?;
    let row = reading.record(record)?;
    let members = reading.records(row.family)?.into_iter().map(|one| (one.part, one.id)).collect();
    let item = repository.family(row.family)?.facts.item;
    let redacted = left_out.redactor.item(&item, &members);
    let told = |place| super::words::released(&text_of(&redacted.item, row.part, place));
    Ok(Preview {
        subject: told(Place::Subject),
        people: told(Place::People),
        text: told(Place::Text),
        cuts: left_out.cuts(record, redacted.cuts.get(&row.part)),
    })
}
