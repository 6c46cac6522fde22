//! The telephone calls of the city: those that matter to its stories, and those of every day.

use super::dice::Dice;
use super::error::CityError;
use super::moment;
use super::people::{self, Person, Standing};
use super::script;
use chrono::{Duration, NaiveDateTime};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Somebody answered.
    Answered,
    /// Nobody answered.
    Missed,
    /// The machine answered.
    Voicemail,
    /// It was pushed away.
    Rejected,
}

/// One call, seen from the phone of a custodian or an office.
#[derive(Debug, Clone)]
pub struct Call {
    /// When it began, by the clock on the wall.
    pub at: NaiveDateTime,
    /// Whose phone it is.
    pub owner: &'static Person,
    /// Who is on the other side.
    pub other: &'static Person,
    /// Whether the owner placed it.
    pub outgoing: bool,
    /// How long the two talked, in seconds.
    pub seconds: u64,
    /// How it ended.
    pub ending: Ending,
    /// Whether it was a mobile phone, else one on a desk.
    pub mobile: bool,
}

impl Call {
    /// Whole minutes, rounded up, as bills have them.
    pub fn minutes(&self) -> u64 {
        self.seconds.div_ceil(60).max(1)
    }
}

/// Calls that matter: when, who, to whom, seconds (0: nobody answered), and what they are for.
const TOLD: &[(&str, &str, &str, u64)] = &[
    // The morning of the fall.
    ("2025-01-14 05:33", "dale", "rick", 64),
    ("2025-01-14 06:13", "dale", "connie", 41),
    ("2025-01-14 07:57", "rick", "dale", 122),
    ("2025-01-14 08:05", "inga", "dale", 121),
    ("2025-01-14 08:23", "dale", "tom", 410),
    ("2025-01-14 08:41", "tom", "elaine", 655),
    // The winter shutdown, and change order 3.
    ("2024-11-12 16:09", "curt", "dale", 302),
    ("2025-04-28 17:06", "dale", "curt", 540),
    ("2025-04-29 12:18", "curt", "dale", 0),
    ("2025-04-30 10:20", "tom", "elaine", 1_260),
    ("2025-05-02 13:02", "curt", "tom", 95),
    ("2025-05-12 21:44", "dale", "curt", 77),
    // The personnel matter.
    ("2025-02-26 07:44", "priya", "dale", 366),
    // The demand.
    ("2025-08-20 17:10", "dale", "elaine", 1_325),
];

/// How many daily calls each phone has, whether it is mobile, and whom it talks with.
const DAILY: &[(&str, bool, u64, &[&str])] = &[
    ("dale", true, 380, &["rick", "connie", "bao", "tom", "curt", "walt", "ken", "salt", "tires", "bob", "harlan"]),
    ("tom", true, 210, &["maren", "harold", "dale", "priya", "elaine", "kirsten", "abby", "curt", "gordon"]),
    ("renata", true, 165, &["nate", "mom", "tom", "ken", "elaine"]),
    ("nate", true, 165, &["renata", "jess", "dale", "tires"]),
    ("lucille", true, 165, &["resident", "granddaughter", "tom", "maren", "harold"]),
    ("maren", false, 170, &["resident", "abby", "elaine", "joyce", "tom", "jonas"]),
    ("kayla", false, 120, &["resident"]),
    ("jonas", false, 60, &["resident", "copier", "maren"]),
    ("priya", false, 150, &["copier", "union", "joyce", "tom", "anil", "salt"]),
    ("nate", false, 140, &["resident", "renata", "ken"]),
];

/// All calls, in no order of time.
pub fn made() -> Result<Vec<Call>, CityError> {
    let mut all = Vec::new();
    for (line, (time, from, to, seconds)) in TOLD.iter().enumerate() {
        let wrong = |message: String| CityError::Story { file: "calls", line: line + 1, message };
        let at = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").map_err(|error| wrong(error.to_string()))?;
        let (from, to) = (script::one(from).map_err(wrong)?, script::one(to).map_err(wrong)?);
        let ending = if *seconds == 0 { Ending::Missed } else { Ending::Answered };
        // Each phone that is exported has the call.
        for (owner, other, outgoing) in [(from, to, true), (to, from, false)] {
            if owner.standing == Standing::Custodian {
                all.push(Call { at, owner, other, outgoing, seconds: *seconds, ending, mobile: owner.key != "priya" });
            }
        }
    }
    for (key, mobile, count, others) in DAILY {
        let owner = people::find(key);
        for copy in 0..*count {
            let mut dice = Dice::of(&format!("calls {key} {mobile} {copy}"));
            let word = *dice.pick(others);
            let other = if word == "resident" {
                Some(*dice.pick(&people::all(Standing::Resident)))
            } else {
                people::find(word)
            };
            let (Some(owner), Some(other)) = (owner, other) else { continue };
            all.push(daily(owner, other, *mobile, &mut dice));
        }
    }
    Ok(all)
}

fn daily(owner: &'static Person, other: &'static Person, mobile: bool, dice: &mut Dice) -> Call {
    let day = if mobile { moment::any_day(dice) } else { moment::working_day(dice) };
    let at = if mobile { moment::time_of(day, 6, 22, dice) } else { moment::time_of(day, 8, 16, dice) };
    let outgoing = dice.chance(48);
    let ending = match dice.below(100) {
        0..=79 => Ending::Answered,
        80..=91 => Ending::Missed,
        92..=97 => Ending::Voicemail,
        _ => Ending::Rejected,
    };
    let seconds = match ending {
        Ending::Answered => dice.between(8, 400) + if dice.chance(10) { dice.between(200, 2_400) } else { 0 },
        Ending::Voicemail => dice.between(4, 60),
        Ending::Missed | Ending::Rejected => 0,
    };
    Call { at, owner, other, outgoing, seconds, ending, mobile }
}

/// When a call was over.
pub fn ended(call: &Call) -> NaiveDateTime {
    call.at + Duration::seconds(5 + call.seconds as i64)
}
