//! Finding over a small repository: every query with the items it has to find, by the index and in memory alike; the
//! term report, saved searches, conversations, the order of a review; and the index lost, cut off and made again.

mod town;

mod effort;
mod queries;
mod ranked;
mod reports;
mod search;
mod together;
