//! Text messages and the call logs of handsets.

pub mod beside;
pub mod capsule;
pub mod cellebrite;
pub mod columns;
pub mod draft;
pub mod element;
pub mod google;
pub mod handset_call;
pub mod handset_time;
pub mod imazing;
pub mod json_pieces;
pub mod mailed;
pub mod message;
pub mod mms;
pub mod rsmf;
pub mod side_by_side;
pub mod smarsh;
pub mod sms_backup_restore;
pub mod splitter;
pub mod whatsapp;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub mod trial_tests;
