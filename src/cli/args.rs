//! The words of the command line.

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
#[derive(Debug, Args)]
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
    /// Data requests: open, list, show, collect, close
    #[command(subcommand)]
    Request(Request),
    /// Decide item by item what a request is given
    #[command(subcommand)]
    Review(Review),
    /// Deliver what was decided: numbered, hashed, checked
    Produce(Produce),
    /// Check a delivered production
    Verify(Verify),
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

/// Steps of a data request.
#[derive(Debug, Subcommand)]
pub enum Request {
    /// Open a request; what it reaches is protected from destruction
    Open(RequestOpen),
    /// List all requests
    List,
    /// Show one request: due date, counts, how its review stands
    Show {
        /// The request, such as Q-1
        request: String,
    },
    /// Collect for review what the request reaches
    Collect {
        /// The request, such as Q-1
        request: String,
        /// Collect what this query finds instead
        #[arg(long)]
        query: Option<String>,
    },
    /// Close a request
    Close {
        /// The request, such as Q-1
        request: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Arguments of `request open`.
#[derive(Debug, Args)]
pub struct RequestOpen {
    /// public, data-subject or litigation: the kind decides the clock
    #[arg(long, value_name = "KIND")]
    pub kind: String,
    /// What was asked for, in the requester's words
    #[arg(long, value_name = "TEXT")]
    pub what: String,
    /// Who asks; a request for public data may be anonymous
    #[arg(long, value_name = "NAME", default_value = "")]
    pub requester: String,
    /// The day it was received (default: today)
    #[arg(long, value_name = "DATE")]
    pub received: Option<chrono::NaiveDate>,
    /// Days for the answer that a demand or order in litigation sets
    #[arg(long, value_name = "DAYS")]
    pub days: Option<u32>,
    /// Only records of this custodian; may be given more than once
    #[arg(long = "custodian", value_name = "NAME")]
    pub custodians: Vec<String>,
    /// Only records in which this address or number takes part; may be given more than once
    #[arg(long = "party", value_name = "ADDRESS")]
    pub parties: Vec<String>,
    /// Only records from this day on
    #[arg(long, value_name = "DATE")]
    pub from: Option<chrono::NaiveDate>,
    /// Only records until this day, included
    #[arg(long, value_name = "DATE")]
    pub to: Option<chrono::NaiveDate>,
    /// Only records that this query finds
    #[arg(long)]
    pub query: Option<String>,
}

/// Steps of a review.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// List the collected items with their decisions
    List {
        /// The request, such as Q-1
        request: String,
        /// Only items without a decision
        #[arg(long)]
        undecided: bool,
        /// How many items to print
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
    /// Decide on items
    Decide(ReviewDecide),
}

/// Arguments of `review decide`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("members").required(true))]
pub struct ReviewDecide {
    /// The request, such as Q-1
    pub request: String,
    /// One item; may be given more than once
    #[arg(long = "item", value_name = "ITEM", group = "members")]
    pub items: Vec<String>,
    /// Every member of a family; may be given more than once
    #[arg(long = "family", value_name = "FAMILY", group = "members")]
    pub families: Vec<String>,
    /// Every item without a decision
    #[arg(long, group = "members")]
    pub undecided: bool,
    /// Every member of the collected families that this query finds
    #[arg(long, group = "members")]
    pub query: Option<String>,
    /// responsive, not-responsive, withheld or partly-withheld
    #[arg(long)]
    pub decision: String,
    /// The legal basis, for anything withheld, such as "Minn. Stat. § 13.43, subd. 4"
    #[arg(long, default_value = "")]
    pub basis: String,
}

/// Arguments of `produce`.
#[derive(Debug, Args)]
#[command(
    override_usage = "recordroom produce [OPTIONS] REQUEST DIR\n       recordroom produce --again PRODUCTION DIR"
)]
pub struct Produce {
    /// The request, such as Q-1, and the new folder to write
    #[arg(required = true, num_args = 1..=2, value_names = ["REQUEST", "DIR"])]
    pub what: Vec<String>,
    /// Deliver a recorded production once more, with the same bytes
    #[arg(long, value_name = "PRODUCTION", conflicts_with_all = ["prefix", "natives"])]
    pub again: Option<String>,
    /// Letters before the numbers (default: the profile's)
    #[arg(long)]
    pub prefix: Option<String>,
    /// Also give the original files (litigation only)
    #[arg(long)]
    pub natives: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder of a delivered production
    pub directory: Option<PathBuf>,
    /// The city's key, as it is known by another way than the folder
    #[arg(long, value_name = "HEX")]
    pub key: Option<String>,
}
