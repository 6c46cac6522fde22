//! What Android telephones keep in databases: messages (`mmssms.db`) and calls (`calllog.db`, `contacts2.db`).

pub mod calls;
pub mod messages;
pub mod mms;
