//! What the whole-program comparison of `benches/peers.sh` needs: a generated Maildir, and the raw limits beside the
//! programs that read it.
//!
//! ```text
//! peers write DIR COUNT     a Maildir of COUNT messages, the same on every machine
//! peers raw DIR             reads that Maildir four times: BLAKE3 alone, mail-parser alone, mail-parser and tantivy, the same with
//!                           the body once more stemmed
//! ```

mod maildir;
mod raw;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["write", directory, count] => match count.parse() {
            Ok(count) => maildir::write(Path::new(directory), count),
            Err(_) => Err(std::io::Error::other("COUNT is a number")),
        },
        ["raw", directory] => raw::measure(Path::new(directory)),
        // `cargo bench` without arguments: there is nothing to measure without a Maildir.
        [] => {
            println!("run benches/peers.sh");
            Ok(())
        }
        _ => Err(std::io::Error::other("peers write DIR COUNT | peers raw DIR")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
