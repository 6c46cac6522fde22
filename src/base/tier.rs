//! How much the property tests try: a little with every `cargo test`, more with `RECORDROOM_FULL_TESTS=1`.

use proptest::prelude::ProptestConfig;

/// A number of cases for the quick tier and one for the full tier.
pub fn cases(quick: u32, full: u32) -> ProptestConfig {
    let is_full = std::env::var_os("RECORDROOM_FULL_TESTS").is_some_and(|value| value != "0");
    // Failures are printed with their values; nothing is written into the sources.
    ProptestConfig { cases: if is_full { full } else { quick }, failure_persistence: None, ..ProptestConfig::default() }
}
