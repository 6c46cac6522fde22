//! What the simulation does with plans, nights, backups and the clock, and how it looks through everything.

use super::{ANOTHER, POOL, Simulation, unique};
use crate::naive::{Model, Outcome};
use crate::support::*;
use chrono::Days;
use recordroom::backup::{self, Restoring};
use recordroom::base::id::FamilyId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::{CatalogError, FamilyFilter, FamilyState};
use recordroom::disposition;
use recordroom::index::Index;
use recordroom::ingest::{IngestError, rebuild_index};
use recordroom::nightly::nightly;
use recordroom::repository::Repository;
use recordroom::retention::adopt;
use recordroom::vault::{FamilyKey, KeyReader, decrypt_everything};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Simulation {
    /// Runs some plan: most often the newest one, or one that is made for it.
    pub(super) fn execute(&mut self) {
        if self.model.plans.last().is_none_or(|plan| plan.executed) && !self.random.chance(8) {
            self.step_through(Self::plan);
        }
        // Now and then something happens between plan and execution.
        if self.random.chance(3) {
            let between: [fn(&mut Self); 8] = [
                Self::place,
                Self::ask,
                Self::confirm,
                Self::let_go,
                Self::take_in,
                Self::move_the_clock,
                Self::happen,
                |one| one.name_one(true),
            ];
            let nth = self.random.below(between.len());
            self.step_through(between[nth]);
        }
        if self.model.plans.is_empty() {
            return;
        }
        let last = self.model.plans.len() - 1;
        let nth = if self.random.chance(6) { self.random.below(last + 1) } else { last };
        // What a night has planned is approved by a person, and now and then nobody has.
        if !self.model.plans[nth].approved && !self.random.chance(4) {
            disposition::approve(&mut self.open(), self.model.plans[nth].id, "approver", None).expect("approved");
            self.model.plans[nth].approved = true;
        }
        let expected = self.model.outcome(nth, &self.pool, self.today);
        let id = self.model.plans[nth].id;
        let result = self.disturbed(90, |one| run(&mut one.open(), id));
        let open = self.open().catalog().reading().open_destructions().expect("read");
        match expected {
            Outcome::Refused(words) => {
                // What was cut off is finished first where nothing is stopped, whatever becomes of this run.
                self.model.unfinished = !open.is_empty();
                let error = result.map(|done| done.destroyed).expect_err(words);
                let armed = error.to_string().contains("armed by a test");
                assert!(armed || (error.is_refusal() && error.to_string().contains(words)), "{words}: {error}");
                self.tally.refused += 1;
            }
            Outcome::Done { going, dropped } => self.went(nth, result, going, dropped),
        }
    }

    fn went(
        &mut self,
        nth: usize,
        result: Result<disposition::RunReport, disposition::DispositionError>,
        going: BTreeSet<usize>,
        dropped: u64,
    ) {
        let id = self.model.plans[nth].id;
        let decided = || {
            let repository = self.open();
            let reading = repository.catalog().reading();
            let mut decided = 0;
            for one in reading.destructions().expect("read").iter().filter(|one| one.plan == id) {
                decided += reading.tombstones(one.id).expect("read").len();
            }
            (decided, !reading.open_destructions().expect("read").is_empty())
        };
        let before = self.model.plans[nth].done.len();
        let (decided, is_open) = decided();
        // All of it fits one batch: it is decided whole, or not at all.
        assert!(decided == before || decided == before + going.len(), "{decided} of {}", before + going.len());
        self.model.unfinished = is_open;
        if decided > before {
            going.iter().for_each(|n| self.model.destroy(*n));
            self.tally.destroyed += going.len();
            self.model.plans[nth].done.extend(going);
        }
        match result {
            Ok(done) => {
                let plan = &mut self.model.plans[nth];
                plan.executed = true;
                assert_eq!((done.destroyed, done.certificate.destroyed), (decided as u64, decided as u64));
                assert_eq!(done.dropped.values().sum::<u64>(), dropped, "{:?}", done.dropped);
                self.tally.dropped += dropped;
            }
            Err(error) => {
                assert!(error.to_string().contains("armed by a test"), "{error}");
                // Left as it is now and then: the next steps meet a destruction that was decided and not finished.
                self.tally.left_open += usize::from(is_open);
                if !self.random.chance(2) {
                    let again = self.model.outcome(nth, &self.pool, self.today);
                    let Outcome::Done { going, dropped } = again else { panic!("{again:?}") };
                    let result = run(&mut self.open(), id);
                    assert!(result.is_ok(), "run again, it comes to its end: {result:?}");
                    self.went(nth, result, going, dropped);
                }
            }
        }
    }

    pub(super) fn finish(&mut self) {
        let result = self.disturbed(40, |one| disposition::finish_interrupted(&mut one.open(), "operator"));
        self.model.unfinished = !self.open().catalog().reading().open_destructions().expect("read").is_empty();
        match result {
            Ok(_) => assert!(!self.model.unfinished),
            Err(error) if self.model.stopped => assert!(error.is_refusal() || error.to_string().contains("armed")),
            Err(error) => assert!(error.to_string().contains("armed by a test"), "{error}"),
        }
        // Cut off after the last of it was recorded, a pack may be left that no row names: whoever works next clears it.
        if !self.model.unfinished {
            self.open().work().expect("opened for work");
        }
    }

    /// A night runs what was approved, in its order, and plans what is due.
    pub(super) fn night(&mut self) {
        let mut approved: Vec<usize> = (0..self.model.plans.len()).collect();
        approved.retain(|nth| self.model.plans[*nth].approved && !self.model.plans[*nth].executed);
        let is_safe = !(self.model.stopped && self.model.unfinished);
        let known = self.open().catalog().reading().plans().expect("read").len();
        let night = nightly(&mut self.open(), None, "planner", &VoidMonitor).expect("a night");
        let (mut destroyed, mut refused) = (0, 0);
        if !self.model.stopped {
            self.model.unfinished = false;
        }
        for nth in approved {
            match self.model.outcome(nth, &self.pool, self.today) {
                Outcome::Done { going, .. } if is_safe => {
                    destroyed += (self.model.plans[nth].done.len() + going.len()) as u64;
                    going.iter().for_each(|n| self.model.destroy(*n));
                    self.tally.destroyed += going.len();
                    let plan = &mut self.model.plans[nth];
                    plan.done.extend(going);
                    plan.executed = true;
                }
                _ => refused += 1,
            }
        }
        assert_eq!((night.destroyed, night.refused), (destroyed, refused), "{:#?}", night.steps);
        let due = self.model.here.keys().filter(|n| self.model.may_go(**n, &self.pool, self.today)).count();
        assert_eq!(night.due, due as u64, "{:#?}", night.steps);
        assert!(self.model.unfinished || night.here == self.model.here.len() as u64, "{:#?}", night.steps);
        let repository = self.open();
        if let Some(id) = repository.catalog().reading().plans().expect("read").into_iter().nth(known) {
            self.assert_planned(&repository, id);
        }
    }

    fn folder(&self) -> PathBuf {
        self.city.room.path().join("backups")
    }

    pub(super) fn back_up(&mut self) {
        let folder = self.folder();
        let take = |one: &Self| backup::take(&mut one.open(), &folder, 3, "it", &VoidMonitor);
        let before = self.open().catalog().reading().last_event_number().expect("read");
        let report = self.carried_out(40, take);
        assert!(report.directory.is_dir(), "the newest backup is kept");
        assert!(std::fs::read_dir(&folder).expect("readable").count() <= 3, "and older ones go");
        self.backups.retain(|(path, _)| *path != report.directory && path.is_dir());
        let mut model = self.model.clone();
        // That a backup was made is recorded after it: this one has it only where an attempt before it was cut off then.
        if report.manifest.event > before {
            model.acts.push(self.today);
        }
        self.backups.push((report.directory, model));
    }

    /// The disk is lost. Most often the newest backup is put back, now and then an older one.
    pub(super) fn lose_the_disk(&mut self) {
        if self.backups.is_empty() || self.model.unfinished {
            return self.back_up();
        }
        let last = self.backups.len() - 1;
        let nth = if self.random.chance(3) { self.random.below(last + 1) } else { last };
        let (backup, then) = self.backups[nth].clone();
        // Whoever names no backup gets the newest in the folder: one of an abandoned line may be that, and has to be passed
        // over by name.
        let mut folders: Vec<PathBuf> =
            std::fs::read_dir(self.folder()).expect("readable").flatten().map(|entry| entry.path()).collect();
        folders.sort();
        let named = if folders.last() == Some(&backup) { self.folder() } else { backup.clone() };
        let (keys, second) = (self.city.room.path().join("keys"), self.city.room.path().join("keys-second"));
        let (one, two) = if self.random.chance(2) { (keys, second) } else { (second, keys) };
        let to = self.city.repository_path();
        std::fs::remove_dir_all(&to).expect("lost");
        if self.random.chance(4) {
            std::fs::remove_dir_all(&two).expect("lost as well");
        }
        let put_back = |this: &Self| {
            let now = Some(day(&this.today.to_string()));
            let what = Restoring { backup: &named, key_set: &one, key_set_second: Some(&two), to: &to, now };
            let result = backup::restore(&what, "it", &VoidMonitor);
            // Whether it was cut off or not: nothing that is gone can be found in what is there by now.
            this.nothing_gone_is_searched(&then);
            result
        };
        let report = match self.disturbed(90, put_back) {
            // It got its name as the last step: what followed does not matter.
            Err(_) if to.join("recordroom.toml").exists() => None,
            Err(_) => Some(put_back(self).expect("run again, it comes to its end")),
            Ok(report) => Some(report),
        };
        let (model, lost) = then.put_back(&self.model);
        if let Some(report) = report {
            assert_eq!(report.backup, backup);
            assert_eq!(report.destroyed_since, lost.len() as u64);
            let protected = lost.iter().filter(|n| then.is_kept(**n, self.today)).count();
            assert!(report.protected_then.len() <= protected, "{:?}", report.protected_then);
        }
        self.model = model;
        self.model.acts.push(self.today);
        self.model.look_again(&self.pool, self.today);
        // Of what was made after it nothing is known any more; its folders stay where they are.
        self.backups.truncate(nth + 1);
        self.tally.restored += 1;
        self.tally.lost_in_restores += lost.len();
        self.check_here();
        self.verify();
    }

    /// What is destroyed has no key at either place.
    pub(super) fn assert_no_key_of_what_is_gone(&self, repository: &Repository) {
        let (mut gone, filter) = (BTreeSet::new(), FamilyFilter { with_destroyed: true, ..FamilyFilter::default() });
        let all = repository.catalog().reading().each_family::<CatalogError>(filter, |row| {
            if row.state == FamilyState::Destroyed {
                gone.insert(row.id);
            }
            Ok(())
        });
        all.expect("listed");
        let profile = repository.profile();
        for place in [&profile.key_set, &profile.key_set_second] {
            let keys =
                KeyReader::open(place, &profile.repository).and_then(|reader| reader.export_all()).expect("keys");
            let kept: Vec<FamilyId> =
                keys.iter().map(|(_, family, _)| *family).filter(|family| gone.contains(family)).collect();
            assert!(kept.is_empty(), "keys of what is destroyed are in {}: {kept:?}", place.display());
        }
    }

    /// In a repository that is being put back, no index has a word of what is gone by then.
    fn nothing_gone_is_searched(&self, then: &Model) {
        let (after, _) = then.put_back(&self.model);
        let name = self.city.repository_path();
        let staging = name.with_file_name("repository.restoring");
        for index in [name.join("index"), staging.join("index")] {
            if index.is_dir() {
                self.assert_no_words(&index, &after);
            }
        }
    }

    fn assert_no_words(&self, index: &std::path::Path, model: &Model) {
        let gone: Vec<String> = (0..POOL).filter(|n| !model.here.contains_key(n)).map(unique).collect();
        let Ok(index) = Index::open(index) else { return };
        let _ = index.every_term(&mut |term| {
            assert!(!gone.iter().any(|word| term.contains(word.as_str())), "{term} can be searched and is gone");
        });
    }

    pub(super) fn rebuild(&mut self) {
        let mut repository = self.open();
        let made =
            repository.work().map_err(IngestError::from).and_then(|mut work| rebuild_index(&mut work, &VoidMonitor));
        made.expect("made again");
    }

    pub(super) fn adopt_another(&mut self) {
        let text = ANOTHER.replace("KEY", &self.step.to_string());
        adopt(&mut self.open(), &text, "clerk").expect("adopted");
        self.model.editions += 1;
    }

    pub(super) fn resume(&mut self) {
        if self.model.stopped {
            disposition::resume(&mut self.open(), "holds and requests were entered again", "it").expect("resumed");
        } else {
            disposition::stop(&mut self.open(), "a letter came", "it").expect("stopped");
        }
        self.model.stopped = !self.model.stopped;
    }

    pub(super) fn move_the_clock(&mut self) {
        self.today = match self.random.below(14) {
            0 => self.today - Days::new(self.random.below(40) as u64),
            1 => self.today + Days::new(300 + self.random.below(200) as u64),
            _ => self.today + Days::new(self.random.below(60) as u64),
        };
        self.model.look_again(&self.pool, self.today);
    }

    /// Everything that is promised, looked through (I1 to I13).
    pub(super) fn verify(&mut self) {
        if self.model.unfinished {
            let report = report(&self.open());
            assert!(report.findings.iter().any(|one| one.code == "intent-open"), "{:#?}", report.findings);
            return;
        }
        let repository = self.open();
        assert_clean(&repository);
        self.tally.verified += 1;
        // Decoded with every key there ever was (I13).
        let keys: Vec<FamilyKey> = self.keys.values().cloned().collect();
        let mut found = Vec::new();
        decrypt_everything(&repository.layout().vault(), &keys, &mut |bytes| found.extend_from_slice(bytes))
            .expect("scanned");
        let found = String::from_utf8_lossy(&found).into_owned();
        for n in 0..POOL {
            assert_eq!(found.contains(&unique(n)), self.model.here.contains_key(&n), "{}", unique(n));
        }
        self.assert_no_words(&repository.layout().index(), &self.model);
    }
}
