//! Random operations against a naive model of what must exist. `RECORDROOM_FULL_TESTS=1` runs 200 seeds instead of 30;
//! `RECORDROOM_SEED=n` runs one.

use crate::support::*;
use chrono::{Days, NaiveDate};
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::{CustodianId, FamilyId, HoldId, PlanId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::hold;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::classification::RecordStatus;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use std::collections::{BTreeMap, BTreeSet};

/// Operations of one seed.
const STEPS: usize = 36;
/// Messages that may come in.
const POOL: usize = 24;
/// Seeds of the quick tier and of the full one.
const SEEDS: (u64, u64) = (30, 200);
const WORDS: [&str; 4] = ["mill", "ridgeview", "plow", "ballot"];
const FILES: [&str; 4] = ["alarson", "bstone", "creed", "nobody"];

/// One message of the pool: its text never changes, so it is the same item in every export.
#[derive(Clone)]
struct Source {
    message: Message,
    word: &'static str,
    sent: Option<NaiveDate>,
}

/// An item as the model knows it; `None` for custodians that are not known.
#[derive(Clone, Default)]
struct Item {
    copies: BTreeSet<Option<usize>>,
    confirmed: bool,
}

#[derive(Clone)]
struct Wanted {
    custodian: Option<usize>,
    word: Option<&'static str>,
    from: Option<NaiveDate>,
}

/// A hold or a request in the model.
struct Keeper {
    wanted: Wanted,
    covered: BTreeSet<usize>,
    /// The last day of its force; `None` while it is open.
    until: Option<NaiveDate>,
    hold: Option<HoldId>,
    request: Option<RequestId>,
}

#[derive(Default)]
struct Model {
    here: BTreeMap<usize, Item>,
    gone: BTreeSet<usize>,
    keepers: Vec<Keeper>,
    planned: Option<(PlanId, BTreeSet<usize>)>,
}

impl Wanted {
    fn reaches(&self, source: &Source, copy: Option<usize>) -> bool {
        self.custodian.is_none_or(|one| copy.is_none_or(|copy| copy == one))
            && self.word.is_none_or(|word| word == source.word)
            && self.from.is_none_or(|from| source.sent.is_none_or(|sent| sent >= from))
    }

    fn scope(&self) -> Scope {
        Scope {
            custodians: self.custodian.map(|one| CustodianId::new(one as i64 + 1)).into_iter().collect(),
            query: self.word.map(str::to_owned),
            from: self.from,
            ..Scope::default()
        }
    }
}

impl Model {
    fn is_kept(&self, n: usize, today: NaiveDate) -> bool {
        self.keepers.iter().any(|one| one.covered.contains(&n) && one.until.is_none_or(|until| today <= until))
    }

    fn is_wanted(&self, source: &Source, copy: Option<usize>, today: NaiveDate) -> bool {
        self.keepers.iter().any(|one| one.until.is_none_or(|until| today <= until) && one.wanted.reaches(source, copy))
    }

    fn may_go(&self, n: usize, pool: &[Source], today: NaiveDate) -> bool {
        let confirmed = self.here.get(&n).is_some_and(|item| item.confirmed);
        confirmed && is_over(&pool[n], today) && !self.is_kept(n, today)
    }

    /// What taking one copy in makes of it: kept, duplicate or destroyed before.
    fn take(&mut self, n: usize, copy: Option<usize>, pool: &[Source], today: NaiveDate) -> usize {
        let outcome = if self.here.contains_key(&n) {
            1
        } else if self.gone.contains(&n) && is_over(&pool[n], today) && !self.is_wanted(&pool[n], copy, today) {
            2
        } else {
            0
        };
        if outcome != 2 {
            self.here.entry(n).or_default().copies.insert(copy);
            for keeper in &mut self.keepers {
                let in_force = keeper.until.is_none_or(|until| today <= until);
                if in_force && keeper.wanted.reaches(&pool[n], copy) {
                    keeper.covered.insert(n);
                }
            }
        }
        outcome
    }

    fn keep(&mut self, wanted: Wanted, pool: &[Source]) -> &mut Keeper {
        let reached =
            |(n, item): (&usize, &Item)| item.copies.iter().any(|copy| wanted.reaches(&pool[*n], *copy)).then_some(*n);
        let covered = self.here.iter().filter_map(reached).collect();
        self.keepers.push(Keeper { wanted, covered, until: None, hold: None, request: None });
        self.keepers.last_mut().expect("just pushed")
    }

    fn destroy(&mut self, n: usize) {
        self.here.remove(&n);
        self.gone.insert(n);
        for keeper in &mut self.keepers {
            keeper.covered.remove(&n);
        }
    }
}

/// 365 days after sending are over (`support::APPROVED`).
fn is_over(source: &Source, today: NaiveDate) -> bool {
    source.sent.is_some_and(|sent| sent + Days::new(365) < today)
}

fn pool(random: &mut Random) -> Vec<Source> {
    (0..POOL)
        .map(|n| {
            let sent = NaiveDate::from_ymd_opt(2023, 10, 1).expect("a day") + Days::new(random.below(500) as u64);
            let sent = (!random.chance(8)).then_some(sent);
            let word = WORDS[random.below(WORDS.len())];
            let on = sent.map(|day| day.to_string()).unwrap_or_default();
            let message = Message::new(&format!("m{n}"), &on, &n.to_string(), &format!("About the {word}."));
            Source { message, word, sent }
        })
        .collect()
}

struct Simulation {
    city: City,
    random: Random,
    pool: Vec<Source>,
    model: Model,
    today: NaiveDate,
    files: usize,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let pool = pool(&mut random);
        let today = NaiveDate::from_ymd_opt(2025, 1, 15).expect("a day");
        Self { city: City::exercise(), random, pool, model: Model::default(), today, files: 0 }
    }

    fn open(&self) -> Repository {
        self.city.open(&self.today.to_string())
    }

    /// Runs an operation; now and then it is cut off at a random fault point, and run again.
    fn crashing<T, E: std::fmt::Debug>(&mut self, mut operation: impl FnMut(&mut Repository) -> Result<T, E>) -> T {
        if self.random.chance(2) {
            arm(FaultKind::Crash, 1 + self.random.below(60) as u64);
            let result = operation(&mut self.open());
            disarm();
            if let Ok(done) = result {
                return done;
            }
        }
        operation(&mut self.open()).expect("run again, it comes to its end")
    }

    fn take_in(&mut self) {
        let owner = self.random.below(FILES.len());
        let copy = (owner < 3).then_some(owner);
        let chosen: Vec<usize> = (0..1 + self.random.below(8)).map(|_| self.random.below(POOL)).collect();
        let messages: Vec<Message> = chosen.iter().map(|n| self.pool[*n].message.clone()).collect();
        self.files += 1;
        let path = self.city.export(&format!("{}-{}.mbox", FILES[owner], self.files), &messages);
        let options = IngestOptions::default();
        let report = self
            .crashing(|repository| ingest(repository, std::slice::from_ref(&path), &options, "clerk", &VoidMonitor));
        let mut expected = [0; 3];
        for n in chosen {
            expected[self.model.take(n, copy, &self.pool, self.today)] += 1;
        }
        let totals = report.totals;
        assert_eq!([totals.kept, totals.duplicates, totals.destroyed_before], expected);
    }

    fn wanted(&mut self) -> Wanted {
        let custodian = (!self.random.chance(4)).then(|| self.random.below(3));
        let word = (!self.random.chance(4)).then(|| WORDS[self.random.below(WORDS.len())]);
        let from = self.random.chance(3).then(|| self.today - Days::new(self.random.below(500) as u64));
        // Never everything at once: then nothing would happen any more.
        let word = if custodian.is_none() && word.is_none() { Some(WORDS[0]) } else { word };
        Wanted { custodian, word, from }
    }

    fn place(&mut self) {
        let wanted = self.wanted();
        let placed = hold::place(&mut self.open(), "Case", "because", &wanted.scope(), "attorney").expect("placed");
        let keeper = self.model.keep(wanted, &self.pool);
        keeper.hold = Some(placed.hold);
        assert_eq!(placed.covered, keeper.covered.len() as u64);
    }

    fn ask(&mut self) {
        let wanted = self.wanted();
        let new = NewRequest {
            kind: RequestKind::Public,
            requester: String::new(),
            description: "something".to_owned(),
            received_on: None,
            litigation_days: None,
            scope: wanted.scope(),
        };
        let opened = request::open(&mut self.open(), new, "clerk").expect("opened");
        // From receipt on it protects its whole custodian and date scope, whatever words it asks for.
        let whole = Wanted { word: None, ..wanted.clone() };
        let narrowed = self.random.chance(2) || whole.custodian.is_none();
        if narrowed {
            if wanted.word.is_some() {
                request::narrow(&mut self.open(), opened.id, "agreed", "clerk").expect("narrowed");
            }
            self.model.keep(wanted, &self.pool).request = Some(opened.id);
        } else {
            self.model.keep(whole, &self.pool).request = Some(opened.id);
        }
    }

    fn let_go(&mut self) {
        let open: Vec<usize> =
            (0..self.model.keepers.len()).filter(|n| self.model.keepers[*n].until.is_none()).collect();
        if open.is_empty() {
            return;
        }
        let keeper = open[self.random.below(open.len())];
        let mut repository = self.open();
        let keeper = &mut self.model.keepers[keeper];
        match (keeper.hold, keeper.request) {
            (Some(hold), _) => {
                // As it stands when it is released; what it covers only grows until then, and cools down after.
                hold::release(&mut repository, hold, "over", "attorney").expect("released");
                keeper.until = Some(self.today + Days::new(30));
            }
            (_, Some(id)) => {
                keeper.until = Some(request::close(&mut repository, id, "answered", "clerk").expect("closed"));
                assert_eq!(keeper.until, Some(self.today + Days::new(30)), "the days the profile sets");
            }
            _ => unreachable!("a keeper is a hold or a request"),
        }
    }

    fn confirm(&mut self) {
        let mut repository = self.open();
        let mut chosen: Vec<FamilyId> = Vec::new();
        for (row, item) in families(&repository) {
            if !self.random.chance(3) {
                chosen.push(row.id);
                let n: usize = item.subject.parse().expect("a number");
                self.model.here.get_mut(&n).expect("it is here").confirmed = true;
            }
        }
        confirm(&mut repository, &chosen, RecordStatus::Transitory, "");
    }

    fn plan(&mut self) {
        let mut repository = self.open();
        let made = plan(&mut repository);
        recordroom::disposition::approve(&mut repository, made.plan, "approver", None).expect("approved");
        let listed: BTreeSet<usize> = made
            .items
            .iter()
            .map(|item| repository.family(item.family).expect("here").facts.item.subject.parse().expect("a number"))
            .collect();
        let expected: BTreeSet<usize> =
            self.model.here.keys().copied().filter(|n| self.model.may_go(*n, &self.pool, self.today)).collect();
        assert_eq!(listed, expected);
        assert_eq!(made.counts.total, self.model.here.len() as u64);
        self.model.planned = Some((made.plan, listed));
    }

    fn execute(&mut self) {
        let Some((id, listed)) = self.model.planned.take() else { return };
        let going: Vec<usize> =
            listed.iter().copied().filter(|n| self.model.may_go(*n, &self.pool, self.today)).collect();
        let done = self.crashing(|repository| run(repository, id));
        assert_eq!(done.destroyed, going.len() as u64);
        assert_eq!(done.dropped.values().sum::<u64>(), (listed.len() - going.len()) as u64);
        going.into_iter().for_each(|n| self.model.destroy(n));
    }

    fn step(&mut self) {
        match self.random.below(16) {
            0..=3 => self.take_in(),
            4 => self.place(),
            5 => self.ask(),
            6 | 7 => self.let_go(),
            8 | 9 => self.confirm(),
            10 => self.today = self.today + Days::new(self.random.below(60) as u64),
            11 => self.plan(),
            _ => {
                if self.model.planned.is_none() {
                    self.plan();
                }
                // Now and then something happens between plan and execution.
                if !self.random.chance(3) {
                    self.execute();
                }
            }
        }
        let here: BTreeSet<usize> =
            subjects(&self.open()).iter().map(|subject| subject.parse().expect("a number")).collect();
        assert_eq!(here, self.model.here.keys().copied().collect::<BTreeSet<usize>>());
    }
}

#[test]
fn simulation_against_the_naive_model() {
    let one: Option<u64> = std::env::var("RECORDROOM_SEED").ok().and_then(|seed| seed.parse().ok());
    let count = if crate::is_full() { SEEDS.1 } else { SEEDS.0 };
    let seeds = one.map_or(1..=count, |seed| seed..=seed);
    let (mut destroyed, mut again) = (0, 0);
    for seed in seeds {
        eprintln!("seed {seed}");
        let mut simulation = Simulation::new(seed);
        for _ in 0..STEPS {
            simulation.step();
        }
        let repository = simulation.open();
        assert_clean(&repository);
        destroyed += repository.catalog().reading().family_counts().expect("counts").2;
        again += repository.catalog().reading().returned().expect("read").len();
    }
    eprintln!("{destroyed} destroyed, {again} found again");
    assert!(one.is_some() || (destroyed > 50 && again > 10), "{destroyed} destroyed, {again} found again");
}
