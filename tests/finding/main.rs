//! Finding over a small repository: every query with the items it has to find, by the index and in memory alike; the
//! term report, saved searches, conversations, and the order of a review.

mod town;

mod effort;
mod queries;
mod ranked;
mod reports;
mod search;
mod together;
