//! The whole chain on temporary exercise repositories: taken in, confirmed, held, requested, planned, approved,
//! destroyed, certified, verified; and what happens to it when things go wrong.
//!
//! The quick tier runs with `cargo test`: a few kills and seeds, one in six or so of the fault points and kinds of damage.
//! `RECORDROOM_FULL_TESTS=1` runs 20 kills of larger exports, 2,000 seeds and every fault point. That these tests catch what
//! they are for is shown by `tests/planted`.

mod access;
mod answers;
mod breakers;
mod certificates;
mod cut_off;
mod damage;
mod decisions;
mod dispose_corners;
mod fault_acts;
mod fault_sweep;
mod filing;
mod gates;
mod hold_corners;
mod hold_life;
mod holds;
mod killed;
mod killed_purge;
mod lifecycle;
mod lives;
mod matter;
mod naive;
mod nightly;
mod numbers;
mod personal;
mod probe;
mod produced;
mod proofs;
mod register;
mod requests;
mod restored;
mod returned;
mod scale;
mod sceptic;
mod simulation;
mod support;
mod tampered;
mod why;

/// Whether the full tier was asked for.
fn is_full() -> bool {
    std::env::var_os("RECORDROOM_FULL_TESTS").is_some_and(|value| value != "0")
}
