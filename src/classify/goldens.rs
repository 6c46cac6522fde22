//! Goldens of the rules.
