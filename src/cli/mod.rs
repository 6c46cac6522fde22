//! The command line: it parses, calls one operation, and prints what came back.
//!
//! Results go to standard output, progress to standard error and only to a terminal. Exit codes: 0 done, 1 failed,
//! 2 done with exceptions, 3 refused, 4 integrity problem found, 64 usage, 70 internal error.

mod args;
mod backup;
mod citation;
mod classify;
mod claw_back;
mod conversation;
mod demo;
mod dispose;
mod document;
mod event;
mod file;
mod findings;
mod gaps;
mod hold;
mod hold_change;
mod hold_letters;
mod index;
mod ingest;
mod intake;
mod ledger;
mod ledger_proof;
mod ledger_time;
mod nightly;
mod output;
mod people;
mod produce;
mod ranking;
mod redact;
mod repository;
mod request;
mod request_letters;
mod request_standing;
mod request_steps;
mod review;
mod review_more;
mod schedule;
mod schedule_review;
mod scope;
mod screen;
mod search;
mod show;
mod status;
mod timeline;
mod transfer;
mod verify;
mod why;

use clap::Parser;
use output::{Failure, Output};
use std::process::ExitCode;

/// Everything went as asked.
const DONE: u8 = 0;
/// Done, and some items could not be processed; they are listed.
const EXCEPTIONS: u8 = 2;
/// Every argument error (`EX_USAGE` of sysexits.h).
const USAGE: u8 = 64;
/// The program is wrong (`EX_SOFTWARE` of sysexits.h).
const INTERNAL: u8 = 70;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error),
    };
    let json = arguments.common.json;
    let mut output = Output::new(json);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dispatch(&arguments, &mut output)));
    match result {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(failure)) => ExitCode::from(output.fail(&failure)),
        Err(_) => ExitCode::from(output.fail(&Failure::internal())),
    }
}

fn dispatch(arguments: &args::Arguments, output: &mut Output) -> Result<u8, Failure> {
    let common = &arguments.common;
    match &arguments.command {
        args::Command::Init(init) => repository::init(common, init, output),
        args::Command::Status(status) => status::run(common, status, output),
        args::Command::Ingest(ingest) => ingest::run(common, ingest, output),
        args::Command::Search(search) => search::run(common, search, output),
        args::Command::Index(reindex) => index::run(common, reindex, output),
        args::Command::Show(show) => show::run(common, show, output),
        args::Command::Conversation(arguments) => conversation::run(common, arguments, output),
        args::Command::Duplicates(arguments) => conversation::duplicates(common, arguments, output),
        args::Command::Classify(classify) => classify::run(common, classify, output),
        args::Command::Gaps(gaps) => gaps::run(common, gaps, output),
        args::Command::Request(request) => request::run(common, request, output),
        args::Command::Citation(command) => citation::run(common, command, output),
        args::Command::Review(review) => review::run(common, review, output),
        args::Command::Produce(produce) => produce::run(common, produce, output),
        args::Command::Verify(verify) => verify::run(common, verify, output),
        args::Command::Schedule(command) => schedule::run(common, command, output),
        args::Command::Event(command) => event::run(common, command, output),
        args::Command::Screen(command) => screen::run(common, command, output),
        args::Command::Intake(command) => intake::run(common, command, output),
        args::Command::People(command) => people::run(common, command, output),
        args::Command::Timeline(timeline) => timeline::run(common, timeline, output),
        args::Command::File(command) => file::run(common, command, output),
        args::Command::Transfer(command) => transfer::run(common, command, output),
        args::Command::Hold(command) => hold::run(common, command, output),
        args::Command::Dispose(command) => dispose::run(common, command, output),
        args::Command::Purge(which) => dispose::purge(common, which, output),
        args::Command::Nightly(arguments) => nightly::run(common, arguments, output),
        args::Command::Backup(arguments) => backup::take(common, arguments, output),
        args::Command::Restore(arguments) => backup::restore(common, arguments, output),
        args::Command::Keys(command) => backup::keys(common, command, output),
        args::Command::Export(arguments) => backup::export(common, arguments, output),
        args::Command::Demo(demo) => demo::run(demo, output),
        args::Command::Ledger(command) => ledger::run(common, command, output),
    }
}
