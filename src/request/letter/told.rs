//! What the letters say, word by word of their templates.

use super::super::RequestError;
use super::super::decided::{Decided, decided, decided_before};
use super::super::progress::{Progress, progress};
use super::{Named, RequestLetterKind, charged, rights, searched};
use crate::base::id::{RecordId, RequestId};
use crate::catalog::{ProductionRow, Reading};
use crate::citation::{self, In, citations};
use crate::model::classification::StatusBasis;
use crate::model::item::Searchable;
use crate::model::request::{DataRequest, RequestKind};
use crate::model::review::{Decision, NotPublicClass};
use crate::repository::Repository;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Sections under which data is withheld only once the responsible authority, or the chief attorney, has determined it:
/// security information and trade secrets (Minn. Stat. § 13.37, subd. 1), a pending civil action (§ 13.39, subd. 2).
const DETERMINED: [&str; 2] = ["13.37", "13.39"];

/// One withholding as a letter tells it: how many items, under which law, what that is in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithholdingLine {
    /// How many items.
    pub items: u64,
    /// Whether they are withheld in part.
    pub in_part: bool,
    /// The statute or other basis.
    pub basis: String,
    /// The classification in words; empty where nobody said it and the law leaves it open.
    pub class: String,
    /// What the law is about in plain words.
    pub about: String,
    /// The determination, told.
    pub determination: String,
    /// The privilege that is claimed.
    pub privilege: String,
}

impl WithholdingLine {
    fn told(&self) -> String {
        let count = if self.items == 1 { "1 item".to_owned() } else { format!("{} items", self.items) };
        let part = if self.in_part { " in part" } else { "" };
        let mut line = format!("- {count} withheld{part}: {}", self.basis);
        let said: Vec<&str> = [&self.about, &self.class, &self.privilege].into_iter().map(String::as_str).collect();
        let said: Vec<&str> = said.into_iter().filter(|one| !one.is_empty()).collect();
        if !said.is_empty() {
            line.push_str(&format!(" ({})", said.join("; ")));
        }
        line.push('.');
        if !self.determination.is_empty() {
            line.push(' ');
            line.push_str(&self.determination);
        }
        line
    }
}

/// How a review stands, as letters need it.
#[derive(Debug, Default)]
pub(super) struct Review {
    pub(super) collected: u64,
    pub(super) members: u64,
    pub(super) undecided: u64,
    pub(super) given: u64,
    pub(super) withheld: u64,
    pub(super) not_part: u64,
    pub(super) not_government: u64,
    pub(super) not_searched: u64,
    pub(super) proposed: u64,
    pub(super) without_determination: Option<RecordId>,
    pub(super) confidential: bool,
    pub(super) lines: Vec<WithholdingLine>,
}

impl Review {
    pub(super) fn of(repository: &Repository, id: RequestId) -> Result<Self, RequestError> {
        let reading = repository.catalog().reading();
        let decided = decided(&reading, id)?;
        let determined = determined_for_words(&reading, id)?;
        let mut review = Self::default();
        let mut groups: BTreeMap<(bool, String, String, String, String), u64> = BTreeMap::new();
        for family in reading.collected(id)? {
            let row = reading.family(family)?;
            review.collected += 1;
            review.not_searched += u64::from(row.searchable != Searchable::Fully);
            review.proposed += u64::from(row.standing.basis == StatusBasis::Proposed);
            for record in reading.records(family)? {
                review.members += 1;
                match decided.get(&record.id).and_then(|all| all.last()) {
                    None => review.undecided += 1,
                    Some(one) => review.count(record.id, one, determined.get(&record.id), &mut groups),
                }
            }
        }
        review.lines = groups.into_iter().map(|(group, items)| line(group, items)).collect();
        Ok(review)
    }

    fn count(
        &mut self,
        record: RecordId,
        one: &Decided,
        for_words: Option<&String>,
        groups: &mut BTreeMap<(bool, String, String, String, String), u64>,
    ) {
        let in_part = one.decision == Decision::PartlyWithheld;
        match one.decision {
            Decision::Responsive => self.given += 1,
            Decision::NotResponsive => self.not_part += 1,
            Decision::NotGovernmentData => self.not_government += 1,
            Decision::Withheld | Decision::PartlyWithheld => {
                self.given += u64::from(in_part);
                self.withheld += 1;
                let for_words = for_words.filter(|_| in_part);
                if one.ground.determination.is_none() && for_words.is_none() && wants_determination(&one.basis) {
                    self.without_determination = self.without_determination.or(Some(record));
                }
                let (class, confidential) = class_of(one);
                self.confidential |= confidential;
                let determination = one.ground.determination.as_ref().map(|it| {
                    format!("{} determined this on {}: {}.", it.by, day(it.on), it.reason.trim().trim_end_matches('.'))
                });
                let determination =
                    determination.or_else(|| for_words.map(|told| format!("It was determined: {told}.")));
                let privilege = one.ground.privilege.map(|it| format!("{it} privilege is claimed"));
                let rest = (determination.unwrap_or_default(), privilege.unwrap_or_default());
                *groups.entry((in_part, one.basis.trim().to_owned(), class, rest.0, rest.1)).or_default() += 1;
            }
        }
    }
}

/// The determinations on which words are left out of items, by item.
fn determined_for_words(reading: &Reading<'_>, id: RequestId) -> Result<BTreeMap<RecordId, String>, RequestError> {
    let mut all: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
    for one in reading.redactions(id)? {
        let told = one.determination.trim().trim_end_matches('.').to_owned();
        let known = all.entry(one.record).or_default();
        if !told.is_empty() && wants_determination(&one.statute) && !known.contains(&told) {
            known.push(told);
        }
    }
    Ok(all.into_iter().filter(|one| !one.1.is_empty()).map(|(record, told)| (record, told.join("; "))).collect())
}

/// Whether a basis rests on a section that wants a determination.
pub(super) fn wants_determination(basis: &str) -> bool {
    citations(basis, In::Basis).iter().any(|one| DETERMINED.contains(&one.section.as_str()))
}

fn line(
    (in_part, basis, class, determination, privilege): (bool, String, String, String, String),
    items: u64,
) -> WithholdingLine {
    let about: Vec<&str> =
        citations(&basis, In::Basis).iter().filter_map(|one| citation::about(one).map(|known| known.about)).collect();
    WithholdingLine { items, in_part, basis, class, about: about.join("; "), determination, privilege }
}

/// The classification as a letter says it, and whether not even the subject may see the data.
fn class_of(one: &Decided) -> (String, bool) {
    let tight = |class| matches!(class, NotPublicClass::Confidential | NotPublicClass::ProtectedNonpublic);
    if let Some(class) = one.ground.class {
        return (class.told().to_owned(), tight(class));
    }
    let known = citations(&one.basis, In::Basis).iter().find_map(citation::about);
    let Some(known) = known else { return (String::new(), false) };
    let told = match (known.individuals, known.others) {
        ("private", "") => NotPublicClass::Private.told().to_owned(),
        ("confidential", "") => NotPublicClass::Confidential.told().to_owned(),
        ("private", "nonpublic") => "private data on individuals, or nonpublic data".to_owned(),
        ("confidential", "protected nonpublic") => {
            "confidential data on individuals, or protected nonpublic data".to_owned()
        }
        _ => String::new(),
    };
    (told, known.individuals == "confidential")
}

pub(super) type Values = Vec<(&'static str, String)>;

/// The words of the templates with what they stand for; a word that does not fit this request is empty.
pub(super) fn values(
    repository: &Repository,
    request: &DataRequest,
    kind: RequestLetterKind,
    named: &Named,
    actor: &str,
) -> Result<Values, RequestError> {
    let reading = repository.catalog().reading();
    let progress = progress(&reading, request.id)?;
    let review = Review::of(repository, request.id)?;
    let mut values = head(repository, request, named, actor);
    values.extend(clock(request, &progress));
    values.extend(answer(repository, request, &progress, &review)?);
    values.extend(searched::told(&reading, request, &review, named)?);
    values.extend(charged::told(request, &progress, kind));
    values.extend(rights::offered(request, &review, named));
    values.extend(rights::challenged(&progress));
    Ok(values)
}

fn or<'t>(text: &'t str, otherwise: &'t str) -> String {
    if text.trim().is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

fn head(repository: &Repository, request: &DataRequest, named: &Named, actor: &str) -> Values {
    let profile = repository.profile();
    let official = &profile.compliance_official;
    let city = if profile.city.starts_with("City of") { format!("the {}", profile.city) } else { profile.city.clone() };
    let contact = match (official.is_empty(), profile.responsible_authority.is_empty()) {
        // The compliance official is for requests of the Act.
        (_, true) if !request.kind.is_of_the_act() => {
            format!("If you have questions about this letter, write to {city}.")
        }
        (_, false) if !request.kind.is_of_the_act() => {
            format!("If you have questions about this letter, ask {}, {city}.", profile.responsible_authority)
        }
        (true, true) => format!("If you have questions about this letter, write to {city}."),
        (false, _) => format!(
            "If you have questions about this letter or about what the data means, ask {official}, data practices compliance \
             official of {city}."
        ),
        (true, false) => format!(
            "If you have questions about this letter or about what the data means, ask {}, responsible authority of {city}.",
            profile.responsible_authority
        ),
    };
    let to = or(&named.to, &or(&request.requester, "the requester"));
    vec![
        ("city", or(&profile.city, "The city")),
        ("the_city", or(&city, "the city")),
        ("date", day(repository.today())),
        ("request", request.id.to_string()),
        ("kind", kind_told(request.kind).to_owned()),
        ("your_request", your_request(request.kind).to_owned()),
        ("to", to),
        ("address", named.address.clone()),
        ("clerk", actor.to_owned()),
        ("description", request.description.clone()),
        ("received", day(request.received_on)),
        ("due", day(request.due.on)),
        ("due_basis", request.due.basis.clone()),
        ("contact", contact),
        ("official", profile.compliance_official.clone()),
        ("authority", profile.responsible_authority.clone()),
    ]
}

fn kind_told(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Public => "a request for public data",
        RequestKind::DataSubject => "a request by the subject of the data",
        RequestKind::Standing => "a standing request for public data",
        RequestKind::SummaryData => "a request for summary data",
        RequestKind::Litigation => "discovery in litigation",
        RequestKind::Subpoena => "a subpoena",
        RequestKind::Audit => "an audit",
        RequestKind::Investigation => "an internal investigation",
    }
}

/// What the letter is about, in its title.
fn your_request(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Litigation => "your request for documents",
        RequestKind::Subpoena => "the subpoena",
        RequestKind::Audit => "the request of the audit",
        RequestKind::Investigation => "the internal investigation",
        _ => "your data request",
    }
}

fn clock(request: &DataRequest, progress: &Progress) -> Values {
    let due = day(request.due.on);
    let due_sentence = match request.kind {
        RequestKind::Public | RequestKind::Standing => format!(
            "The law asks for a prompt answer and sets no number of days (Minn. Stat. § 13.03, subds. 2 and 3). The city means \
             to answer by {due}. That day is the city's own target."
        ),
        RequestKind::DataSubject => format!(
            "The law gives the city until {due} at the latest: ten days, not counting Saturdays, Sundays and legal holidays \
             (Minn. Stat. § 13.04, subd. 3; holidays: Minn. Stat. § 645.44, subd. 5). If we can answer sooner, we do."
        ),
        _ => format!("The answer is due on {due}: {}.", request.due.basis.trim_end_matches('.')),
    };
    let subject = request.kind == RequestKind::DataSubject;
    let identity_sentence = match (&progress.identity, subject) {
        (_, false) => String::new(),
        (None, true) => "Before we give private data to anybody, we have to know who it is. Please bring a government-issued \
                         identification with a picture, or send the notarized form. For a child or a ward, please show as well \
                         that you are the parent or guardian. This does not move the day above."
            .to_owned(),
        (Some(one), true) => format!("We have checked who you are ({}).", one.how),
    };
    let anonymous = if request.requester.is_empty() && request.kind.may_be_anonymous() {
        "You gave no name and need not give one, nor a reason (Minn. Stat. § 13.05, subd. 12)."
    } else {
        ""
    };
    let open = progress.clarifications.iter().filter(|one| one.answered.is_none());
    let question: Vec<&str> = open.map(|one| one.question.as_str()).collect();
    let clock_goes_on = match request.kind {
        RequestKind::DataSubject => format!(
            "Until you answer we go on with what we understand. The day by which we answer stays {due} (Minn. Stat. § 13.04, \
             subd. 3)."
        ),
        _ => format!("Until you answer we go on with what we understand. We still mean to answer by {due}."),
    };
    let standing = match request.kind {
        RequestKind::Standing => {
            "This is a standing request: we answer it again and again, and ask you once a year whether it \
                                  goes on."
        }
        _ => "",
    };
    vec![
        ("due_sentence", due_sentence),
        ("identity_sentence", identity_sentence),
        ("anonymous", anonymous.to_owned()),
        ("question", question.join("\n\n")),
        ("clock_goes_on", clock_goes_on),
        ("standing", standing.to_owned()),
    ]
}

fn answer(
    repository: &Repository,
    request: &DataRequest,
    progress: &Progress,
    review: &Review,
) -> Result<Values, RequestError> {
    let reading = repository.catalog().reading();
    let mut given = String::new();
    let mut productions = productions(&reading, request, progress)?;
    if !productions.is_empty() {
        given.push_str("You receive, with a list in the file index.html and a signed account of every file:");
    }
    let seen: Vec<String> = progress.inspections.iter().map(rights::inspected).collect();
    if productions.is_empty() {
        given = seen.join("\n");
    } else {
        productions.extend(seen.iter().map(|one| format!("- {one}")));
    }
    let intro = match (review.lines.is_empty(), request.kind.is_of_the_act()) {
        (true, _) => "Nothing that belongs to your request is withheld.",
        (false, true) => {
            "This is withheld, with the law on which each withholding rests (Minn. Stat. § 13.03, subd. 3). The rest of an item \
             that is withheld in part is given:"
        }
        (false, false) => "This is withheld, with the basis of each:",
    };
    let lines: Vec<String> = review.lines.iter().map(WithholdingLine::told).collect();
    let security =
        review.lines.iter().any(|one| citations(&one.basis, In::Basis).iter().any(|it| it.section == "13.37"));
    let security_reason = if security {
        "For security information you may ask us for a short written description of why its disclosure would harm security \
         (Minn. Stat. § 13.37)."
    } else {
        ""
    };
    let not_government = match review.not_government {
        0 => String::new(),
        count => format!(
            "{} in the collected messages {} private matters of employees and no government data (Minn. Stat. § 13.02, subd. 7); \
             {} not part of this answer.",
            counted(count, "item"),
            if count == 1 { "concerns" } else { "concern" },
            if count == 1 { "it is" } else { "they are" }
        ),
    };
    let subject = request.kind == RequestKind::DataSubject;
    let mut values = vec![
        ("given", given),
        ("productions", productions.join("\n")),
        ("withheld_intro", intro.to_owned()),
        ("withheld", lines.join("\n")),
        ("security_reason", security_reason.to_owned()),
        ("not_government", not_government),
        ("subject_sentence", subject_told(subject, review.confidential)),
    ];
    values.extend(rights::rights(request, progress, !lines.is_empty()));
    Ok(values)
}

/// What was delivered, a line for each production.
fn productions(reading: &Reading<'_>, request: &DataRequest, progress: &Progress) -> Result<Vec<String>, RequestError> {
    let mut lines = Vec::new();
    for (id, _) in &progress.productions {
        let (row, event) = reading.production(*id)?;
        let sheets = match request.kind.is_of_the_act() {
            true => sheets(&decided_before(reading, request.id, Some(event))?, &row),
            false => 0,
        };
        let one = row.production;
        let pages = one.last.page().saturating_sub(one.first.page()) + 1;
        lines.push(format!(
            "- {id}: {} on {}, {} to {}{}",
            counted(one.documents, "document"),
            counted(u64::from(pages), "page"),
            one.first,
            one.last,
            match sheets {
                0 => String::new(),
                1 => "; 1 of them is a sheet in the place of something that is not given".to_owned(),
                count => format!("; {count} of them are sheets in the place of something that is not given"),
            }
        ));
    }
    Ok(lines)
}

/// Documents of a production that are slip sheets, as was decided before it.
fn sheets(decided: &BTreeMap<RecordId, Vec<Decided>>, row: &ProductionRow) -> u64 {
    let given = |record: &RecordId| {
        let last = decided.get(record).and_then(|all| all.last());
        last.is_some_and(|one| matches!(one.decision, Decision::Responsive | Decision::PartlyWithheld))
    };
    row.items.iter().filter(|item| !given(&item.0)).count() as u64
}

fn subject_told(subject: bool, confidential: bool) -> String {
    match (subject, confidential) {
        (false, _) => String::new(),
        (true, false) => "The city has data of which you are the subject. What is public or private in it you may see (Minn. \
                          Stat. § 13.04, subd. 3)."
            .to_owned(),
        (true, true) => "The city has data of which you are the subject. What is public or private in it you may see; some of it \
                         is confidential, so that you may know that it exists and may not see it (Minn. Stat. § 13.04, subd. 3; \
                         § 13.02, subd. 3)."
            .to_owned(),
    }
}

pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A day as a letter writes it.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}
