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

/// Arguments of `index`.
#[derive(Debug, Args)]
pub struct Reindex {
    /// Drop the index and make it again from the sealed items
    #[arg(long)]
    pub rebuild: bool,
}
