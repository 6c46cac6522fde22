//! Local stand-in.
use crate::model::item::Sink;
use crate::source::{ReadOptions, ReadStop};
use std::io::BufRead;
/// Stand-in.
pub fn sniff(_head: &[u8]) -> bool {
    false
}
/// Stand-in.
pub fn read(_stream: &mut dyn BufRead, _options: &ReadOptions, _sink: &mut dyn Sink) -> Result<(), ReadStop> {
    Ok(())
}
/// Stand-in.
pub fn part_bytes(_original: &[u8], _part: u32) -> Option<Vec<u8>> {
    None
}
