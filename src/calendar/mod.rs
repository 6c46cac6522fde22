//! Legal time: Minnesota holidays, business days, periods and deadlines, each with its citation.
//!
//! Three kinds of counting live here and are never mixed:
//!
//! * **Periods** ([`add_period`]) run over civil days, months or years. 365 days and one year are different things:
//!   counted from 1 March 2023 the first ends on 29 February 2024, the second on 1 March 2024.
//! * **Periods of law with a last day to act** ([`last_day`]) do the same and then move off Saturdays, Sundays and
//!   legal holidays (Minn. Stat. § 645.15). Retention periods never move: a schedule is a minimum, and destruction
//!   has no last day to act on.
//! * **Business-day clocks** ([`add_business_days`]) skip Saturdays, Sundays and legal holidays throughout, as the ten
//!   days of Minn. Stat. § 13.04, subd. 3 do.
//!
//! [`due`] puts the three together for the kinds of requests a city receives, and says for each whether the day comes
//! from law or from the city's own policy.
//!
//! *Invariant:* pure; nothing here reads a clock, and the same dates always give the same answers.

mod business;
mod due;
mod holidays;
mod span;

pub use business::{add_business_days, is_business_day};
pub use due::{DeadlineError, DueKind, DueOn, due};
pub use holidays::{Holiday, Observed, holiday_on, holidays_in};
pub use span::{Span, add_period, last_day};
