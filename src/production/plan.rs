//! What a production will hold, before anything is drawn: families in order, and what is given of each member.

use super::decisions::{self, Decisions, Earlier};
use super::redacted::{self, usual_version};
use super::{ProduceOptions, ProductionError};
use crate::base::id::{FamilyId, ProductionId, RecordId, RedactionId, RequestId};
use crate::catalog::{self, CatalogError, FamilyRow, Guard, Reading, RecordRow};
use crate::filing::stub::Asked;
use crate::filing::{self, FilingError};
use crate::model::production::{BatesPrefix, Extra, News};
use crate::model::record::RecordKind;
use crate::model::redaction::{CourtOrder, Redaction, Version};
use crate::model::request::{DataRequest, RequestStatus};
use crate::model::review::Decision;
use crate::package::names;
use crate::repository::Repository;
use chrono::{DateTime, NaiveTime, SubsecRound, Utc};
use std::collections::BTreeSet;

/// What is given of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Give {
    /// All of it.
    Whole,
    /// All but what is redacted.
    Partly,
    /// A slip sheet with the basis.
    Withheld(String),
    /// A slip sheet that says it does not belong to the request.
    NotResponsive,
}

impl Give {
    /// Whether the member itself is given, whole or in part.
    pub fn is_given(&self) -> bool {
        matches!(self, Self::Whole | Self::Partly)
    }
}

/// A member of a family with what is given of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMember {
    /// The record.
    pub record: RecordId,
    /// The part of the parent, `None` for the parent itself.
    pub part: Option<u32>,
    /// Its kind.
    pub kind: RecordKind,
    /// What is given.
    pub give: Give,
}

/// A family with its members, the parent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFamily {
    /// The family.
    pub family: FamilyId,
    /// Its members.
    pub members: Vec<PlannedMember>,
}

impl PlannedFamily {
    /// Whether every member is given, so that nothing told of the family tells of a member that is kept back.
    pub fn is_open(&self) -> bool {
        self.members.iter().all(|member| member.give.is_given())
    }

    /// Whether every member is given whole.
    pub fn is_whole(&self) -> bool {
        self.members.iter().all(|member| member.give == Give::Whole)
    }
}

/// What a production will hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The number it will have.
    pub production: ProductionId,
    /// The request it answers.
    pub request: DataRequest,
    /// For whom it is made.
    pub version: Version,
    /// What is left out of the members, in order.
    pub redactions: Vec<Redaction>,
    /// The volume.
    pub volume: String,
    /// The prefix of its numbers.
    pub prefix: BatesPrefix,
    /// The first page number.
    pub first: u32,
    /// The newest earlier production of the request, to which this one adds.
    pub adds_to: Option<ProductionId>,
    /// Whether original files are given.
    pub natives: bool,
    /// What is given beside the usual files.
    pub extras: BTreeSet<Extra>,
    /// Families that an earlier production told of and that were decided otherwise since.
    pub decided_otherwise: BTreeSet<FamilyId>,
    /// When it is made.
    pub made_at: DateTime<Utc>,
    /// The program that makes it.
    pub program: String,
    /// Families of which something is given, by date, then by number.
    pub families: Vec<PlannedFamily>,
    /// Families that are withheld whole: they are in the withholding log alone.
    pub withheld: Vec<PlannedFamily>,
    /// Families left out because an earlier production holds them as they are decided.
    pub given_before: u64,
    /// Families that the request reaches and that nobody collected: the receiver is told how many there are.
    pub not_collected: u64,
    /// Places beside this repository in which records that belong to the request may be, each in a sentence.
    pub further: Vec<String>,
}

/// Plans a production of what is new for a request since its last one.
pub fn plan(repository: &Repository, request: RequestId, options: &ProduceOptions) -> Result<Plan, ProductionError> {
    let reading = repository.catalog().reading();
    let request = reading.request(request)?;
    if request.status == RequestStatus::Closed {
        let message = format!("the request {} is closed", request.id);
        return Err(ProductionError::refused(message, "Open a new request for a new answer."));
    }
    if request.status == RequestStatus::Open {
        let message = format!("nothing was collected for {} yet", request.id);
        let hint = format!("Collect first: recordroom request collect {}", request.id);
        return Err(ProductionError::refused(message, hint));
    }
    if options.natives && !request.kind.is_discovery() {
        let message = "original files are given in litigation and to a subpoena alone: they carry what no reviewer saw";
        return Err(ProductionError::refused(message, "Run the command again without --natives."));
    }
    if options.extras.contains(&Extra::PagePdf) && options.extras.contains(&Extra::Tiff) {
        let message = "the image load file names one image to a page, as PDF or as TIFF";
        return Err(ProductionError::refused(message, "Ask for one of them: --images pdf, or --images tiff"));
    }
    let usual = usual_version(request.kind);
    let version = options.version.unwrap_or(usual);
    let prefix = prefix(repository, options, version)?;
    let Arranged { families, withheld, given_before, decided_otherwise } = arrange(&reading, &request, version)?;
    let redactions = redacted::counting(&reading, &request, version)?;
    let productions: Vec<_> = productions_for(&reading, request.id, usual, version)?;
    Ok(Plan {
        production: reading.next_production()?,
        version,
        redactions,
        volume: names::volume(next_volume(&reading, request.id, &productions)?),
        first: reading.next_number(&prefix)?,
        prefix,
        adds_to: productions.last().copied(),
        natives: options.natives,
        extras: options.extras.clone(),
        decided_otherwise,
        // The catalog keeps microseconds, and says the same moment as the production itself.
        made_at: repository.now().trunc_subsecs(6),
        program: crate::verify::delivery::PROGRAM.to_owned(),
        families,
        withheld,
        given_before,
        not_collected: not_collected(&reading, request.id)?,
        further: further_places(repository, &request)?,
        request,
    })
}

impl Plan {
    /// In a supplement: why its families are in it.
    pub fn news(&self) -> Option<News> {
        self.adds_to?;
        let all = self.families.iter().chain(&self.withheld);
        let decided_otherwise = all.filter(|one| self.decided_otherwise.contains(&one.family)).count() as u64;
        let added = (self.families.len() + self.withheld.len()) as u64 - decided_otherwise;
        Some(News { added, decided_otherwise })
    }
}

/// The document system, where official records of the dates and custodians of a request are kept: a record whose copy is
/// gone here is not taken for one that never was.
fn further_places(repository: &Repository, request: &DataRequest) -> Result<Vec<String>, ProductionError> {
    let place = filing::further_place(repository, &Asked::of(&request.scope)).map_err(|error| match error {
        FilingError::Repository(error) => ProductionError::from(error),
        FilingError::Catalog(error) => error.into(),
        error => ProductionError::refused(error.to_string(), "Nothing was produced and no number used."),
    })?;
    Ok(place.into_iter().map(|place| place.outside).collect())
}

/// The number of the next volume; those given out after a backup that was put back are passed over.
fn next_volume(reading: &Reading<'_>, request: RequestId, made: &[ProductionId]) -> Result<usize, ProductionError> {
    let mut highest = reading.passed_over(&catalog::volumes(request))?.unsigned_abs() as usize;
    for production in made {
        let volume = reading.production(*production)?.0.production.volume;
        highest = highest.max(names::volume_number(&volume).unwrap_or(0));
    }
    Ok(highest + 1)
}

/// How many families a request reaches that were not collected for it: their words cannot all be searched, they came in
/// later, or a query left them out.
pub fn not_collected(reading: &Reading<'_>, request: RequestId) -> Result<u64, CatalogError> {
    let collected: BTreeSet<FamilyId> = reading.collected(request)?.into_iter().collect();
    let reached = reading.families_guarded_by(Guard::Request(request))?;
    Ok(reached.iter().filter(|family| !collected.contains(family)).count() as u64)
}

/// The prefix of a production. What the city's attorney gets has numbers of its own: they are no numbers of an answer.
fn prefix(repository: &Repository, options: &ProduceOptions, version: Version) -> Result<BatesPrefix, ProductionError> {
    let usual = &repository.profile().production_prefix;
    let text = match (&options.prefix, version) {
        (Some(prefix), _) => prefix.clone(),
        (None, Version::CityAttorney) => format!("INT-{usual}").chars().take(12).collect(),
        (None, _) => usual.clone(),
    };
    Ok(BatesPrefix::new(&text)?)
}

/// The productions of a request that were made for the same receiver; others hold other things.
fn productions_for(
    reading: &Reading<'_>,
    request: RequestId,
    usual: Version,
    version: Version,
) -> Result<Vec<ProductionId>, ProductionError> {
    let mut all = Vec::new();
    for (id, ..) in reading.productions_of(request)? {
        if reading.version_of(id)?.unwrap_or(usual) == version {
            all.push(id);
        }
    }
    Ok(all)
}

/// The productions that a request has for a receiver.
fn earlier(reading: &Reading<'_>, request: &DataRequest, version: Version) -> Result<Vec<Earlier>, ProductionError> {
    let mut all = Vec::new();
    for id in productions_for(reading, request.id, usual_version(request.kind), version)? {
        let (row, event) = reading.production(id)?;
        let records = row.items.iter().map(|item| item.0).collect();
        let redactions = reading.redactions_before(request.id, event)?.into_iter().map(|one| (one.record, one.id));
        let decisions = decisions::before(reading, request.id, event)?;
        all.push(Earlier { records, decisions, redactions: redactions.collect() });
    }
    Ok(all)
}

/// Collected families sorted by what becomes of them.
pub(super) struct Arranged {
    pub(super) families: Vec<PlannedFamily>,
    pub(super) withheld: Vec<PlannedFamily>,
    pub(super) given_before: u64,
    pub(super) decided_otherwise: BTreeSet<FamilyId>,
}

/// Sorts the collected families. A member without a decision is refused.
pub(super) fn arrange(
    reading: &Reading<'_>,
    request: &DataRequest,
    version: Version,
) -> Result<Arranged, ProductionError> {
    let decided = &decisions::now(reading, request.id)?;
    let earlier = &earlier(reading, request, version)?;
    let orders = reading.court_orders(request.id)?;
    let standing = reading.redactions(request.id)?;
    let every: BTreeSet<(RecordId, RedactionId)> = standing.iter().map(|one| (one.record, one.id)).collect();
    let redacted: BTreeSet<RecordId> = every.iter().map(|one| one.0).collect();
    let counting = standing.iter().filter(|one| redacted::counts(one, version, &orders));
    let counting: BTreeSet<RecordId> = counting.map(|one| one.record).collect();
    let asked = AskedOf { version, orders: &orders, counting: &counting, redacted: &redacted };
    let request = request.id;
    let (mut undecided, mut partly) = (Vec::new(), Vec::new());
    let mut sorted = Vec::new();
    let mut arranged =
        Arranged { families: Vec::new(), withheld: Vec::new(), given_before: 0, decided_otherwise: BTreeSet::new() };
    for family in reading.collected(request)? {
        let records = reading.records(family)?;
        let open = records.iter().filter(|record| !decided.contains_key(&record.id)).map(|record| record.id);
        let open: Vec<RecordId> = open.collect();
        if !open.is_empty() {
            undecided.extend(open);
            continue;
        }
        let mut members = Vec::new();
        for record in records {
            let Some((decision, basis)) = decided.get(&record.id) else { continue };
            let Some(give) = given(&record, decision, basis, &asked) else {
                partly.push(record.id);
                continue;
            };
            members.push(PlannedMember { record: record.id, part: record.part, kind: record.kind, give });
        }
        let wanted = members.iter().any(|member| member.give != Give::NotResponsive);
        if wanted && earlier.iter().any(|one| holds(one, &members, decided, &every)) {
            arranged.given_before += 1;
        } else if wanted {
            if earlier.iter().any(|one| told(one, &members)) {
                arranged.decided_otherwise.insert(family);
            }
            sorted.push((moment(&reading.family(family)?), PlannedFamily { family, members }));
        }
    }
    // What the attorney's decision to stop covers is neither given nor told; it stays open and counted in the review.
    if !undecided.is_empty() && !reading.families_to_review(request)?.is_empty() {
        return Err(ProductionError::Undecided(undecided));
    }
    if !partly.is_empty() {
        return Err(ProductionError::Partly(partly));
    }
    sorted.sort_by_key(|(moment, family)| (*moment, family.family));
    for (_, family) in sorted {
        let given = family.members.iter().any(|member| member.give.is_given());
        if given { arranged.families.push(family) } else { arranged.withheld.push(family) }
    }
    Ok(arranged)
}

/// For whom a member is given, and what is redacted.
struct AskedOf<'a> {
    version: Version,
    orders: &'a [CourtOrder],
    /// Members with a redaction that counts for this version.
    counting: &'a BTreeSet<RecordId>,
    /// Members with any redaction.
    redacted: &'a BTreeSet<RecordId>,
}

/// What is given of a member by its decision; `None` where it is withheld in part and nobody said which part.
fn given(record: &RecordRow, decision: &Decision, basis: &str, asked: &AskedOf<'_>) -> Option<Give> {
    let opened = || asked.version == Version::OpposingParty && asked.orders.iter().any(|one| one.opens(basis));
    Some(match decision {
        Decision::Responsive => Give::Whole,
        Decision::NotResponsive | Decision::NotGovernmentData => Give::NotResponsive,
        // Nothing is withheld from the city's own attorney, nor from whom a court ordered to have it.
        Decision::Withheld if asked.version == Version::CityAttorney || opened() => Give::Whole,
        Decision::Withheld => Give::Withheld(basis.to_owned()),
        Decision::PartlyWithheld if asked.version == Version::CityAttorney => Give::Whole,
        Decision::PartlyWithheld if asked.counting.contains(&record.id) => Give::Partly,
        Decision::PartlyWithheld if asked.redacted.contains(&record.id) => Give::Whole,
        Decision::PartlyWithheld => return None,
    })
}

/// Whether an earlier production told these members exactly as they are decided.
fn holds(
    earlier: &Earlier,
    members: &[PlannedMember],
    decided: &Decisions,
    redactions: &BTreeSet<(RecordId, RedactionId)>,
) -> bool {
    let of = |all: &BTreeSet<(RecordId, RedactionId)>, record: RecordId| -> Vec<RedactionId> {
        all.iter().filter(|one| one.0 == record).map(|one| one.1).collect()
    };
    let same = members.iter().all(|one| {
        earlier.decisions.get(&one.record) == decided.get(&one.record)
            && of(&earlier.redactions, one.record) == of(redactions, one.record)
    });
    let given = members.iter().any(|one| one.give.is_given());
    same && (!given || members.iter().all(|one| earlier.records.contains(&one.record)))
}

/// Whether an earlier production told anything of these members: gave one, or withheld one.
fn told(earlier: &Earlier, members: &[PlannedMember]) -> bool {
    let kept_back = |one: &PlannedMember| {
        let decided = earlier.decisions.get(&one.record).map(|decided| decided.0);
        matches!(decided, Some(Decision::Withheld | Decision::PartlyWithheld))
    };
    members.iter().any(|one| earlier.records.contains(&one.record) || kept_back(one))
}

/// Seconds since 1970 by which families are ordered; what has no date comes last.
fn moment(row: &FamilyRow) -> i64 {
    let received = || row.received_on.map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp());
    row.sent_at.or_else(received).unwrap_or(i64::MAX)
}
