//! No number is given twice (I8): what was given out after a backup is passed over once that backup is put back, whatever
//! failed or was cut off while it was given.

use crate::support::{report as report_of, *};
use recordroom::backup::{self, RestoreReport, Restoring};
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::{EventId, HoldId, RecordId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::Sequence;
use recordroom::hold::{self, LetterKind};
use recordroom::model::hold::Scope;
use recordroom::model::production::BatesPrefix;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{Outcome, ProduceOptions, produce};
use recordroom::repository::Repository;
use recordroom::request::{self, Named, NewRequest, RequestLetterKind};
use recordroom::retention::gather_matter;
use recordroom::review::{self, Members};
use recordroom::vault::GivenNumbers;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const TODAY: &str = "2025-02-01";

/// Numbers as people quote them.
type Quoted = BTreeSet<String>;

struct Town {
    city: City,
    backups: PathBuf,
}

fn asked(text: &str) -> NewRequest {
    NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: "something".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some(text.to_owned()), ..Scope::default() },
    }
}

impl Town {
    /// A city with a request, a hold and a production from before the backup.
    fn new() -> Self {
        let city = City::exercise();
        let backups = city.room.path().join("backups");
        let mut repository = city.open(TODAY);
        let mut town = Self { city, backups };
        town.everything(&mut repository, "mill");
        town.back_up(&mut repository);
        town
    }

    fn copied(&self) -> Self {
        let city = self.city.copied();
        let backups = city.room.path().join("backups");
        Self { city, backups }
    }

    fn back_up(&mut self, repository: &mut Repository) {
        backup::take(repository, &self.backups, 9, "it", &VoidMonitor).expect("backed up");
    }

    /// Does one of every act that gives out a number, and says which were given.
    fn everything(&mut self, repository: &mut Repository, word: &str) -> Quoted {
        let mut quoted = Quoted::new();
        let before = repository.catalog().reading().last_event_number().expect("read").get();
        let old = Message::new(&format!("{word}-old"), "2023-01-10", "old", "of the past");
        let report = take_in(
            repository,
            &self.city.export(
                &format!("alarson-{word}.mbox"),
                &[Message::new(word, "2025-01-10", word, &format!("About the {word}.")), old],
            ),
        );
        assert_eq!(report.totals.kept, 2);
        confirm_all(repository);
        let family = family_of(repository, word);
        let reading = repository.catalog().reading();
        quoted.insert(family.to_string());
        quoted.extend(reading.records(family).expect("members").iter().map(|one| one.id.to_string()));
        let given = reading.numbers_given().expect("read");
        quoted
            .extend([Sequence::Intake, Sequence::Container].map(|one| format!("{} {}", one.word(), given[one.word()])));
        gather_matter(repository, word, &[family], "because", "clerk").expect("gathered");
        let plan = plan(repository).plan;
        quoted.insert(plan.to_string());
        let everything = Scope { from: "2024-01-01".parse().ok(), ..Scope::default() };
        let hold = hold::place(repository, word, "because", &everything, "attorney").expect("placed").hold;
        quoted.insert(hold.to_string());
        // The first hold has one more notice each time, and the first request one more letter.
        for id in [hold, HoldId::new(1)] {
            let written = hold::write_notice(repository, id, "Anna Larson", LetterKind::Custodian, "clerk");
            quoted.insert(written.expect("written").name);
        }
        let id = ask_narrowed(repository, asked(word)).id;
        quoted.insert(id.to_string());
        let first = RequestId::new(1);
        let named = Named {
            to: "R. Example".to_owned(),
            address: "1 Main".to_owned(),
            ranking: String::new(),
            ..Named::default()
        };
        let letter = request::write_letter(repository, first, RequestLetterKind::Acknowledgement, &named, "clerk");
        quoted.insert(letter.expect("written").name);
        quoted.extend(self.produced(repository, id, word));
        quoted.extend(given_by(repository, before));
        quoted
    }

    /// Collects for a request, decides, and produces.
    fn produced(&self, repository: &mut Repository, id: RequestId, word: &str) -> Quoted {
        request::collect(repository, id, None, "clerk").expect("collected");
        review::decide(repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
        let to = self.city.room.path().join(format!("produced-{word}-{id}"));
        quoted_by(produce(repository, id, &to, &ProduceOptions::default(), "clerk", &VoidMonitor).expect("produced"))
    }

    /// The disk is lost, and the newest backup is put back with the newest keys under another name.
    fn put_back(&self, name: &str) -> (RestoreReport, Repository) {
        let _ = fs::remove_dir_all(self.city.repository_path());
        let room = self.city.room.path();
        let (keys, second, to) = (room.join("keys"), room.join("keys-second"), room.join(name));
        let now = Some(day(TODAY));
        let what = Restoring { backup: &self.backups, key_set: &keys, key_set_second: Some(&second), to: &to, now };
        let report = backup::restore(&what, "it", &VoidMonitor).expect("put back");
        (report, Repository::open(&to, now).expect("opens"))
    }
}

fn quoted_by(outcome: Outcome) -> Quoted {
    let Outcome::Produced(produced) = outcome else { panic!("nothing was produced: {outcome:?}") };
    let one = produced.production;
    let mut quoted = Quoted::from([one.id.to_string(), format!("{} {}", one.request, one.volume)]);
    for page in one.first.page()..=one.last.page() {
        quoted.insert(format!("{}{page:08}", one.first.prefix().as_str()));
    }
    quoted
}

fn given_by(repository: &Repository, before: i64) -> Quoted {
    let last = repository.catalog().reading().last_event_number().expect("read").get();
    (before + 1..=last).map(|number| EventId::new(number).to_string()).collect()
}

#[test]
fn numbers_given_after_a_backup_are_told_and_never_given_again() {
    let mut town = Town::new();
    let mut repository = town.city.open(TODAY);
    let first = town.everything(&mut repository, "road");
    let volume = town.produced_again(&mut repository, "plow");
    assert!(volume.contains("Q-1 VOL002"), "{volume:?}");
    assert_clean(&repository);
    drop(repository);

    let (report, mut repository) = town.put_back("again");
    let told: Vec<String> = report.difference.numbers.expect("carried").iter().map(|gap| gap.told()).collect();
    let after = "after this backup; it is not given again; what it named is not known here";
    let afters = "after this backup; they are not given again; what they named is not known here";
    for sentence in [
        format!("numbers CITY-00000002 to CITY-00000003 were given {afters}"),
        format!("numbers P-2 to P-3 were given {afters}"),
        format!("number Q-1 VOL002 was given {after}"),
        format!("number Q-2 VOL001 was given {after}"),
        format!("number H-2 was given {after}"),
        format!("number H-1-3 was given {after}"),
        format!("number Q-2 was given {after}"),
        format!("number Q-1-2 was given {after}"),
        format!("number D-2 was given {after}"),
        format!("number matter 2 was given {after}"),
    ] {
        assert!(told.contains(&sentence), "{sentence:?} is not in {told:#?}");
    }
    assert!(
        told.iter().any(|one| one.starts_with("numbers R-") && one.contains("were given or set aside")),
        "{told:#?}"
    );
    let verified = report_of(&repository);
    assert_eq!(verified.findings, [], "a gap that is recorded is no finding");
    assert_eq!(verified.remarks, told);

    // Everything is done again, and nothing has a number that was quoted before.
    let mut quoted: Quoted = first.union(&volume).cloned().collect();
    let again = town.everything(&mut repository, "salt");
    assert!(quoted.is_disjoint(&again), "{:?}", quoted.intersection(&again).collect::<Vec<_>>());
    quoted.extend(again);
    let again = town.produced_again(&mut repository, "ice");
    assert!(again.contains("Q-1 VOL003"), "{again:?}");
    assert!(quoted.is_disjoint(&again), "{:?}", quoted.intersection(&again).collect::<Vec<_>>());
    quoted.extend(again);
    assert_clean(&repository);

    // The same backup once more: what the abandoned line gave out since is passed over as well.
    drop(repository);
    fs::remove_dir_all(town.city.room.path().join("again")).expect("lost");
    let (_, mut repository) = town.put_back("once-more");
    let again = town.everything(&mut repository, "elm");
    assert!(quoted.is_disjoint(&again), "{:?}", quoted.intersection(&again).collect::<Vec<_>>());
    assert_clean(&repository);
    // A backup of this line knows what it passes over.
    town.back_up(&mut repository);
    drop(repository);
    fs::remove_dir_all(town.city.room.path().join("once-more")).expect("lost");
    quoted.extend(again);
    let (_, mut repository) = town.put_back("at-last");
    let again = town.everything(&mut repository, "oak");
    assert!(quoted.is_disjoint(&again), "{:?}", quoted.intersection(&again).collect::<Vec<_>>());
    assert_clean(&repository);
}

impl Town {
    /// One more answer to the first request, with a volume of its own.
    fn produced_again(&self, repository: &mut Repository, word: &str) -> Quoted {
        let text = format!("Another word about the mill and the {word}.");
        take_in(
            repository,
            &self.city.export(&format!("bstone-{word}.mbox"), &[Message::new(word, "2025-01-11", word, &text)]),
        );
        self.produced(repository, RequestId::new(1), word)
    }
}

#[test]
fn what_the_key_set_does_not_carry_is_a_finding_and_a_restore_says_so() {
    let mut town = Town::new();
    let mut repository = town.city.open(TODAY);
    let lost = town.copied();
    let profile = repository.profile().clone();
    // Taken back at one place: the other still knows, verify tells it, and the next work mends it.
    for place in [&profile.key_set, &profile.key_set_second] {
        let whole = fs::read(place.join("numbers-given")).expect("there");
        for damaged in [None, Some("no numbers at all")] {
            match damaged {
                None => fs::remove_file(place.join("numbers-given")).expect("removed"),
                Some(text) => fs::write(place.join("numbers-given"), text).expect("written"),
            }
            let codes: Vec<_> =
                report_of(&repository).findings.into_iter().map(|one| (one.code, one.subject)).collect();
            let code = if damaged.is_some() { "numbers-damaged" } else { "numbers-behind" };
            assert_eq!(codes, [(code, place.display().to_string())]);
            drop(repository.work().expect("work"));
            assert_clean(&repository);
            assert_eq!(fs::read(place.join("numbers-given")).expect("there"), whole);
        }
    }
    // A lower number in it is a finding as well, and is put right.
    let lower = |place: &Path| {
        let path = place.join("numbers-given");
        let text = fs::read_to_string(&path).expect("readable");
        assert!(text.contains("\n1 hold\n"), "{text}");
        fs::write(&path, text.replace("\n1 hold\n", "\n").replace("end ", "end 0")).expect("written");
    };
    lower(&profile.key_set);
    assert!(report_of(&repository).findings.iter().all(|one| one.code.starts_with("numbers-")));
    assert!(!report_of(&repository).is_clean());
    drop(repository.work().expect("work"));
    assert_clean(&repository);
    // Lost at both: the next number writes all of them anew, from the catalog.
    for place in [&profile.key_set, &profile.key_set_second] {
        fs::remove_file(place.join("numbers-given")).expect("removed");
    }
    drop(repository);
    let mut repository = town.city.open(TODAY);
    town.everything(&mut repository, "road");
    assert_clean(&repository);
    // And where they are lost together with the data, the restore says that it does not know.
    for place in ["keys", "keys-second"] {
        fs::remove_file(lost.city.room.path().join(place).join("numbers-given")).expect("removed");
    }
    let (report, repository) = lost.put_back("unknown");
    assert_eq!(report.difference.numbers, None);
    assert_clean(&repository);
}

#[test]
fn a_number_that_cannot_be_made_durable_is_not_given() {
    let mut town = Town::new();
    let mut repository = town.city.open(TODAY);
    // A disk that is away keeps nobody from placing a hold.
    let (second, away) = (town.city.room.path().join("keys-second"), town.city.room.path().join("away"));
    fs::rename(&second, &away).expect("away");
    let all = Scope { from: "2024-01-01".parse().ok(), ..Scope::default() };
    let placed = hold::place(&mut repository, "Case 2", "because", &all, "attorney").expect("placed").hold;
    fs::rename(&away, &second).expect("back");
    let codes: Vec<_> = report_of(&repository).findings.into_iter().map(|one| one.code).collect();
    assert_eq!(codes, ["numbers-behind"], "until the next work");
    drop(repository.work().expect("work"));
    assert_clean(&repository);
    let carried = GivenNumbers::new(&second, &second, &repository.profile().repository).read().expect("read");
    assert_eq!(carried.expect("some")["hold"], placed.get());
    // The first place is where it has to stand.
    let before = repository.catalog().reading().last_event_number().expect("read");
    let keys = town.city.room.path().join("keys");
    fs::rename(&keys, &away).expect("away");
    let error = hold::place(&mut repository, "Case 3", "because", &all, "attorney").expect_err("refused").to_string();
    assert!(error.contains("no number can be given out"), "{error}");
    assert_eq!(repository.catalog().reading().last_event_number().expect("read"), before, "nothing of it stays");
    fs::rename(&away, &keys).expect("back");
    let third = hold::place(&mut repository, "Case 3", "because", &all, "attorney").expect("placed").hold;
    assert_eq!(third.get(), placed.get() + 1);
    town.everything(&mut repository, "road");
    assert_clean(&repository);
}

type Act = fn(&mut Town, &mut Repository, &str) -> Result<Quoted, String>;

/// The acts whose numbers are quoted at once.
const ACTS: [(&str, Act); 4] = [
    ("hold", |_, repository, word| {
        let all = Scope { from: "2024-01-01".parse().ok(), ..Scope::default() };
        let placed = hold::place(repository, word, "because", &all, "attorney");
        placed.map(|one| Quoted::from([one.hold.to_string()])).map_err(|error| error.to_string())
    }),
    ("request", |_, repository, word| {
        let opened = request::open(repository, asked(word), "clerk");
        opened.map(|one| Quoted::from([one.id.to_string()])).map_err(|error| error.to_string())
    }),
    ("plan", |_, repository, _| {
        let planned = recordroom::disposition::plan(repository, "planner");
        planned.map(|one| Quoted::from([one.plan.plan.to_string()])).map_err(|error| error.to_string())
    }),
    ("produce", |town, repository, word| {
        let to = town.city.room.path().join(format!("swept-{word}"));
        let id = RequestId::new(2);
        let made = produce(repository, id, &to, &ProduceOptions::default(), "clerk", &VoidMonitor);
        match made {
            Ok(outcome) => Ok(quoted_by(outcome)),
            // What stands under its final name was read by somebody, recorded or not.
            Err(_) if to.join("production.json").is_file() => Ok(Quoted::from(["P-2".to_owned(), page(2)])),
            Err(error) => Err(error.to_string()),
        }
    }),
];

fn page(number: u32) -> String {
    format!("{}{number:08}", BatesPrefix::new("CITY-").expect("a prefix").as_str())
}

#[test]
fn fault_sweep_of_giving_numbers_out() {
    // A second request is decided and waits for its production.
    let mut prepared = Town::new();
    let mut repository = prepared.city.open(TODAY);
    take_in(
        &mut repository,
        &prepared.city.export("bstone.mbox", &[Message::new("elm", "2025-01-11", "elm", "About the elm.")]),
    );
    confirm_all(&mut repository);
    let id = ask_narrowed(&mut repository, asked("elm")).id;
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    prepared.back_up(&mut repository);
    drop(repository);
    for (name, act) in ACTS {
        for kind in [FaultKind::FailOnce, FaultKind::Crash] {
            let (mut nth, mut tried) = (1, 0);
            loop {
                let mut town = prepared.copied();
                let mut repository = town.city.open(TODAY);
                arm(kind, nth);
                let result = act(&mut town, &mut repository, "one");
                let passed = disarm();
                drop(repository);
                if passed < nth {
                    let quoted = result.expect("undisturbed");
                    eprintln!("{name}, {kind:?}: {tried} of {} points; {quoted:?}", nth - 1);
                    break;
                }
                let quoted = result.unwrap_or_default();
                // Here work goes on, gapless; and where the disk is lost as well, no number comes twice.
                if nth % 3 == 1 {
                    let mut repository = town.city.open(TODAY);
                    drop(repository.work().expect("work"));
                    assert_clean(&repository);
                }
                let (_, mut repository) = town.put_back("again");
                let again =
                    act(&mut town, &mut repository, "two").unwrap_or_else(|e| panic!("{name} {kind:?} {nth}: {e}"));
                assert!(quoted.is_disjoint(&again), "{name}, {kind:?} at {nth}: {quoted:?} and {again:?}");
                assert_clean(&repository);
                tried += 1;
                nth += if name == "produce" { step(nth) } else { 1 };
            }
            assert!(tried > 3, "{name}: {tried}");
        }
    }
}

/// A production has hundreds of points; those in which numbers are given are the last.
fn step(nth: u64) -> u64 {
    if crate::is_full() || nth > 48 { 1 } else { 12 }
}

#[test]
fn a_record_number_is_not_given_again_after_its_item_was_destroyed_and_the_backup_put_back() {
    let mut town = Town::new();
    let mut repository = town.city.open(TODAY);
    take_in(
        &mut repository,
        &town.city.export("bstone.mbox", &[Message::new("gone", "2023-01-11", "gone", "Nothing of it stays.")]),
    );
    confirm_all(&mut repository);
    let family = family_of(&repository, "gone");
    let record: RecordId = repository.catalog().reading().records(family).expect("members")[0].id;
    assert!(purge(&mut repository).destroyed >= 1);
    assert!(repository.family(family).is_err(), "it was destroyed, and no key tells of its number any more");
    drop(repository);
    let (_, mut repository) = town.put_back("again");
    let again = town.everything(&mut repository, "road");
    assert!(!again.contains(&family.to_string()) && !again.contains(&record.to_string()), "{again:?}");
    assert_clean(&repository);
}
