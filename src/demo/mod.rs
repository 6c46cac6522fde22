//! The demonstration: a fictional city, and the story that is told with it.

mod answers;
pub mod city;
mod error;
mod story;
mod teller;

pub use error::DemoError;
pub use story::Places;
pub use teller::Teller;

use crate::base::durable;
use crate::repository::RepositoryError;
use std::path::Path;

/// The file that says that a folder was made by the demonstration, and may be made anew by it.
const MARK: &str = "THIS-IS-A-DEMONSTRATION.txt";
const MARK_TEXT: &[u8] =
    b"Everything in this folder was made up by: recordroom demo\nIt makes the folder anew when it is run again.\n";

/// Runs the demonstration below a folder. A folder with anything else in it is refused.
pub fn run(directory: &Path, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    let io = |error| RepositoryError::io(directory, error);
    let empty = std::fs::read_dir(directory).map(|mut entries| entries.next().is_none()).unwrap_or(true);
    if !empty {
        if !directory.join(MARK).is_file() {
            return Err(RepositoryError::NotEmpty { directory: directory.to_owned() }.into());
        }
        durable::remove_dir_all(directory).map_err(io)?;
    }
    durable::create_dir_all(directory).map_err(io)?;
    durable::create_new(&directory.join(MARK), MARK_TEXT).map_err(io)?;
    story::tell(directory, teller)
}
