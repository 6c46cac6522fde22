//! The agency profile: the city's own facts and policy switches (`recordroom.toml`).

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A person or account whose records come in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodianProfile {
    /// The name on reports.
    pub name: String,
    /// The department.
    #[serde(default)]
    pub department: String,
    /// E-mail addresses.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Telephone numbers.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Words in container paths that tell this custodian.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Words in container paths that tell a device of the person's own, and not of the city.
    #[serde(default)]
    pub personal_devices: Vec<String>,
    /// Who else may sort what came from those devices; the person always may.
    #[serde(default)]
    pub screener: String,
    /// Holds an elected office (matters for Minn. Stat. § 13.601).
    #[serde(default)]
    pub elected: bool,
}

/// Optional holidays the city observes; a working day is the safe choice for a deadline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HolidayChoice {
    /// Indigenous Peoples Day, second Monday of October.
    pub october_monday: bool,
    /// The Friday after Thanksgiving.
    pub friday_after_thanksgiving: bool,
}

/// Policy switches: the city's choices, never law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Business days in which the city means to answer a public request.
    pub public_request_target_business_days: u32,
    /// Days a closed request goes on protecting its scope; never zero.
    pub protect_days_after_close: u32,
    /// Days after its release, or after an amendment let something go, in which nothing a hold covered is destroyed;
    /// never zero.
    pub hold_cooling_days: u32,
    /// Days after which somebody who has not acknowledged the notice of a hold is to be reminded.
    pub hold_reminder_days: u32,
    /// Month and day the fiscal year ends, `MM-DD`.
    pub fiscal_year_end: String,
    /// How many items a random sample has before a class may be confirmed in bulk.
    pub confirmation_sample: u32,
    /// Days after sending at which *until read* counts as met; `None` (the default) means only a recorded event does.
    pub until_read_floor_days: Option<u32>,
    /// Days after the decision in which personal items from an employee's own device are returned or destroyed.
    pub personal_days: u32,
    /// Days after an intake in which the source files are to be disposed of.
    pub source_days: u32,
    /// Whether pictures, and pages that are pictures, are read by OCR when they come in.
    pub ocr: bool,
    /// Whether a second person looks at what is withheld before it is produced.
    pub second_review_of_withheld: bool,
    /// Days for which the city's own backups keep copies of the key set; `None` (the default) where it has not stated
    /// that. Certificates name the day on which the last older copy expires.
    pub key_copy_days: Option<u32>,
    /// The city's own wording for the disposal of hardware, quoted on certificates and never claimed by them.
    pub hardware_wording: String,
    /// The name of the city's document system, such as Laserfiche; empty where it has none. Every answer and every hold
    /// names it as a further place to search.
    pub document_system: String,
    /// Custodians whose mailbox a department has designated for keeping records: official items stay there under their
    /// series, and need not be filed elsewhere.
    pub record_mailboxes: Vec<String>,
    /// Whether an official record counts as filed only with a receipt whose digest was compared.
    pub filing_needs_receipt: bool,
    /// The circuit breakers before a destruction.
    pub breakers: BreakerLimits,
    /// What copies cost, within the law.
    pub fees: FeePolicy,
}

/// The city's choices on fees, within the law (Minn. Stat. § 13.03, subd. 3(c)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeePolicy {
    /// Cents for a page, up to 100 black-and-white pages on letter or legal paper; the law allows at most 25.
    pub page_cents: u64,
    /// Whether up to 100 pages that are sent as files are charged by the page as well. The law speaks of paper; without
    /// this they are charged at actual cost.
    pub electronic_at_page_rate: bool,
    /// Cents up to which a fee is not asked for; what the same requester was not asked for in the last 30 business days
    /// counts with it.
    pub waive_up_to_cents: u64,
}

impl Default for FeePolicy {
    fn default() -> Self {
        Self { page_cents: 25, electronic_at_page_rate: false, waive_up_to_cents: 0 }
    }
}

/// Where the circuit breakers before a destruction trip. A tripped one can be overridden for one plan by a registered
/// person with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerLimits {
    /// Items of a plan below which neither its share of the store nor the earlier plans are looked at.
    pub from_items: u64,
    /// Percent of everything that is here which one plan may destroy.
    pub share_percent: u32,
    /// How many times as much as the largest of the last executed plans one plan may destroy.
    pub times_largest: u32,
    /// Days by which the clock may have gone forward since the last act.
    pub forward_days: u32,
    /// Days that have to pass after a schedule or the profile changed; 0 switches it off.
    pub settle_days: u32,
    /// Days which the newest backup may be old; `None` (the default) means that backups are not looked at.
    pub backup_days: Option<u32>,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            from_items: 1_000,
            share_percent: 25,
            times_largest: 3,
            forward_days: 60,
            settle_days: 7,
            backup_days: None,
        }
    }
}

/// What the nightly work does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Nightly {
    /// The folder whose files and folders are taken in; `None` means that nothing is.
    pub drop_folder: Option<PathBuf>,
    /// How many items, drawn at random, are opened and compared with their digests.
    pub sample: u32,
    /// Minutes for which nothing of a file or folder may have changed before it is taken in: until then it is still
    /// being copied.
    pub settle_minutes: u32,
}

impl Default for Nightly {
    fn default() -> Self {
        Self { drop_folder: None, sample: 100, settle_minutes: 10 }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            public_request_target_business_days: 10,
            protect_days_after_close: 30,
            hold_cooling_days: 30,
            hold_reminder_days: 14,
            fiscal_year_end: "12-31".to_owned(),
            confirmation_sample: 59,
            until_read_floor_days: None,
            personal_days: 30,
            source_days: 30,
            ocr: false,
            second_review_of_withheld: false,
            key_copy_days: None,
            hardware_wording: String::new(),
            document_system: String::new(),
            record_mailboxes: Vec::new(),
            filing_needs_receipt: false,
            breakers: BreakerLimits::default(),
            fees: FeePolicy::default(),
        }
    }
}

/// The agency profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Format version of this repository.
    pub format: u32,
    /// The repository's own id, random at creation.
    pub repository: String,
    /// Whether this is an exercise.
    #[serde(default)]
    pub exercise: bool,
    /// Name of the city.
    pub city: String,
    /// The responsible authority (Minn. Stat. § 13.02, subd. 16).
    #[serde(default)]
    pub responsible_authority: String,
    /// The data practices compliance official (Minn. Stat. § 13.05, subd. 13).
    #[serde(default)]
    pub compliance_official: String,
    /// IANA time zone.
    pub time_zone: String,
    /// The city's mail domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The city attorney's and outside counsel's mail domains.
    #[serde(default)]
    pub counsel_domains: Vec<String>,
    /// Prefix of production numbers.
    #[serde(default = "default_prefix")]
    pub production_prefix: String,
    /// Where the key set lies.
    pub key_set: PathBuf,
    /// Where the second copy of the key set lies.
    pub key_set_second: PathBuf,
    /// Schedules in force, by key.
    #[serde(default)]
    pub schedules: Vec<String>,
    /// Optional holidays.
    #[serde(default)]
    pub holidays: HolidayChoice,
    /// Policy switches.
    #[serde(default)]
    pub policy: Policy,
    /// The nightly work.
    #[serde(default)]
    pub nightly: Nightly,
    /// Custodians.
    #[serde(default)]
    pub custodians: Vec<CustodianProfile>,
}

fn default_prefix() -> String {
    "CITY-".to_owned()
}
