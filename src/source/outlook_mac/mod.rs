//! Archives of Outlook for Mac (`.olm`): a ZIP archive of XML files, the attachments beside them.
//!
//! Microsoft documents no part of this format; what is read here is what its archives show.

pub mod archive;
pub mod entry;
pub mod item;
