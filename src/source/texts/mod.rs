//! Local stand-in.
pub mod sms_backup_restore;
