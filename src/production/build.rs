//! Building the folder: chunks of families are read and drawn on all cores, numbered in order, and written.

use super::draft::{self, Desk, Draft, Sheet};
use super::extras::Extras;
use super::folder::{Folder, Stream};
use super::images;
use super::plan::{Plan, PlannedFamily};
use super::redacted::LeftOut;
use super::talk::Line;
use super::{ProductionError, Withheld, words};
use crate::base::clock::StopWatch;
use crate::base::id::{CustodianId, FamilyId, RecordId};
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::FamilyRow;
use crate::model::conversation::FileSaid;
use crate::model::production::{BatesNumber, ProducedItem, PublicText};
use crate::model::record::RecordKind;
use crate::model::redaction::Reach;
use crate::package::listing::{self, Remark};
use crate::package::page::{self, Heading};
use crate::package::{columns, dat, names, opt, redaction_log};
use crate::redaction::Redactor;
use crate::render::{Content, Rendered};
use crate::repository::Repository;
use crate::verify::delivery::Draw;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Families drawn together.
const CHUNK_FAMILIES: usize = 64;
/// Sealed bytes of the families drawn together.
const CHUNK_BYTES: u64 = 32 * 1024 * 1024;
/// The last number of a prefix.
const LAST_NUMBER: u64 = 99_999_999;

/// What was built.
pub(super) struct Built {
    pub(super) last: BatesNumber,
    pub(super) pages: u64,
    /// Record, family, first and last number of each document.
    pub(super) items: Vec<(RecordId, FamilyId, u32, u32)>,
    pub(super) withheld: Vec<Withheld>,
    pub(super) remarks: Vec<Remark>,
    pub(super) redactions: Vec<redaction_log::Row>,
    /// Documents in which words are left out that stand elsewhere on purpose: record, PDF, and the text that is given.
    pub(super) here: Vec<(RecordId, String, String)>,
}

/// A family with what the catalog knows of it.
struct Ready<'p> {
    planned: &'p PlannedFamily,
    row: FamilyRow,
    custodians: Vec<PublicText>,
}

/// A draft with its pages counted or its final PDF.
struct Drawn {
    draft: Draft,
    rendered: Rendered,
    /// The images of its pages, where the production has them.
    images: Vec<Vec<u8>>,
}

struct Listings {
    dat: Stream,
    opt: Stream,
    csv: Stream,
    html: Stream,
    extras: Extras,
}

/// Writes every document, the load files and the listings of a plan.
pub(super) fn build(
    repository: &Repository,
    plan: &Plan,
    left_out: &LeftOut,
    folder: &mut Folder,
    draw: Draw<'_>,
    monitor: &dyn Monitor,
) -> Result<Built, ProductionError> {
    let keys = repository.key_reader();
    let exercise = repository.profile().exercise;
    let (zone, city) = (repository.zone(), words::released(&repository.profile().city));
    let desk = Desk { keys: &keys, vault: repository.vault(), zone, exercise, city, plan, left_out };
    let names_of: BTreeMap<CustodianId, String> =
        repository.catalog().reading().custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
    let names_of = names_of.into_iter().map(|(id, name)| (id, left_out.redactor.text(&name))).collect();
    let mut listings = begin(repository, plan, left_out, folder)?;
    let mut built = Built {
        last: BatesNumber::new(plan.prefix.clone(), plan.first),
        pages: 0,
        items: Vec::new(),
        withheld: Vec::new(),
        remarks: Vec::new(),
        redactions: Vec::new(),
        here: Vec::new(),
    };
    let watch = StopWatch::start();
    let mut rest = plan.families.as_slice();
    while !rest.is_empty() {
        if monitor.stopped() {
            return Err(ProductionError::Stopped);
        }
        let chunk = take_chunk(repository, &names_of, &mut rest)?;
        let drawn = draw_chunk(&desk, &chunk, draw, &built, plan)?;
        for (ready, members) in chunk.iter().zip(drawn) {
            family(&desk, ready, members, folder, &mut listings, &mut built)?;
        }
        let items = built.items.len() as u64;
        let (task, seconds) = ("Drawing documents", watch.seconds());
        monitor.progress(Progress { task, items, bytes: 0, total_bytes: 0, seconds });
    }
    built.withheld.extend(withheld_families(repository, &plan.withheld, plan, &left_out.redactor)?);
    finish(folder, listings, &built, &desk, draw)?;
    Ok(built)
}

fn begin(
    repository: &Repository,
    plan: &Plan,
    left_out: &LeftOut,
    folder: &Folder,
) -> Result<Listings, ProductionError> {
    let made_on = crate::base::clock::local_date(plan.made_at, repository.zone());
    let own = |value: &dyn ToString| PublicText::released(value.to_string());
    let heading = Heading {
        city: words::released(&repository.profile().city),
        production: own(&plan.production),
        request: own(&plan.request.id),
        // The requester's own words may be those that are withheld.
        asked: words::released(&left_out.redactor.text(&plan.request.description)),
        made_on: own(&made_on),
        adds_to: plan.adds_to.map(|earlier| own(&earlier)),
        news: plan.news().unwrap_or_default(),
        not_collected: plan.not_collected,
        further: plan.further.iter().map(|one| words::released(one)).collect(),
        exercise: repository.profile().exercise,
    };
    let mut listings = Listings {
        dat: folder.open(&names::dat(&plan.volume))?,
        opt: folder.open(&names::opt(&plan.volume))?,
        csv: folder.open(names::INDEX_CSV)?,
        html: folder.open(names::INDEX_HTML)?,
        extras: Extras::begin(plan, folder)?,
    };
    listings.dat.push(dat::head(columns::COLUMNS).as_bytes())?;
    listings.csv.push(listing::index_head().as_bytes())?;
    listings.html.push(page::beginning(&heading).as_bytes())?;
    Ok(listings)
}

fn finish(
    folder: &mut Folder,
    mut listings: Listings,
    built: &Built,
    desk: &Desk<'_>,
    draw: Draw<'_>,
) -> Result<(), ProductionError> {
    let plan = desk.plan;
    let beside = listings.extras.finish(plan, &draft::label(desk), draw, folder)?;
    let end = page::end(&built.withheld, &built.remarks, built.redactions.len(), &beside, &desk.city);
    listings.html.push(end.as_bytes())?;
    for stream in [listings.dat, listings.opt, listings.csv, listings.html] {
        folder.close(stream)?;
    }
    let litigation = plan.request.kind.is_discovery();
    folder.write(names::WITHHOLDING_LOG, listing::withholding_log(&built.withheld, litigation).as_bytes())?;
    folder.write(names::WITHHOLDING_SUMMARY, listing::withholding_summary(&built.withheld, litigation).as_bytes())?;
    if !built.redactions.is_empty() {
        folder.write(names::REDACTION_LOG, redaction_log::log(&built.redactions).as_bytes())?;
    }
    folder.write(names::REMARKS, listing::remarks(&built.remarks).as_bytes())
}

/// The next families, as many as fit into memory together.
fn take_chunk<'p>(
    repository: &Repository,
    names_of: &BTreeMap<CustodianId, String>,
    rest: &mut &'p [PlannedFamily],
) -> Result<Vec<Ready<'p>>, ProductionError> {
    let reading = repository.catalog().reading();
    let mut chunk: Vec<Ready<'p>> = Vec::new();
    let mut bytes = 0;
    while let Some((planned, others)) = rest.split_first() {
        let row = reading.family(planned.family)?;
        if !chunk.is_empty() && (chunk.len() == CHUNK_FAMILIES || bytes + row.at.length > CHUNK_BYTES) {
            break;
        }
        bytes += row.at.length;
        let mut custodians: Vec<PublicText> = Vec::new();
        for copy in reading.copies(planned.family)? {
            let name = copy.custodian.and_then(|id| names_of.get(&id)).map(|name| words::released(name));
            if let Some(name) = name.filter(|name| !custodians.contains(name)) {
                custodians.push(name);
            }
        }
        chunk.push(Ready { planned, row, custodians });
        *rest = others;
    }
    Ok(chunk)
}

/// Reads and draws a chunk: once to count the pages, and again with the numbers that follow from the counts. The
/// numbers have the same width everywhere, so they never change the count.
fn draw_chunk(
    desk: &Desk<'_>,
    chunk: &[Ready<'_>],
    draw: Draw<'_>,
    built: &Built,
    plan: &Plan,
) -> Result<Vec<Vec<Drawn>>, ProductionError> {
    let any = BatesNumber::new(plan.prefix.clone(), 1);
    let counted: Vec<Vec<Drawn>> = chunk
        .par_iter()
        .map(|ready| {
            let drafts = draft::family(desk, ready.planned, &ready.row)?;
            drafts.into_iter().map(|draft| first_drawing(draft, &any, desk, draw)).collect()
        })
        .collect::<Result<_, ProductionError>>()?;
    let mut next = u64::from(plan.first) + built.pages;
    let mut numbered = Vec::new();
    for members in counted {
        let mut family = Vec::new();
        for one in members {
            let first = next;
            next += u64::from(one.rendered.pages);
            if next > LAST_NUMBER {
                let message = format!("the numbers of the prefix {} are used up", plan.prefix.as_str());
                return Err(ProductionError::refused(message, "Choose another one with --prefix."));
            }
            family.push((one, BatesNumber::new(plan.prefix.clone(), first as u32)));
        }
        numbered.push(family);
    }
    numbered
        .into_par_iter()
        .map(|family| family.into_iter().map(|(one, first)| second_drawing(one, &first, desk, draw)).collect())
        .collect()
}

/// Draws to count. What cannot be drawn becomes a slip sheet that says so; its text is given beside it.
fn first_drawing(
    mut draft: Draft,
    any: &BatesNumber,
    desk: &Desk<'_>,
    draw: Draw<'_>,
) -> Result<Drawn, ProductionError> {
    let rendered = match draw(&draft.sheet.at(any, desk.exercise, desk.plan.made_at)) {
        Ok(rendered) => rendered,
        Err(error) => {
            let sentence = format!("This item could not be drawn as pages: {error}.");
            draft.remarks.push(words::released(&sentence));
            draft.sheet =
                Sheet::Slip("This item could not be drawn as pages; its text file has what could be read.".into());
            draw(&draft.sheet.at(any, desk.exercise, desk.plan.made_at))?
        }
    };
    assert!(rendered.pages > 0, "a drawn item has at least one page");
    // Only the count is kept until the numbers are known.
    let rendered = Rendered { pdf: Vec::new(), ..rendered };
    Ok(Drawn { draft, rendered, images: Vec::new() })
}

fn second_drawing(
    mut drawn: Drawn,
    first: &BatesNumber,
    desk: &Desk<'_>,
    draw: Draw<'_>,
) -> Result<Drawn, ProductionError> {
    let rendered = draw(&drawn.draft.sheet.at(first, desk.exercise, desk.plan.made_at))?;
    assert!(rendered.pages == drawn.rendered.pages, "a number never changes how many pages an item has");
    let (images, told) = images::of(desk.plan, &rendered.pdf, first, desk.exercise, draw)?;
    drawn.draft.remarks.extend(told);
    Ok(Drawn { draft: drawn.draft, rendered, images })
}

/// Numbers and writes one family.
fn family(
    desk: &Desk<'_>,
    ready: &Ready<'_>,
    members: Vec<Drawn>,
    folder: &mut Folder,
    listings: &mut Listings,
    built: &mut Built,
) -> Result<(), ProductionError> {
    let plan = desk.plan;
    let pages: u32 = members.iter().map(|one| one.rendered.pages).sum();
    let number = |page: u64| BatesNumber::new(plan.prefix.clone(), page as u32);
    let family_first = number(u64::from(plan.first) + built.pages);
    let family_last = family_first.plus(pages - 1);
    let mut talk: Option<(Line, BatesNumber)> = None;
    let mut files = Vec::new();
    let start = number(u64::from(plan.first));
    let images = names::image_ending(&plan.extras).map(|ending| opt::Images { start: &start, ending });
    for (at, Drawn { draft, rendered, images: drawn }) in members.into_iter().enumerate() {
        let first = number(u64::from(plan.first) + built.pages);
        let last = first.plus(rendered.pages - 1);
        let nth = built.items.len() as u64;
        let told = &draft.told;
        let family = (&family_first, &family_last);
        let item = item_of(plan, ready, &draft, &Place { first: &first, pages: rendered.pages, family, at, nth });
        let written = folder.written.len();
        folder.write(&item.pdf_path, &rendered.pdf)?;
        folder.write(&item.text_path, draft.text.as_bytes())?;
        if let (Some(path), Some(native)) = (&item.native_path, &draft.native) {
            folder.write(path, &native.bytes)?;
        }
        listings.extras.document(&item, &folder.written[written..], &plan.volume)?;
        for (page, bytes) in (0..).zip(&drawn) {
            let ending = images.map_or("", |one| one.ending);
            folder.write(&names::image(&plan.volume, &start, &first.plus(page), ending), bytes)?;
        }
        if let Some(line) = &draft.line {
            talk = Some((line.clone(), first.clone()));
        } else if at > 0 && draft.withheld.is_none() && !draft.left_out {
            let (number, name) = (first.clone(), told.file_name.clone());
            files.push(FileSaid { number, name, path: item.pdf_path.clone() });
        }
        let given = given(&draft.sheet, item.native_path.is_some());
        listings.dat.push(dat::row(&columns::values(&item, &plan.volume)).as_bytes())?;
        listings.opt.push(opt::lines(&item, &plan.volume, images).as_bytes())?;
        listings.csv.push(listing::index_row(&item).as_bytes())?;
        listings.html.push(page::document(&item).as_bytes())?;
        built.redactions.extend(draft.cuts.iter().filter_map(|cut| desk.left_out.row(&first, cut)));
        remark(&draft, &rendered, &first, given, built);
        built.items.push((draft.record, draft.family, first.page(), last.page()));
        built.pages += u64::from(rendered.pages);
        if desk.left_out.redactor.on(draft.record).any(|one| one.reach == Reach::Here) {
            built.here.push((draft.record, item.pdf_path.clone(), draft.text));
        }
        if let Some(basis) = draft.withheld {
            built.withheld.push(withheld_row(Some(first), draft.kind, basis, draft.logged));
        }
        built.last = last;
    }
    if let Some((line, number)) = talk {
        let custodian = ready.custodians.first().cloned().unwrap_or_default();
        listings.extras.line(line, &number, &custodian, files);
    }
    Ok(())
}

/// Where a document stands: its numbers, its place in its family and among all documents.
struct Place<'d> {
    first: &'d BatesNumber,
    pages: u32,
    family: (&'d BatesNumber, &'d BatesNumber),
    at: usize,
    nth: u64,
}

/// A document as the listings tell it.
fn item_of(plan: &Plan, ready: &Ready<'_>, draft: &Draft, place: &Place<'_>) -> ProducedItem {
    let Place { first, pages, family, at, nth } = place;
    let native = draft.native.as_ref().map(|one| match one.is_rendition {
        true => names::rendition(&plan.volume, *nth, first, &one.ending),
        false => names::native(&plan.volume, *nth, first, &one.ending),
    });
    let told = &draft.told;
    ProducedItem {
        record: draft.record,
        first: (*first).clone(),
        last: first.plus(*pages - 1),
        family_first: family.0.clone(),
        family_last: family.1.clone(),
        parent: (*at > 0).then(|| family.0.clone()),
        pages: *pages,
        kind: PublicText::released(draft.kind.word()),
        subject: told.subject.clone(),
        from: told.from.clone(),
        to: told.to.clone(),
        cc: told.cc.clone(),
        bcc: told.bcc.clone(),
        sent: told.sent.clone(),
        received: told.received.clone(),
        answers: told.answers.clone(),
        file_name: told.file_name.clone(),
        custodian: ready.custodians.first().cloned().unwrap_or_default(),
        all_custodians: joined(&ready.custodians),
        message_id: told.message_id.clone(),
        original_sha256: told.sha256.clone(),
        original_md5: told.md5.clone(),
        withheld: draft.withheld.clone(),
        left_out: draft.left_out,
        news: news(plan, draft.family),
        pdf_path: names::pdf(&plan.volume, *nth, first),
        text_path: names::text(&plan.volume, *nth, first),
        native_path: native,
    }
}

/// Lists what the receiver should know of a document; a file that is read and drawn tells the same trouble twice.
fn remark(draft: &Draft, rendered: &Rendered, first: &BatesNumber, given: PublicText, built: &mut Built) {
    let problems = rendered.problems.iter().map(|one| words::released(&words::sentence(one)));
    let mut told: Vec<PublicText> = Vec::new();
    for sentence in draft.remarks.iter().cloned().chain(problems) {
        if !told.contains(&sentence) {
            let (number, given) = (first.clone(), given.clone());
            built.remarks.push(Remark { number, sentence: sentence.clone(), given });
            told.push(sentence);
        }
    }
}

/// Why a family is in a supplement; empty in an answer of its own.
fn news(plan: &Plan, family: FamilyId) -> PublicText {
    match plan.adds_to {
        None => PublicText::default(),
        Some(_) if plan.decided_otherwise.contains(&family) => PublicText::released("decided otherwise since"),
        Some(_) => PublicText::released("in no earlier answer"),
    }
}

/// What is given of an item that could not be shown as it is.
fn given(sheet: &Sheet, native: bool) -> PublicText {
    let slip = match sheet {
        Sheet::Slip(_) => true,
        Sheet::Shown(rendition) => matches!(rendition.content, Content::Slip(_)),
    };
    PublicText::released(match (slip, native) {
        (true, false) => "slip sheet",
        (true, true) => "slip sheet and original file",
        (false, false) => "pages",
        (false, true) => "pages and original file",
    })
}

fn joined(texts: &[PublicText]) -> PublicText {
    let texts: Vec<&str> = texts.iter().map(PublicText::as_str).collect();
    PublicText::released(texts.join("; "))
}

fn withheld_row(
    number: Option<BatesNumber>,
    kind: RecordKind,
    basis: PublicText,
    [sent, from, to, cc]: [PublicText; 4],
) -> Withheld {
    Withheld { number, kind: PublicText::released(kind.word()), basis, sent, from, to, cc }
}

/// Rows of the log for families that are withheld whole.
pub(super) fn withheld_families(
    repository: &Repository,
    families: &[PlannedFamily],
    plan: &Plan,
    redactor: &Redactor,
) -> Result<Vec<Withheld>, ProductionError> {
    let reading = repository.catalog().reading();
    let mut rows = Vec::new();
    for planned in families {
        let logged = if plan.request.kind.is_discovery() {
            let members = planned.members.iter().map(|one| (one.part, one.record)).collect();
            let item = repository.facts(&reading.family(planned.family)?)?.item;
            let item = redactor.item(&item, &members).item;
            words::logged(plan.request.kind, &item, repository.zone())
        } else {
            Default::default()
        };
        for member in &planned.members {
            let super::Give::Withheld(basis) = &member.give else { continue };
            let row = withheld_row(None, member.kind, words::released(basis), logged.clone());
            rows.push(row);
        }
    }
    Ok(rows)
}
