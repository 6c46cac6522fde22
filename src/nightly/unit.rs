//! What starts the nightly work every night, as files to be installed: printed by `nightly --show-unit`.

/// The service unit of systemd.
pub const SERVICE: &str = include_str!("../../assets/nightly/recordroom-nightly.service");
/// The timer unit of systemd.
pub const TIMER: &str = include_str!("../../assets/nightly/recordroom-nightly.timer");
/// The line for cron.
pub const CRON: &str = include_str!("../../assets/nightly/recordroom-nightly.cron");
