//! What Android telephones keep in databases: messages (`mmssms.db`), calls (`calllog.db`) and contacts
//! (`contacts2.db`).

pub mod calls;
pub mod contacts;
pub mod messages;
pub mod mms;
