//! The words of the command line.

use super::demo::Demo;
use super::dispose::{self, DisposeCommand};
use super::hold::HoldCommand;
use super::ledger::LedgerCommand;
use super::produce::Produce;
use super::request::RequestCommand;
use super::review::ReviewCommand;
use super::schedule::ScheduleCommand;
use super::verify::Verify;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Keeps a Minnesota city's exported e-mail, texts and call detail: nothing lost, nothing kept too long, every
/// request answered.
#[derive(Debug, Parser)]
#[command(name = "recordroom", version, disable_help_subcommand = true, max_term_width = 100)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes, before or after its name.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The repository directory
    #[arg(long, global = true, env = "RECORDROOM_REPOSITORY", value_name = "DIR", default_value = ".")]
    pub repository: PathBuf,
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// The acting person (default: the user of this computer)
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub acting: Option<String>,
    /// The moment it is meant to be, for exercise repositories alone (2026-03-01 or 2026-03-01T02:00:00Z)
    #[arg(long, global = true, value_name = "MOMENT")]
    pub now: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a repository
    Init(Init),
    /// Take in exported files and folders
    Ingest(Ingest),
    /// How the repository stands
    Status,
    /// Find items by their words
    Search(Search),
    /// Show one item
    Show(Show),
    /// Record status: why, set by a person, confirmed by a sample, and what is not settled
    Classify(Classify),
    /// Data requests: open, list, show, collect, close
    #[command(subcommand)]
    Request(RequestCommand),
    /// Decide item by item what a request is given
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Deliver what was decided: numbered, hashed, checked
    Produce(Produce),
    /// Check a delivered production
    Verify(Verify),
    /// Retention schedules, and what happened that they wait for
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Legal holds
    #[command(subcommand)]
    Hold(HoldCommand),
    /// Destruction: planned, approved by somebody else, run, certified
    #[command(subcommand)]
    Dispose(DisposeCommand),
    /// The same as dispose run
    Purge(dispose::Which),
    /// A small city's story, from exports to a certificate, in an exercise of its own
    Demo(Demo),
    /// Who did what when
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Bring the search index up to date, or make it again
    Index(Reindex),
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The directory to create
    pub directory: PathBuf,
    /// An exercise: it accepts a clock, and everything it prints says EXERCISE
    #[arg(long)]
    pub exercise: bool,
    /// The name of the city
    #[arg(long, default_value = "")]
    pub city: String,
    /// The city's mail domains
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// Where the keys are kept, outside the repository (default: DIR-keys beside it)
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// Where the second copy of the keys is kept, on another disk where there is one (default: DIR-keys-second)
    #[arg(long, value_name = "DIR")]
    pub keys_second: Option<PathBuf>,
    /// Start from this profile
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub struct Ingest {
    /// Files and folders, as they were exported
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Whose export it is (a custodian of the profile)
    #[arg(long, value_name = "NAME")]
    pub custodian: Option<String>,
    /// How to read call detail: the name of a shipped mapping profile, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub call_profile: Option<String>,
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct Search {
    /// The query, for example: permit AND from:smith date:2025-01..2025-03
    #[arg(required = true)]
    pub query: Vec<String>,
    /// How many hits to print
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    /// Also print how many items each word is in
    #[arg(long)]
    pub terms: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The item, such as R-12
    pub id: String,
    /// Why it is still here, and when it may go
    #[arg(long)]
    pub why: bool,
    /// Write the original bytes to standard output
    #[arg(long)]
    pub original: bool,
}

/// Arguments of `classify`.
#[derive(Debug, Args)]
pub struct Classify {
    /// What to do
    #[command(subcommand)]
    pub act: ClassifyAct,
}

/// What `classify` does.
#[derive(Debug, Subcommand)]
pub enum ClassifyAct {
    /// Why an item has its status: every rule with what it matched, and who confirmed it
    ///
    /// Example: recordroom classify explain R-12
    Explain {
        /// The item, such as R-12 or F-7
        id: String,
    },
    /// Set the status of items, with a reason; the family of each is set
    ///
    /// Example: recordroom classify set R-12 R-15 --status official --series complaints-general --reason "answers a resident"
    Set {
        /// The items, such as R-12 or F-7
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        decision: Decision,
    },
    /// Draw a random sample of the proposed items of a status, to look at before the rest is confirmed
    ///
    /// Example: recordroom classify sample --status non-record
    Sample {
        /// official, transitory, non-record or personal
        #[arg(long)]
        status: String,
    },
    /// Settle a sample: what you say of each item of it. Items you have set by themselves need not be named again
    ///
    /// Example: recordroom classify settle 3 --agree R-1 R-4 R-9 --differ R-7=official --reason "read all of them"
    Settle {
        /// The number of the sample
        sample: i64,
        /// Items that are what the rules say
        #[arg(long, num_args = 1.., value_name = "ID")]
        agree: Vec<String>,
        /// Items that are something else
        #[arg(long, num_args = 1.., value_name = "ID=STATUS")]
        differ: Vec<String>,
        /// A file with one decision on each line: ID,STATUS
        #[arg(long, value_name = "FILE")]
        decisions: Option<PathBuf>,
        /// Who looked at it and how
        #[arg(long)]
        reason: String,
    },
    /// What is not settled, by correspondent and by conversation, the biggest first
    ///
    /// Example: recordroom classify queue --limit 10
    Queue {
        /// Items proposed to have this status, instead of the undetermined ones
        #[arg(long, conflicts_with = "all")]
        status: Option<String>,
        /// Every item that nobody has confirmed
        #[arg(long)]
        all: bool,
        /// How many groups to print
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Settle a group of the queue, exactly as it was shown
    ///
    /// Example: recordroom classify settle-group 3fa9c1d207be --count 14 --status personal --reason "the clerk's family"
    SettleGroup {
        /// The group, as the queue prints it
        group: String,
        /// How many items it had when it was shown
        #[arg(long)]
        count: u64,
        #[command(flatten)]
        decision: Decision,
    },
    /// How long items have stood undetermined
    ///
    /// Example: recordroom classify ageing
    Ageing,
    /// Apply the present rules to everything that nobody has confirmed
    ///
    /// Example: recordroom classify reclassify
    Reclassify,
    /// The rules, with what each looks at and why
    ///
    /// Example: recordroom classify rules
    Rules,
}

/// What a person decides.
#[derive(Debug, Args)]
pub struct Decision {
    /// official, transitory, non-record, personal or undetermined
    #[arg(long)]
    pub status: String,
    /// The series, by its key in an adopted schedule
    #[arg(long)]
    pub series: Option<String>,
    /// Why, in a few words, without quoting the item
    #[arg(long)]
    pub reason: String,
}

/// Arguments of `index`.
#[derive(Debug, Args)]
pub struct Reindex {
    /// Drop the index and make it again from the sealed items
    #[arg(long)]
    pub rebuild: bool,
}
