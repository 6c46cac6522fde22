//! Real files of many programs: what is found in them is compared with what others found in the same files.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the tests say so and pass.

mod expected;
mod held;
#[path = "../support/place.rs"]
mod place;

mod chats;
mod databases;
mod documents;
mod mail;
mod messages;
mod mobile;
mod outlook;
mod productions;
mod schedules;
mod status;
mod vendors;
mod voice;
