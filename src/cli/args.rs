//! The words of the command line.
//!
//! A command is described where it stands in its list; the arguments of one are put together only when it is called,
//! because making all of them takes longer than many a search. What is then put together would bring its own description
//! along, so the types of arguments have plain comments.

use super::backup::{Backup, Export, KeysCommand, Restore};
use super::citation::CitationCommand;
use super::conversation::{Conversation, Duplicates};
use super::demo::Demo;
use super::dispose::{self, DisposeCommand};
use super::event::EventCommand;
use super::file::FileCommand;
use super::gaps::Gaps;
use super::hold::HoldCommand;
use super::intake::IntakeCommand;
use super::ledger::LedgerCommand;
use super::nightly::Nightly;
use super::people::PeopleCommand;
use super::produce::Produce;
use super::request::RequestCommand;
use super::review::ReviewCommand;
use super::schedule::ScheduleCommand;
use super::screen::ScreenCommand;
use super::timeline::Timeline;
use super::transfer::TransferCommand;
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

/// The heading of the options that every command takes.
const ALL_COMMANDS: &str = "Options of every command, before or after its name";

// Options that every command takes, before or after its name.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The repository directory
    #[arg(long, global = true, help_heading = ALL_COMMANDS, env = "RECORDROOM_REPOSITORY", value_name = "DIR", default_value = ".")]
    pub repository: PathBuf,
    /// Print the result as JSON
    #[arg(long, global = true, help_heading = ALL_COMMANDS)]
    pub json: bool,
    /// The acting person (default: the user of this computer)
    #[arg(long = "as", global = true, help_heading = ALL_COMMANDS, value_name = "NAME")]
    pub acting: Option<String>,
    /// The moment it is meant to be, for exercise repositories alone (2026-03-01 or 2026-03-01T02:00:00Z)
    #[arg(long, global = true, help_heading = ALL_COMMANDS, value_name = "MOMENT")]
    pub now: Option<String>,
}

// What to do.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Create a repository
    ///
    /// Example: recordroom init records --city "Cedar Bend" --domain cedarbend.example
    Init(Init),
    /// Take in exported files and folders, in every format that is recognised by its content
    ///
    /// Example: recordroom ingest exports/olstad-maren --custodian "Maren Olstad"
    Ingest(Ingest),
    /// How the repository stands, and what could not be processed
    ///
    /// Example: recordroom status --exceptions
    Status(Status),
    /// Find items by their words, addresses, numbers, dates and kinds
    ///
    /// Example: recordroom search 'permit AND from:smith date:2025-01..2025-03'
    ///
    /// Words: road, "oak street", road w/5 repair, vote~ (vote, votes, voted), annex*, and AND, OR, NOT in capitals with
    /// parentheses. Fields: subject: body: attachment: file: from: to: cc: bcc: recipient: party: person: custodian: kind:
    /// status: series: family: type: has:attachment is:unsearchable is:undated date:2025-03..2025-06 after: before:
    Search(Search),
    /// Show one item, why it is still here, or its original bytes
    ///
    /// Example: recordroom show R-12 --why
    Show(Show),
    /// The conversation an item belongs to: who answered whom, what is the same, and what has to be read
    ///
    /// Example: recordroom conversation R-12
    Conversation(Conversation),
    /// What is the same, nearly the same, or quoted whole in another item
    ///
    /// Example: recordroom duplicates --request Q-1
    Duplicates(Duplicates),
    /// What should be here and is not: a number's bill beside its phone, or holes in the mail
    ///
    /// Example: recordroom gaps 612-555-0140 --from 2025-01-01 --to 2025-12-31
    Gaps(Gaps),
    /// Record status: why, set by a person, confirmed by a sample, and what is not settled
    ///
    /// Example: recordroom classify queue
    Classify(Classify),
    /// Data requests: open, list, show, collect, close
    ///
    /// Example: recordroom request open --kind public --what "Everything on Ridgeview Road" --query ridgeview
    #[command(subcommand)]
    Request(RequestCommand),
    /// Citations of law: what may stand in a letter or a log
    ///
    /// Example: recordroom citation list --unverified
    #[command(subcommand)]
    Citation(CitationCommand),
    /// Decide item by item what a request is given
    ///
    /// Example: recordroom review list Q-1 --undecided
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Deliver what was decided: numbered, hashed, checked
    ///
    /// Example: recordroom produce Q-1 answer-to-the-newspaper --also threads,call-tables
    Produce(Produce),
    /// Check the repository, a delivered production, a certificate, a plan or a checkpoint
    ///
    /// Example: recordroom verify answer-to-the-newspaper
    Verify(Verify),
    /// Retention schedules: adopted, checked, imported, compared, tried
    ///
    /// Example: recordroom schedule list
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// What happened that retention rules wait for: recorded, cancelled, listed
    ///
    /// Example: recordroom event record contract-ended --matter "Contract 24-17" --on 2026-03-31 --reason "final payment"
    #[command(subcommand)]
    Event(EventCommand),
    /// Sort what came from an employee's own device: government data, or personal
    ///
    /// Example: recordroom screen list
    #[command(subcommand)]
    Screen(ScreenCommand),
    /// The intake register: what was handed over, and what of it is still to be disposed of
    ///
    /// Example: recordroom intake list
    #[command(subcommand)]
    Intake(IntakeCommand),
    /// Who takes part: addresses and numbers, what is known of each, and from where
    ///
    /// Example: recordroom people list smith
    #[command(subcommand)]
    People(PeopleCommand),
    /// Mail, texts and calls of a person, a number or a matter in one order
    ///
    /// Example: recordroom timeline "(763) 555-0142" --from 2025-01-01
    Timeline(Timeline),
    /// Legal holds: what they cover is not destroyed
    ///
    /// Example: recordroom hold list
    #[command(subcommand)]
    Hold(HoldCommand),
    /// Official records in the document system: written out, receipt taken, stubs
    ///
    /// Example: recordroom file export /srv/laserfiche/in/2026-11
    #[command(subcommand)]
    File(FileCommand),
    /// Archival items: offered to the archives, their receipt taken
    ///
    /// Example: recordroom transfer offer /media/disk/for-the-archives
    #[command(subcommand)]
    Transfer(TransferCommand),
    /// Destruction: planned, approved by somebody else, run, certified
    ///
    /// Example: recordroom --as "Priya Raman" dispose plan
    #[command(subcommand)]
    Dispose(DisposeCommand),
    /// The same as dispose run
    ///
    /// Example: recordroom purge D-1
    Purge(dispose::Which),
    /// The work of every night: take in, protect, run what was approved, plan, check, report
    ///
    /// Example: recordroom --as nightly nightly
    Nightly(Nightly),
    /// Copy the data, without the keys, to a folder elsewhere
    ///
    /// Example: recordroom backup /media/disk/recordroom
    Backup(Backup),
    /// Put a repository back: a backup, and the newest keys
    ///
    /// Example: recordroom restore /media/disk/recordroom --key-set /media/stick/keys records
    Restore(Restore),
    /// The two places of the keys: how they stand, and a lost one written anew
    ///
    /// Example: recordroom keys restore
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Write everything out in its own formats, with tables that any program reads
    ///
    /// Example: recordroom export --all /media/disk/everything
    Export(Export),
    /// A small city's story, from exports to a certificate, in an exercise of its own
    ///
    /// Example: recordroom demo cedar-bend
    Demo(Demo),
    /// Who did what when, and signed checkpoints to keep elsewhere
    ///
    /// Example: recordroom ledger list --limit 20
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Bring the search index up to date, or make it again from the sealed items
    ///
    /// Example: recordroom index
    Index(Reindex),
}

// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The directory to create
    pub directory: PathBuf,
    /// An exercise: it accepts a clock, and everything it prints says EXERCISE
    #[arg(long)]
    pub exercise: bool,
    /// The name of the city
    #[arg(long, default_value = "", hide_default_value = true)]
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
    /// Start from the choices and custodians of this profile, such as that of an earlier repository
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// List what could not be processed: what is wrong, and where it was
    #[arg(long)]
    pub exceptions: bool,
}

// Arguments of `ingest`.
#[derive(Debug, Args)]
pub struct Ingest {
    /// Files and folders, as they were exported
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Whose export it is (a custodian of the profile)
    #[arg(long, value_name = "NAME")]
    pub custodian: Option<String>,
    /// A CSV that tells whose each file is: file, custodian, device, collected by, collected on, method (default: one that
    /// lies beside the files)
    #[arg(long, value_name = "FILE")]
    pub intake_sheet: Option<PathBuf>,
    /// Everything comes from a device of a person's own: it is set aside until somebody has sorted it
    #[arg(long)]
    pub personal_device: bool,
    /// How to read call detail: the name of a shipped mapping profile, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub call_profile: Option<String>,
    /// Which number of a date is the day in chats of WhatsApp that do not tell it themselves: ask the owner of the phone
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<WrittenOrder>,
    /// Read pictures, and pages that are pictures, by OCR, whatever the agency profile says (needs tesseract; slow)
    #[arg(long)]
    pub ocr: bool,
}

/// The order of day and month in a written date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum WrittenOrder {
    /// Day, month, year
    Dmy,
    /// Month, day, year
    Mdy,
}

// Arguments of `search`.
#[derive(Debug, Args)]
pub struct Search {
    /// The query, for example: permit AND from:smith date:2025-01..2025-03
    #[arg(required_unless_present_any = ["again", "saved", "lines"], conflicts_with_all = ["again", "saved", "lines"])]
    pub query: Vec<String>,
    /// How many hits to print, the newest first
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    /// Also print how many items each word is in
    #[arg(long)]
    pub terms: bool,
    /// Keep the query under this name, and record what it found: search --save "ridgeview first" 'ridgeview'
    #[arg(long, value_name = "NAME", conflicts_with_all = ["again", "saved", "lines", "report"])]
    pub save: Option<String>,
    /// Run a saved search again, and record what it found: search --again "ridgeview first"
    #[arg(long, value_name = "NAME", conflicts_with_all = ["saved", "lines", "report"])]
    pub again: Option<String>,
    /// List the saved searches: who ran each when, and what it found
    #[arg(long, conflicts_with_all = ["lines", "report"])]
    pub saved: bool,
    /// Write a term report: items and families each word, phrase and distance is in, what it alone finds, and the same
    /// for each custodian. A name that ends in .csv gets tables, any other a text: search --report terms.csv 'road repair'
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// For the term report: a file with one query on each line
    #[arg(long, value_name = "FILE", requires = "report")]
    pub lines: Option<PathBuf>,
}

// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The item, such as R-12; its family, such as F-7; or something quarantined, such as X-2
    pub id: String,
    /// Why it is still here, and when it may go
    #[arg(long)]
    pub why: bool,
    /// With --why: the day for which it is asked (default: today)
    #[arg(long, value_name = "DAY", requires = "why")]
    pub on: Option<chrono::NaiveDate>,
    /// Also show the conversation it belongs to
    #[arg(long, conflicts_with = "original")]
    pub conversation: bool,
    /// Write the original bytes to standard output, for example into a file: show R-12 --original > message.eml
    #[arg(long)]
    pub original: bool,
    /// Write the item as it is filed, PDF/A-3a with its original inside, to standard output: show R-12 --pdf > R-12.pdf
    #[arg(long, conflicts_with_all = ["original", "why"])]
    pub pdf: bool,
}

// Arguments of `classify`.
#[derive(Debug, Args)]
pub struct Classify {
    /// What to do
    #[command(subcommand)]
    pub act: ClassifyAct,
}

// What `classify` does.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
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

// What a person decides.
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

// Arguments of `index`.
#[derive(Debug, Args)]
pub struct Reindex {
    /// Drop the index and make it again from the sealed items
    #[arg(long)]
    pub rebuild: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Every command below this one, by its way: what its list says of it, and what its own help begins with.
    fn compare(list: &clap::Command, own: &clap::Command, way: &str, seen: &mut usize) {
        for command in own.get_subcommands().filter(|one| one.get_name() != "help") {
            let way = format!("{way} {}", command.get_name());
            let listed = list.find_subcommand(command.get_name());
            let told = listed.and_then(clap::Command::get_about).or(command.get_about()).map(ToString::to_string);
            assert_eq!(command.get_about().map(ToString::to_string), told, "{way}: its help says something else");
            let long = command.get_long_about().map(ToString::to_string).unwrap_or_default();
            assert!(long.contains("Example: recordroom") || command.has_subcommands(), "{way}: no example: {long}");
            assert!(!told.unwrap_or_default().starts_with("Arguments of"), "{way}: a description of a type");
            *seen += 1;
            compare(listed.unwrap_or(command), command, &way, seen);
        }
    }

    #[test]
    fn a_command_says_the_same_of_itself_in_its_list_and_in_its_help() {
        let list = Arguments::command();
        let mut own = Arguments::command();
        own.build();
        own.clone().debug_assert();
        let mut seen = 0;
        compare(&list, &own, "recordroom", &mut seen);
        assert!(seen > 60, "{seen} commands were looked at");
    }
}
