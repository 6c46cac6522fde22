//! The committer: one thread that gives every item its one outcome and writes in order (I10, I11).
//!
//! A batch is a stretch of what the reader told, in its order. Bytes and keys are durable before the one transaction
//! that names them; that transaction also carries the batch's event and the accounts as they stand.

use super::IngestError;
use super::batch::{Batch, Placed, Tally, root};
use super::prepare::{Body, Large, Outline, Ready, ReadyException, Sealed};
use crate::base::digest::KeyedDigest;
use crate::base::id::{ContainerId, CustodianId, EventId, FamilyId, IntakeId};
use crate::base::limits;
use crate::catalog::{AccountRow, ContainerKey, CopyRow, ExceptionRow, Guard, ReturnedRow, Writing};
use crate::model::event::Act;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::hold::Scope;
use crate::model::provenance::{Account, ContainerFormat, Outcome};
use crate::protection::GuardSet;
use crate::repository::{COPY_LABEL, StoredCopy, Work};
use crate::retention::{Adopted, ReturningCopy};
use crate::schedule::Evaluator;
use crate::vault::{FamilyKey, seal_small};
use chrono::{DateTime, NaiveDate, Utc};

/// One step of a batch, in the reader's order.
pub(super) enum Step {
    Open { name: String, format: ContainerFormat },
    Declared(u64),
    Remark(Problem),
    Item(Ready),
    Large(Box<(Ready, Large)>),
    Exception(ReadyException),
    Close,
}

impl Step {
    /// Bytes it holds until it is committed.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Item(Ready { body: Body::Sealed(sealed), .. }) => sealed.family.bytes().len() as u64,
            Self::Large(large) => large.1.texts.len() as u64,
            Self::Exception(one) => one.family.bytes().len() as u64,
            _ => 0,
        }
    }

    /// Whether it is one of the found items.
    pub(super) fn is_find(&self) -> bool {
        matches!(self, Self::Item(_) | Self::Large(_) | Self::Exception(_))
    }
}

/// A container that is open, with its account so far.
struct OpenContainer {
    id: ContainerId,
    account: Account,
    /// Items found in the containers nested in it, which have accounts of their own.
    found_inside: u64,
    remarks: Vec<Problem>,
}

/// Gives outcomes and writes batches.
pub(super) struct Committer<'e> {
    intake: IntakeId,
    actor: String,
    /// What decides whether something destroyed may stay away; without it everything is taken in.
    rules: Option<(&'e Adopted, Evaluator<'e>)>,
    today: NaiveDate,
    /// Guards that every item of this intake was looked at for; others have to catch up.
    guards: Vec<(Guard, Scope)>,
    /// Of them, those whose answer on an item that is here may change with another copy of it.
    asking: Vec<Guard>,
    /// The edition of the classification rules under which everything of this intake is proposed.
    edition: String,
    open: Vec<OpenContainer>,
}

/// Where an item stood and whose export it was in.
struct Spot {
    container: ContainerId,
    ordinal: u64,
    custodian: Option<CustodianId>,
    /// Whether it comes from a device of the person's own.
    personal: bool,
}

/// Something like an item that was destroyed here.
struct Before {
    tombstone: FamilyId,
    /// The guards that name what was destroyed: they came too late for it, and not for what the source still has.
    wanted_by: Vec<Guard>,
    /// Whether the new copy is counted and not taken in.
    stays_away: bool,
}

impl<'e> Committer<'e> {
    pub(super) fn new(
        intake: IntakeId,
        actor: &str,
        guards: &GuardSet,
        edition: &str,
        rules: Option<(&'e Adopted, Evaluator<'e>)>,
        today: NaiveDate,
    ) -> Self {
        let (actor, edition) = (actor.to_owned(), edition.to_owned());
        let (guards, asking) = (guards.guards(), guards.asking());
        Self { intake, actor, rules, today, guards, asking, edition, open: Vec::new() }
    }

    /// Commits a batch: afterwards all of it is durable, or nothing of it is catalogued.
    pub(super) fn commit(&mut self, work: &mut Work<'_>, steps: Vec<Step>) -> Result<(), IngestError> {
        assert!(steps.len() <= limits::BATCH_ITEMS * 2, "a batch stays small enough for one event");
        let at = work.repository().now();
        work.add(|writing, store| {
            let mut tally = Tally::default();
            let touched = writing.reading().last_touched()?;
            let event = EventId::new(writing.reading().last_event_number()?.get() + 1);
            let next = writing.next_family()?;
            // Nothing is destroyed while a batch is written, so one look is enough.
            let has_tombstones = writing.reading().has_tombstones()?;
            let mut batch = Batch { writing, store, event, tally: &mut tally, next, has_tombstones };
            for step in steps {
                self.step(&mut batch, step)?;
            }
            writing.set_next_family(batch.next)?;
            for container in &self.open {
                self.write_account(writing, container)?;
            }
            store.sync()?;
            self.record(writing, &tally, touched, at)
        })
    }

    /// Writes the event of a batch. Guards that had looked at everything `before` it, and with which all of it was looked
    /// at, move on.
    fn record(
        &self,
        writing: &Writing<'_>,
        tally: &Tally,
        before: EventId,
        at: DateTime<Utc>,
    ) -> Result<(), IngestError> {
        if tally.sealed.is_empty() && tally.copies.is_empty() {
            return Ok(());
        }
        let details = serde_json::json!({
            "intake": self.intake, "families": tally.families, "copies": tally.copies.len(),
            "exceptions": tally.exceptions, "destroyed_before": tally.destroyed_before,
            "merkle_root": root(&tally.sealed), "copies_root": root(tally.copies.values()), "rules": self.edition,
            "set_aside": tally.set_aside, "city_copies": tally.city_copies,
        });
        let event = writing.record_event(at, &self.actor, Act::Sealed, &self.intake.to_string(), &details)?;
        writing.set_last_touched(event.id)?;
        for (guard, scope, through) in writing.reading().live_guards(NaiveDate::MIN)? {
            // Each copy was looked at by itself, with the status the item had then: a guard whose query asks for such
            // things has to look at the item with all its copies, and does so before anything is planned.
            let unsure = tally.more_copies && self.asking.contains(&guard);
            // A hold that was amended since this intake began was asked with its earlier scope.
            if through >= before && self.knows(guard, &scope) && !unsure {
                writing.set_guard_through(guard, event.id)?;
            }
        }
        Ok(())
    }

    /// Whether this intake asks a guard, and with this scope.
    fn knows(&self, guard: Guard, scope: &Scope) -> bool {
        self.guards.iter().any(|(known, with)| *known == guard && with == scope)
    }

    fn step(&mut self, batch: &mut Batch<'_, '_, '_>, step: Step) -> Result<(), IngestError> {
        match step {
            Step::Open { name, format } => {
                let key = ContainerKey { parent: self.open.last().map(|one| one.id), path: name, format };
                let id = batch.writing.container(&key)?;
                self.open.push(OpenContainer { id, account: Account::default(), found_inside: 0, remarks: Vec::new() });
            }
            Step::Close => self.close(batch.writing)?,
            Step::Declared(count) => {
                let account = &mut self.innermost().account;
                account.declared = Some(account.declared.unwrap_or(0) + count);
            }
            Step::Remark(problem) => self.innermost().remarks.push(problem),
            Step::Item(ready) => self.item(batch, ready)?,
            Step::Large(large) => self.large(batch, *large)?,
            Step::Exception(one) => self.exception(batch, one)?,
        }
        Ok(())
    }

    fn innermost(&mut self) -> &mut OpenContainer {
        assert!(!self.open.is_empty(), "a reader opens a container before it tells what is in it");
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    fn close(&mut self, writing: &Writing<'_>) -> Result<(), IngestError> {
        let closed = self.open.pop();
        assert!(closed.is_some(), "a reader closes only what it opened");
        let Some(mut closed) = closed else { return Ok(()) };
        remark_on_returned(writing, &mut closed)?;
        let account = &closed.account;
        assert!(account.adds_up(), "every found item has exactly one outcome (I11)");
        let found = account.found + closed.found_inside;
        if let Some(outer) = self.open.last_mut() {
            outer.found_inside += found;
        }
        let differs = account.declared.is_some_and(|declared| declared != found);
        if differs && !closed.remarks.iter().any(|remark| remark.code == ProblemCode::CountDiffers) {
            let message =
                format!("the container says it holds {} items, and {found} were found", account.declared.unwrap_or(0));
            closed.remarks.push(Problem::new(ProblemCode::CountDiffers, message));
        }
        self.write_account(writing, &closed)
    }

    fn write_account(&self, writing: &Writing<'_>, container: &OpenContainer) -> Result<(), IngestError> {
        Ok(writing.set_account(&AccountRow {
            intake: self.intake,
            container: container.id,
            account: container.account.clone(),
            remarks: container.remarks.clone(),
        })?)
    }

    fn item(&mut self, batch: &mut Batch<'_, '_, '_>, ready: Ready) -> Result<(), IngestError> {
        let Ready { ordinal, name, copy, custodian, personal, problems, body } = ready;
        let spot = Spot { container: self.innermost().id, ordinal, custodian, personal };
        if let Some(family) = batch.family_named(&name)? {
            let guards = match &body {
                Body::Known(guards) => guards,
                Body::Sealed(sealed) => &sealed.outline.guards,
            };
            return self.duplicate(batch, &spot, family, guards, &copy);
        }
        let Body::Sealed(sealed) = body else {
            // It was here when the worker looked, and it has been destroyed since: read it again.
            return Err(IngestError::Changed);
        };
        let Sealed { key, month, family, outline } = *sealed;
        let before = self.destroyed_before(batch, &name, &outline, &spot)?;
        if let Some(Before { tombstone, stays_away: true, .. }) = before {
            return self.stays_away(batch, &spot, tombstone, name);
        }
        let placed = batch.place(|store, id| store.put(month, id, &key, &family).map(|at| Placed { id, at }))?;
        self.keep(batch, &spot, placed, (name, outline), problems, (&key, &copy), before)
    }

    fn large(&mut self, batch: &mut Batch<'_, '_, '_>, (ready, large): (Ready, Large)) -> Result<(), IngestError> {
        let Ready { ordinal, name, copy, custodian, personal, problems, .. } = ready;
        let spot = Spot { container: self.innermost().id, ordinal, custodian, personal };
        if let Some(family) = batch.family_named(&name)? {
            return self.duplicate(batch, &spot, family, &large.outline.guards, &copy);
        }
        let before = self.destroyed_before(batch, &name, &large.outline, &spot)?;
        if let Some(Before { tombstone, stays_away: true, .. }) = before {
            return self.stays_away(batch, &spot, tombstone, name);
        }
        let Large { file, offset, length, key, month, facts, texts, outline } = large;
        let placed = batch.place(|store, id| {
            let at = store.put_large(month, id, &key, &file, offset, length, &facts, &texts);
            at.map(|at| Placed { id, at })
        })?;
        self.keep(batch, &spot, placed, (name, outline), problems, (&key, &copy), before)
    }

    /// Catalogues a new family, with a note where something like it had been destroyed.
    #[expect(clippy::too_many_arguments, reason = "a family is told by its place, its name and facts, and its copy")]
    fn keep(
        &mut self,
        batch: &mut Batch<'_, '_, '_>,
        spot: &Spot,
        placed: Placed,
        (name, outline): (KeyedDigest, Outline),
        problems: u32,
        (key, copy): (&FamilyKey, &StoredCopy),
        before: Option<Before>,
    ) -> Result<(), IngestError> {
        let id = placed.id;
        let row = self.copy_row(batch.event, spot, id, Outcome::Kept, problems, key, copy);
        batch.add(placed, name, outline, row)?;
        if spot.personal {
            batch.writing.set_aside(id, batch.event)?;
            batch.tally.set_aside += 1;
        }
        if let Some(Before { tombstone, wanted_by, .. }) = before {
            for guard in wanted_by {
                batch.writing.protect(guard, &[id])?;
            }
            self.note_returned(batch, spot, tombstone, Some(id))?;
        }
        self.count(Outcome::Kept, problems)
    }

    /// Whether something like it was destroyed here, and whether the new copy stays away: only when its own custodian,
    /// department and rules would allow destruction now, and every hold and live request was asked and wants it not.
    fn destroyed_before(
        &self,
        batch: &Batch<'_, '_, '_>,
        name: &KeyedDigest,
        outline: &Outline,
        spot: &Spot,
    ) -> Result<Option<Before>, IngestError> {
        if !batch.has_tombstones {
            return Ok(None);
        }
        let reading = batch.writing.reading();
        let same = reading.tombstones_named(name)?;
        let Some(tombstone) = same.last().copied() else {
            let key = outline.message_key.as_ref();
            let alike = key.map(|key| reading.tombstone_of_message(key)).transpose()?.flatten();
            return Ok(alike.map(|tombstone| Before { tombstone, wanted_by: Vec::new(), stays_away: false }));
        };
        let mut stays_away = outline.guards.is_empty();
        let mut wanted_by = Vec::new();
        for (guard, scope, _) in reading.live_guards(self.today)? {
            if scope.families.iter().any(|family| same.contains(family)) {
                wanted_by.push(guard);
            }
            stays_away &= self.knows(guard, &scope);
        }
        stays_away &= wanted_by.is_empty();
        // What a person had decided to be personal comes from the same device again.
        if stays_away && spot.personal && reading.went_as_personal(tombstone)? {
            return Ok(Some(Before { tombstone, wanted_by, stays_away }));
        }
        if let Some((adopted, evaluator)) = self.rules.as_ref().filter(|_| stays_away) {
            let row = reading.family(tombstone)?;
            let (sent_on, received_on) = (outline.sent_on, outline.received_on);
            let copy = ReturningCopy { custodian: spot.custodian, sent_on, received_on };
            stays_away = adopted.would_allow_again(evaluator, &row, &copy, self.today);
        } else {
            stays_away = false;
        }
        Ok(Some(Before { tombstone, wanted_by, stays_away }))
    }

    fn stays_away(
        &mut self,
        batch: &mut Batch<'_, '_, '_>,
        spot: &Spot,
        tombstone: FamilyId,
        name: KeyedDigest,
    ) -> Result<(), IngestError> {
        if self.note_returned(batch, spot, tombstone, None)? {
            let place = (spot.container, spot.ordinal, tombstone);
            batch.tally.destroyed_before += 1;
            batch.tally.copies.insert(place, (tombstone, name, Outcome::DestroyedBefore));
        }
        self.count(Outcome::DestroyedBefore, 0)
    }

    fn note_returned(
        &self,
        batch: &Batch<'_, '_, '_>,
        spot: &Spot,
        tombstone: FamilyId,
        kept: Option<FamilyId>,
    ) -> Result<bool, IngestError> {
        let Spot { container, ordinal, custodian, .. } = *spot;
        let (intake, event) = (self.intake, batch.event);
        let row = ReturnedRow { container, ordinal, tombstone, kept, custodian, intake, event };
        Ok(batch.writing.add_returned(&row)?)
    }

    /// Another copy of an item that is here, or the same copy seen again.
    fn duplicate(
        &mut self,
        batch: &mut Batch<'_, '_, '_>,
        spot: &Spot,
        family: FamilyId,
        guards: &[Guard],
        copy: &StoredCopy,
    ) -> Result<(), IngestError> {
        let here = batch.writing.reading().copies_at(spot.container, spot.ordinal, family)?;
        // This intake was cut off after it had settled this place: the outcome stands.
        let settled = here.iter().find(|known| known.intake == self.intake).copied();
        // A copy for somebody else is a copy of its own. That nobody was named this time tells nothing new.
        let is_known = here.iter().any(|known| known.custodian == spot.custodian || spot.custodian.is_none());
        // A hold on any copy holds the item, and guards that are not known here have to look again.
        for guard in guards {
            batch.writing.protect(*guard, &[family])?;
        }
        // A copy at another place, from one of the city's own systems, makes it an ordinary item. The same place told
        // differently does not: only a person takes out what was set aside.
        if here.is_empty() && !spot.personal && batch.writing.has_city_copy(family, batch.event)? {
            batch.tally.city_copies += 1;
        }
        if !is_known {
            let key = batch.key_of(family)?;
            let outcome = Outcome::Duplicate;
            let row = self.copy_row(batch.event, spot, family, outcome, 0, &key, copy);
            batch.writing.add_copy(&row)?;
            batch.writing.touch_family(family, batch.event)?;
            batch.tally.more_copies = true;
            let name = batch.writing.reading().family(family)?.name;
            batch.tally.copies.insert((spot.container, spot.ordinal, family), (family, name, outcome));
        }
        match settled {
            Some(known) => self.count(known.outcome, known.problems),
            None => self.count(Outcome::Duplicate, 0),
        }
    }

    fn exception(&mut self, batch: &mut Batch<'_, '_, '_>, one: ReadyException) -> Result<(), IngestError> {
        let container = self.innermost().id;
        let known = batch.writing.reading().exception_at(container, one.ordinal, &one.name, one.custodian)?;
        if !known {
            let month = crate::vault::Month::UNDATED;
            let placed =
                batch.place(|store, id| store.put(month, id, &one.key, &one.family).map(|at| Placed { id, at }))?;
            batch.tally.sealed.push((placed.id, one.name, Outcome::Exception));
            batch.tally.exceptions += 1;
            batch.writing.add_exception(&ExceptionRow {
                id: crate::base::id::ExceptionId::new(1),
                container,
                ordinal: one.ordinal,
                intake: self.intake,
                code: one.code,
                name: one.name,
                family: placed.id,
                at: placed.at,
                event: batch.event,
                custodian: one.custodian,
            })?;
        }
        self.count(Outcome::Exception, 0)
    }

    #[expect(clippy::too_many_arguments, reason = "a copy is told by exactly these facts, in one place")]
    fn copy_row(
        &self,
        event: EventId,
        spot: &Spot,
        family: FamilyId,
        outcome: Outcome,
        problems: u32,
        key: &FamilyKey,
        copy: &StoredCopy,
    ) -> CopyRow {
        let json = serde_json::to_vec(copy);
        assert!(json.is_ok(), "plain values with text keys always become JSON");
        let sealed = seal_small(key, COPY_LABEL, &json.unwrap_or_default());
        let Spot { container, ordinal, custodian, .. } = *spot;
        CopyRow { container, ordinal, family, custodian, intake: self.intake, outcome, problems, sealed, event }
    }

    fn count(&mut self, outcome: Outcome, problems: u32) -> Result<(), IngestError> {
        let account = &mut self.innermost().account;
        account.found += 1;
        account.problems += u64::from(problems);
        match outcome {
            Outcome::Kept => account.kept += 1,
            Outcome::Duplicate => account.duplicates += 1,
            Outcome::DestroyedBefore => account.destroyed_before += 1,
            Outcome::Exception => account.exceptions += 1,
        }
        Ok(())
    }
}

/// Tells on its container what had been destroyed and still exists at the source.
fn remark_on_returned(writing: &Writing<'_>, closed: &mut OpenContainer) -> Result<(), IngestError> {
    let (away, again, alike) = writing.reading().returned_counts(closed.id)?;
    if away + again > 0 {
        let message = format!(
            "{} items that were destroyed here still exist at the source; {again} of them were taken in again, \
             because they may not be destroyed now",
            away + again
        );
        closed.remarks.push(Problem::new(ProblemCode::DestroyedBefore, message));
    }
    if alike > 0 {
        let message = format!(
            "{alike} items were kept that were possibly destroyed before: the message is the same, the bytes differ"
        );
        closed.remarks.push(Problem::new(ProblemCode::PossiblyDestroyedBefore, message));
    }
    Ok(())
}
