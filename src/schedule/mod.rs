//! Schedules: files to rules, and rules with facts to eligibility, always with reasons.
//!
//! [`parse`] reads a schedule file, [`english`] says a rule in plain words, [`shipped`] holds the files that come with
//! the program, and [`evaluate`] decides for one family on one day. [`Evaluator`] does the same for many families, and
//! says what every rule at hand says ([`Considered`]). [`import()`] makes a schedule file of a clerk's table, and
//! [`compare`] says in which lines two editions differ.
//!
//! # The order of the gates
//!
//! Every gate is looked at and listed, open or closed; the first closed one decides.
//!
//! 1. *Status*: settled, and confirmed by a person or after a sample. A proposal makes nothing eligible.
//! 2. *Rule and period*: some rule covers the item; permanent beats all, what cannot be resolved (a date or event that
//!    is not known, a line marked for review) beats any period, and of several periods the longest counts. A period
//!    ends with the end of its last day; the first day for destruction is the next one. Weekends and holidays move
//!    nothing.
//! 3. *Authority* (Minn. Stat. § 138.17): an approved schedule that covers the series, is in force, and whose adoption
//!    the State Archives has acknowledged for the copy's department; or a PR-1, which reaches only what existed when it
//!    was approved. A policy, a starter set or a federal schedule sets working periods and authorises nothing.
//! 4. *Archival*: transferred to the State Archives, or declined by them.
//! 5. *Filing*: where a rule says so, an official item goes only as a copy whose record has been filed.
//! 6. *Open matters*: no audit, appeal or data-subject dispute is open.
//!
//! A statutory maximum is no gate: it sets the last day for keeping an item and raises an alarm when that has passed.
//! Holds and open requests are not evaluated here; the caller adds them.
//!
//! # Choices on the side of keeping
//!
//! * An item with several copies goes when the last of them may go.
//! * A series that no schedule knows keeps the item; a general rule does not stand in for it.
//! * An edition that is not in force yet gives no authority, but its longer periods count already, so that nothing is
//!   destroyed on the eve of a longer rule.
//! * A department that did not adopt an edition is not governed by it; where nothing that can authorise covers the item
//!   otherwise, the edition's period counts all the same and the authority gate stays closed. A copy of unknown department is measured by every edition,
//!   and authorised only by one the whole city adopted.
//! * No Minnesota series for call detail was found, so policies and starter sets do not reach calls at all: a call is
//!   unscheduled until an approved edition or a PR-1 covers it.
//! * A filed copy of an official item still waits for the longest rule that fits its series.
//! * An edition that is *replaced* ends on the day the newer one is in force and its adoption acknowledged, for the
//!   departments that adopted the newer one. A series that the newer one does not have any more keeps its items. Only an
//!   approved schedule replaces what authorises.
//!
//! *Invariant:* no I/O and no clock; once eligible on a day, a family with the same facts is eligible on every later day,
//! as long as no edition is replaced in between.

mod compare;
mod considered;
mod english;
mod evaluate;
mod facts;
mod file;
mod gates;
mod grammar;
mod import;
mod resolve;
mod shipped;
mod survey;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod corners;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod goldens;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod longest;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod policy;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod properties;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod testing;

pub use compare::{Difference, LineChange, compare};
pub use considered::{Considered, Counted, Outcome, Part};
pub use english::english;
pub use evaluate::{Evaluator, evaluate};
pub use facts::{ArchivalOutcome, CopyFacts, Facts, OpenMatter, Settings};
pub use file::{ScheduleError, parse, problems};
pub use grammar::{TermError, parse_term, spell, spell_period};
pub use import::{Column, ImportError, Imported, Noted, Phrase, Table, Wanted, import, read_phrase};
pub use shipped::{shipped, shipped_keys};
