//! What every room stands on: digests, ids, the clock, durable files, progress, limits, fault points.
//!
//! *Invariant:* nothing here knows what a record is. The clock is read only in [`clock`], files are
//! created, renamed and deleted only in [`durable`], randomness is drawn only in [`random`].

pub mod base64;
pub mod clock;
pub mod digest;
pub mod durable;
pub mod fault;
pub mod id;
pub mod limits;
pub mod md5;
pub mod monitor;
pub mod random;
pub mod share;
#[cfg(test)]
pub mod tier;
pub mod trouble;
