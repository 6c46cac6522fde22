//! The whole way over a temporary exercise repository, drawn by a small PDF writer of the tests' own.

mod delivered;
#[path = "../support/exercise.rs"]
mod exercise;
mod forms;
mod hard;
mod images;
mod natives;
mod refused;
mod sealed;
mod support;
mod tampered;
