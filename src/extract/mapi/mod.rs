//! Items of Outlook that are files: `.msg` (MS-OXMSG) and `winmail.dat` (MS-OXTNEF), as bags of properties.
//!
//! This lies in `extract` and not in `source` because such items are attachments as often as they are items: their
//! words are wanted here, and the readers of `source` make items of the same values.

pub mod bag;
pub mod code_page;
pub mod compound;
pub mod copied;
pub mod msg;
pub mod object;
pub mod text;
pub mod tnef;
pub mod tnef_properties;
