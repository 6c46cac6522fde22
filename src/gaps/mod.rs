//! Gaps: what one source of a city's records tells of that another should have and has not.
//!
//! For a number and a period, the carrier's bill is laid beside the export of the phone ([`phone`]). For mail, months
//! without a message, silences longer than usual, and messages that are answered but are not here ([`mail`]).
//!
//! Comparing is pure: [`compare`] and [`mail::look`] take plain rows. Only [`number`] and [`mailboxes`] read the
//! repository. *Cost:* numbers and names are sealed, so the facts of every live item of the kinds and period in question
//! are opened once, one after the other; texts and originals are not. Nothing is recorded and nothing is logged.
//!
//! *Invariant:* a gap is a reason to ask, never proof that something was deleted, and the words say so.

mod clock;
mod gather;
mod mail;
mod months;
mod phone;

pub use clock::ClockOffset;
pub use gather::{MailReport, NumberReport, Period, Sources, mailboxes, number};
pub use mail::{Absent, Letter, MailGaps, Silence, look};
pub use months::{MonthCount, months_of};
pub use phone::{Comparison, Dialled, Duration, Kind, Row, Tolerance, Way, compare, number_key};

/// The report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GapError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] crate::repository::RepositoryError),
    /// What was given is no telephone number.
    #[error("{0} is no telephone number")]
    NoNumber(String),
    /// The phone exports of several people are here and nothing tells whose the number is.
    #[error("phone exports of several people are here, and nothing tells whose {number} is: {people}")]
    WhosePhone {
        /// The number.
        number: String,
        /// The custodians whose phone exports are here.
        people: String,
    },
}

impl From<crate::catalog::CatalogError> for GapError {
    fn from(error: crate::catalog::CatalogError) -> Self {
        Self::Repository(error.into())
    }
}

#[cfg(test)]
mod tests;
