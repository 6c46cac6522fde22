//! Programs of other hands that are started for one file: their time, output and, where the machine lets us, memory are
//! bounded. What they read and write goes through pipes, so that no content is left behind on a disk.

use crate::base::clock::StopWatch;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long it is waited between two looks whether a program has ended, in milliseconds.
const LOOK_MILLISECONDS: u64 = 10;

/// What one run of a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Seconds from start to end.
    pub seconds: u64,
    /// Bytes that it may write.
    pub output: usize,
    /// Bytes of memory; bounded only where `prlimit` (util-linux) is installed.
    pub memory: u64,
}

/// Why a program gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HelperError {
    /// It could not be started.
    #[error("it could not be started")]
    NotStarted,
    /// It took too long and was ended.
    #[error("it took too long and was ended")]
    TooLong,
    /// It wrote too much and was ended.
    #[error("it wrote too much and was ended")]
    TooMuch,
    /// It reported a failure, or was out of memory.
    #[error("it failed on this file")]
    Failed,
}

/// A program that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helper {
    program: PathBuf,
    /// The program that bounds the memory of another one.
    keeper: Option<PathBuf>,
}

impl Helper {
    /// The program of this name on the search path; `None` when it is not installed.
    pub fn find(name: &str) -> Option<Self> {
        Some(Self { program: installed(name)?, keeper: installed("prlimit") })
    }

    /// Runs it once: what it writes, when it ends well within what it may use.
    ///
    /// # Errors
    /// When it cannot be started, fails, or goes beyond what it may use; then it is ended.
    pub fn run(&self, arguments: &[&str], input: &[u8], allowance: Allowance) -> Result<Vec<u8>, HelperError> {
        let mut command = self.command(allowance);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // One thread each: the workers of an intake are the ones that share the machine.
        command.env("OMP_THREAD_LIMIT", "1");
        let mut child = command.spawn().map_err(|_| HelperError::NotStarted)?;
        let watch = StopWatch::start();
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            end(&mut child);
            return Err(HelperError::NotStarted);
        };
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            // A program that has read enough closes its end; that is no failure.
            scope.spawn(move || {
                let _ = stdin.write_all(input);
            });
            scope.spawn(move || {
                let mut bytes = Vec::new();
                let result = stdout.take(allowance.output as u64 + 1).read_to_end(&mut bytes);
                let _ = sender.send(result.map(|_| bytes));
            });
            let outcome = match receiver.recv_timeout(Duration::from_secs(allowance.seconds)) {
                Ok(Ok(bytes)) if bytes.len() > allowance.output => Err(HelperError::TooMuch),
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(_)) => Err(HelperError::Failed),
                Err(_) => Err(HelperError::TooLong),
            };
            // Ending it breaks both pipes, so that neither thread waits on.
            let ended = outcome.is_ok() && ends_well(&mut child, &watch, allowance.seconds)?;
            end(&mut child);
            match outcome {
                Ok(_) if !ended => Err(HelperError::Failed),
                other => other,
            }
        })
    }

    fn command(&self, allowance: Allowance) -> Command {
        let Some(keeper) = &self.keeper else { return Command::new(&self.program) };
        let mut command = Command::new(keeper);
        let limits =
            [format!("--as={}", allowance.memory), format!("--cpu={}", allowance.seconds), "--core=0".to_owned()];
        command.args(limits.iter().map(OsString::from)).arg("--").arg(&self.program);
        command
    }
}

/// Waits for the end; whether it ended well. One that has closed its output and does not end is ended.
fn ends_well(child: &mut Child, watch: &StopWatch, seconds: u64) -> Result<bool, HelperError> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if watch.seconds() < seconds as f64 => {
                thread::sleep(Duration::from_millis(LOOK_MILLISECONDS));
            }
            _ => {
                end(child);
                return Err(HelperError::TooLong);
            }
        }
    }
}

/// Ends a program and takes note of it; one that has ended already stays so.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Where a program lies on the search path; folders that are not named from the root are passed over.
fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    places.map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITTLE: Allowance = Allowance { seconds: 2, output: 1_000, memory: 512 * 1024 * 1024 };

    #[test]
    fn a_program_is_given_its_input_and_held_to_its_limits() {
        let Some(shell) = Helper::find("sh") else {
            println!("skipped: no shell is here");
            return;
        };
        let run = |script: &str, input: &[u8]| shell.run(&["-c", script], input, LITTLE);
        let watch = StopWatch::start();
        type Outcome = Result<Vec<u8>, HelperError>;
        let cases: [(&str, Outcome, &str); 6] = [
            ("cat", Ok(b"words".to_vec()), "what it reads it writes"),
            ("true", Ok(Vec::new()), "it need not read"),
            ("exit 3", Err(HelperError::Failed), "it says that it failed"),
            ("exec sleep 60", Err(HelperError::TooLong), "it does not end"),
            ("exec >&-; exec sleep 60", Err(HelperError::TooLong), "it closes its output and does not end"),
            ("exec yes", Err(HelperError::TooMuch), "it writes without end"),
        ];
        for (script, expected, why) in cases {
            assert_eq!(run(script, b"words"), expected, "{why}");
        }
        assert_eq!(run("true", &vec![0; 10_000_000]), Ok(Vec::new()), "more input than a pipe holds");
        assert!(watch.seconds() < 30.0, "each was ended in time");
        let nowhere = Helper { program: PathBuf::from("/none/such"), keeper: None };
        assert_eq!(nowhere.run(&[], b"", LITTLE), Err(HelperError::NotStarted));
        assert_eq!(Helper::find("no-such-program-is-here"), None);
    }
}
