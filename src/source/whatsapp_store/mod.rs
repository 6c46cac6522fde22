//! WhatsApp's own databases, as they lie in a backup or a copy of a telephone: `ChatStorage.sqlite` of iPhones and
//! `msgstore.db` of Android, in its form of today and in that before 2022. Encrypted ones (`.crypt15`) are kept whole.

mod android;
mod android_call;
mod android_old;
mod apple;
mod draft;

use super::beside::Beside;
use super::container::reading::Reading;
use super::database::Database;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};

/// Rows of a table around the messages that are held.
const ROWS: usize = 2_000_000;

/// Whether the database is one of WhatsApp's messages.
pub fn is_messages(database: &Database) -> bool {
    apple::is_messages(database) || android::is_messages(database) || android_old::is_messages(database)
}

/// Reads every message and call, with the files that lie beside the database.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    if apple::is_messages(database) {
        apple::read(database, beside, reading)?;
    } else if android::is_messages(database) {
        android::read(database, beside, reading)?;
    } else {
        android_old::read(database, beside, reading)?;
    }
    if beside.missing > 0 {
        let sentence = format!(
            "{} files of messages do not lie beside the database; hand over its folder Media together with it",
            beside.missing
        );
        reading.tell(Found::Remark(Problem::new(ProblemCode::Missing, sentence)))?;
    }
    Ok(())
}
