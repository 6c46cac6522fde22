//! Text messages and the call logs of handsets.

pub mod element;
pub mod handset_call;
pub mod handset_time;
pub mod message;
pub mod mms;
pub mod sms_backup_restore;
pub mod splitter;

#[cfg(test)]
mod tests;
