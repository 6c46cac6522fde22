//! Call detail: carrier bills, phone systems and exported call logs in delimited files and workbooks.
//!
//! What the columns of a file mean is told by a [`profile::MappingProfile`], which is data: a handful are shipped, and
//! a clerk can write one. The manual has a page about it (`manual/call-profiles.md`).

pub mod cells;
pub mod delimited;
pub mod moments;
pub mod other_lines;
pub mod profile;
pub mod row;
pub mod rows;
pub mod rule;
pub mod table;
pub mod telling;
pub mod totals;
pub mod workbook;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod workbook_tests;
