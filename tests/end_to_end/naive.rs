//! The naive reference of the simulation: maps and sets that say what must be here, what must be gone, and what a run has
//! to answer. It knows the promises and nothing of how they are kept: no files, no rows, no index, no keys.

use crate::support::Message;
use chrono::{Days, NaiveDate};
use recordroom::base::id::{CustodianId, PlanId};
use recordroom::catalog::Guard;
use recordroom::model::hold::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// The city's days: of a period, after an event, of a cooling period, after a closed request (`support::APPROVED` and the
/// defaults of the profile).
const KEEP: u64 = 365;
const AFTER_EVENT: u64 = 30;
const COOLING: u64 = 30;
/// Days forward between two acts from which the clock is not believed (`support::City`).
const FORWARD: i64 = 3_650;

/// One message of the pool: its text never changes, so it is the same item in every export.
#[derive(Clone)]
pub struct Source {
    pub message: Message,
    pub word: &'static str,
    pub sent: Option<NaiveDate>,
}

/// Whether an item is official, and the rule that keeps it longest.
type Basis = (bool, &'static str);

/// What a person has confirmed an item to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Transitory, of no series: 365 days after sending.
    Message,
    /// Archival: besides, only after it was transferred.
    Letter,
    /// 30 days after an action is completed, and never before 365 days after sending.
    Complaint,
    /// Permanent.
    Ordinance,
}

/// An item as the reference knows it; a copy of `None` has a custodian that is not known.
#[derive(Debug, Clone)]
pub struct Item {
    /// Told apart from what was destroyed and came in again.
    pub life: u64,
    pub copies: BTreeSet<Option<usize>>,
    pub class: Option<Class>,
    pub completed: Option<NaiveDate>,
    pub transferred: Option<NaiveDate>,
}

/// What a hold or request reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub custodian: Option<usize>,
    pub word: Option<&'static str>,
    pub from: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    until: Option<NaiveDate>,
    excluded: bool,
}

/// A hold, what a request asks for, or all that a request protects until it is narrowed.
#[derive(Clone)]
pub struct Keeper {
    pub guard: Guard,
    pub wanted: Wanted,
    /// The last day of its force; `None` while nobody has ended it.
    pub until: Option<NaiveDate>,
    named: BTreeSet<(usize, u64)>,
    excluded: BTreeSet<(usize, u64)>,
    rows: BTreeMap<usize, Row>,
}

/// A plan that was made.
#[derive(Clone)]
pub struct Plan {
    pub id: PlanId,
    pub approved: bool,
    pub executed: bool,
    /// Its items, with the life they had and what they were to go by.
    items: BTreeMap<usize, (u64, Basis)>,
    /// Of them, those it has destroyed already.
    pub done: BTreeSet<usize>,
    step: usize,
    on: NaiveDate,
    act: usize,
    editions: usize,
}

/// What a run of a plan has to come to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Refused, with these words in the reason.
    Refused(&'static str),
    /// These go now; so many of the plan stay.
    Done { going: BTreeSet<usize>, dropped: u64 },
}

/// Everything that must be true.
#[derive(Clone, Default)]
pub struct Model {
    pub here: BTreeMap<usize, Item>,
    /// What was destroyed, as what it was confirmed when it went.
    pub gone: BTreeMap<usize, Option<Class>>,
    pub keepers: Vec<Keeper>,
    pub plans: Vec<Plan>,
    /// A destruction was decided and not finished.
    pub unfinished: bool,
    pub stopped: bool,
    /// Editions adopted besides the first.
    pub editions: usize,
    /// The days on which acts were recorded, one for each step that recorded some.
    pub acts: Vec<NaiveDate>,
    /// The step at which a guard was ended or let something go.
    ended: Vec<(usize, Guard)>,
}

impl Wanted {
    fn reaches(&self, source: &Source, copy: Option<usize>) -> bool {
        self.custodian.is_none_or(|one| copy.is_none_or(|copy| copy == one))
            && self.word.is_none_or(|word| word == source.word)
            && self.from.is_none_or(|from| source.sent.is_none_or(|sent| sent >= from))
    }

    fn reaches_any(&self, source: &Source, item: &Item) -> bool {
        item.copies.iter().any(|copy| self.reaches(source, *copy))
    }

    pub fn scope(&self) -> Scope {
        Scope {
            custodians: self.custodian.map(|one| CustodianId::new(one as i64 + 1)).into_iter().collect(),
            query: self.word.map(str::to_owned),
            from: self.from,
            ..Scope::default()
        }
    }
}

impl Keeper {
    pub fn is_in_force(&self, today: NaiveDate) -> bool {
        self.until.is_none_or(|until| today <= until)
    }

    fn protects(&self, n: usize, today: NaiveDate) -> bool {
        let row = self.rows.get(&n);
        self.is_in_force(today) && row.is_some_and(|row| row.until.is_none_or(|until| today <= until))
    }

    /// What it covers for good: all that it has neither let go nor excluded.
    pub fn covered(&self) -> BTreeSet<usize> {
        self.rows.iter().filter(|(_, row)| row.until.is_none()).map(|(n, _)| *n).collect()
    }

    fn cover(&mut self, n: usize) {
        let row = self.rows.entry(n).or_insert(Row { until: None, excluded: false });
        if !row.excluded {
            row.until = None;
        }
    }

    /// All that its scope reaches, named items with it.
    fn reach(&self, here: &BTreeMap<usize, Item>, pool: &[Source]) -> BTreeSet<usize> {
        let inside = |(n, item): &(&usize, &Item)| {
            let one = (**n, item.life);
            !self.excluded.contains(&one) && (self.named.contains(&one) || self.wanted.reaches_any(&pool[**n], item))
        };
        here.iter().filter(inside).map(|(n, _)| *n).collect()
    }
}

/// 365 days after sending are over.
pub fn is_old(source: &Source, today: NaiveDate) -> bool {
    source.sent.is_some_and(|sent| sent + Days::new(KEEP) < today)
}

/// What a confirmed item goes by: of its own rule and the general one, the one that ends later, and its own of equals.
fn basis(source: &Source, item: &Item) -> Basis {
    let general = source.sent.map(|sent| sent + Days::new(KEEP));
    match item.class {
        None | Some(Class::Message) => (false, "messages"),
        Some(Class::Letter) => (true, "letters"),
        Some(Class::Complaint) if item.completed.map(|on| on + Days::new(AFTER_EVENT)) < general => (true, "messages"),
        Some(Class::Complaint) => (true, "complaints"),
        Some(Class::Ordinance) => (true, "ordinances"),
    }
}

impl Model {
    pub fn is_kept(&self, n: usize, today: NaiveDate) -> bool {
        self.keepers.iter().any(|one| one.protects(n, today))
    }

    fn is_wanted(&self, n: usize, pool: &[Source], copy: Option<usize>, today: NaiveDate) -> bool {
        let wants = |one: &Keeper| one.wanted.reaches(&pool[n], copy) || one.named.iter().any(|(named, _)| *named == n);
        self.keepers.iter().any(|one| one.is_in_force(today) && wants(one))
    }

    pub fn may_go(&self, n: usize, pool: &[Source], today: NaiveDate) -> bool {
        let Some(item) = self.here.get(&n) else { return false };
        let is_due = match item.class {
            None | Some(Class::Ordinance) => false,
            Some(Class::Message) => true,
            Some(Class::Letter) => item.transferred.is_some_and(|on| on <= today),
            Some(Class::Complaint) => item.completed.is_some_and(|on| on + Days::new(AFTER_EVENT) < today),
        };
        is_due && is_old(&pool[n], today) && !self.is_kept(n, today)
    }

    /// What taking one copy in makes of it: kept, duplicate or destroyed before.
    pub fn take(&mut self, n: usize, copy: Option<usize>, pool: &[Source], today: NaiveDate, life: u64) -> usize {
        let goes_at_once = matches!(self.gone.get(&n), Some(Some(Class::Message))) && is_old(&pool[n], today);
        let outcome = if self.here.contains_key(&n) {
            1
        } else if goes_at_once && !self.is_wanted(n, pool, copy, today) {
            return 2;
        } else {
            0
        };
        let new = Item { life, copies: BTreeSet::new(), class: None, completed: None, transferred: None };
        self.here.entry(n).or_insert(new).copies.insert(copy);
        for keeper in self.keepers.iter_mut().filter(|one| one.is_in_force(today)) {
            let is_named = outcome == 0 && keeper.named.iter().any(|(named, _)| *named == n);
            if is_named || keeper.wanted.reaches(&pool[n], copy) {
                keeper.cover(n);
            }
        }
        outcome
    }

    pub fn keep(&mut self, guard: Guard, wanted: Wanted, pool: &[Source]) -> &mut Keeper {
        let (named, excluded, rows) = Default::default();
        let mut keeper = Keeper { guard, wanted, until: None, named, excluded, rows };
        for n in keeper.reach(&self.here, pool) {
            keeper.cover(n);
        }
        self.keepers.push(keeper);
        self.keepers.last_mut().expect("just pushed")
    }

    /// A guard that is in force again because the clock went back reaches what came in meanwhile.
    pub fn look_again(&mut self, pool: &[Source], today: NaiveDate) {
        for keeper in self.keepers.iter_mut().filter(|one| one.is_in_force(today)) {
            keeper.reach(&self.here, pool).into_iter().for_each(|n| keeper.cover(n));
        }
    }

    pub fn keeper(&mut self, guard: Guard) -> Option<&mut Keeper> {
        self.keepers.iter_mut().find(|one| one.guard == guard)
    }

    /// Gives a hold another scope. `finished` is false when it was cut off before it had let anything go.
    pub fn amend(
        &mut self,
        nth: usize,
        wanted: Wanted,
        pool: &[Source],
        step: usize,
        today: NaiveDate,
        finished: bool,
    ) {
        let keeper = &mut self.keepers[nth];
        let (before, was) = (keeper.covered(), keeper.reach(&self.here, pool));
        keeper.wanted = wanted;
        let is = keeper.reach(&self.here, pool);
        is.iter().for_each(|n| keeper.cover(*n));
        let mut let_go: Vec<usize> = before.into_iter().filter(|n| was.contains(n) && !is.contains(n)).collect();
        let_go.retain(|_| finished);
        for n in &let_go {
            keeper.rows.insert(*n, Row { until: Some(today + Days::new(COOLING)), excluded: false });
        }
        if !let_go.is_empty() {
            self.ended.push((step, keeper.guard));
        }
    }

    pub fn add(&mut self, nth: usize, n: usize) {
        let one = (n, self.here[&n].life);
        let keeper = &mut self.keepers[nth];
        keeper.excluded.remove(&one);
        keeper.named.insert(one);
        keeper.rows.insert(n, Row { until: None, excluded: false });
    }

    pub fn exclude(&mut self, nth: usize, n: usize, step: usize, today: NaiveDate) {
        let one = (n, self.here[&n].life);
        let keeper = &mut self.keepers[nth];
        keeper.named.remove(&one);
        keeper.excluded.insert(one);
        let until = keeper.rows.get(&n).and_then(|row| row.until).or(Some(today + Days::new(COOLING)));
        keeper.rows.insert(n, Row { until, excluded: true });
        self.ended.push((step, keeper.guard));
    }

    /// Ends a hold, or all that a request protects: it cools down.
    pub fn end(&mut self, guard: Guard, step: usize, today: NaiveDate) -> NaiveDate {
        let until = today + Days::new(COOLING);
        for one in self.of_the_same(guard) {
            if let Some(keeper) = self.keeper(one) {
                keeper.until = keeper.until.or(Some(until));
            }
            self.ended.push((step, one));
        }
        until
    }

    /// Narrows what a request protects to what it asks for, from today on.
    pub fn narrow(&mut self, guard: Guard, step: usize, today: NaiveDate) {
        for one in self.of_the_same(guard) {
            self.ended.push((step, one));
            if let (Guard::WholeRequest(_), Some(keeper)) = (one, self.keeper(one)) {
                keeper.until = Some(today - Days::new(1));
            }
        }
    }

    fn of_the_same(&self, guard: Guard) -> Vec<Guard> {
        match guard {
            Guard::Hold(_) => vec![guard],
            Guard::Request(id) | Guard::WholeRequest(id) => vec![Guard::Request(id), Guard::WholeRequest(id)],
        }
    }

    pub fn destroy(&mut self, n: usize) {
        let item = self.here.remove(&n).expect("what is destroyed was here");
        self.gone.insert(n, item.class);
        for keeper in &mut self.keepers {
            keeper.rows.remove(&n);
        }
    }

    /// Remembers a plan, and says what it has to list.
    pub fn plan(&mut self, id: PlanId, pool: &[Source], step: usize, today: NaiveDate) -> BTreeSet<usize> {
        let going = self.here.iter().filter(|(n, _)| self.may_go(**n, pool, today));
        let items: BTreeMap<usize, (u64, Basis)> =
            going.map(|(n, item)| (*n, (item.life, basis(&pool[*n], item)))).collect();
        let listed = items.keys().copied().collect();
        let (act, editions, done) = (self.acts.len(), self.editions, BTreeSet::new());
        self.plans.push(Plan { id, approved: false, executed: false, items, done, step, on: today, act, editions });
        listed
    }

    /// What a run of the plan has to come to on a day.
    pub fn outcome(&self, nth: usize, pool: &[Source], today: NaiveDate) -> Outcome {
        let plan = &self.plans[nth];
        let (is_stale, has_begun) = (plan.editions != self.editions, !plan.done.is_empty());
        if self.stopped {
            return Outcome::Refused("all destruction was stopped");
        } else if plan.executed {
            return Outcome::Refused("was executed already");
        } else if !plan.approved {
            return Outcome::Refused("is not approved");
        } else if is_stale && !has_begun {
            return Outcome::Refused("make a new plan");
        }
        let days: Vec<NaiveDate> =
            [plan.on].into_iter().chain(self.acts[plan.act..].iter().copied()).chain([today]).collect();
        if days.windows(2).any(|two| two[1] < two[0] || (two[1] - two[0]).num_days() > FORWARD) {
            return Outcome::Refused("the clock went");
        }
        let freed = |n: usize| {
            let ended = self.ended.iter().filter(|(step, _)| *step > plan.step);
            ended
                .into_iter()
                .any(|(_, guard)| self.keepers.iter().any(|one| one.guard == *guard && one.rows.contains_key(&n)))
        };
        let goes = |(n, then): &(&usize, &(u64, Basis))| {
            let same = self.here.get(n).is_some_and(|item| (item.life, basis(&pool[**n], item)) == **then);
            !is_stale && same && self.may_go(**n, pool, today) && !freed(**n)
        };
        let left = plan.items.iter().filter(|(n, _)| !plan.done.contains(n));
        let going: BTreeSet<usize> = left.filter(goes).map(|(n, _)| *n).collect();
        let dropped = (plan.items.len() - plan.done.len() - going.len()) as u64;
        Outcome::Done { going, dropped }
    }

    /// What was destroyed after a backup stays destroyed: the model of the backup, put back beside what is true now.
    pub fn put_back(&self, now: &Self) -> (Self, BTreeSet<usize>) {
        let mut model = self.clone();
        let lives = |n: &usize, item: &Item| now.here.get(n).is_some_and(|one| one.life == item.life);
        let lost: BTreeSet<usize> = self.here.iter().filter(|(n, item)| !lives(n, item)).map(|(n, _)| *n).collect();
        lost.iter().for_each(|n| model.destroy(*n));
        model.stopped = true;
        (model, lost)
    }
}
