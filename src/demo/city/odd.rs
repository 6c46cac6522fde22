//! Odd and broken files.
use super::error::CityError;
use super::folder::Folder;
/// Stand.
pub fn write(_folder: &mut Folder<'_>) -> Result<(), CityError> { Ok(()) }
