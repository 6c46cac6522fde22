//! The only place that reads the clock.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

/// Where "now" comes from: the machine, or a fixed moment in an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The clock of this machine.
    System,
    /// A moment chosen for an exercise; only an exercise repository accepts one.
    Exercise(DateTime<Utc>),
}

impl Clock {
    /// The present moment, in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::System => Utc::now(),
            Clock::Exercise(at) => *at,
        }
    }

    /// The present civil date in a time zone.
    pub fn today(&self, zone: Tz) -> NaiveDate {
        local_date(self.now(), zone)
    }
}

/// The civil date of a moment in a time zone.
pub fn local_date(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    zone.from_utc_datetime(&at.naive_utc()).date_naive()
}

/// A stop watch for progress alone; nothing stored depends on it.
#[derive(Debug, Clone, Copy)]
pub struct StopWatch(std::time::Instant);

impl StopWatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }
    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
