//! Printing: results, failures with what to do next, and progress on a terminal.

use crate::base::monitor::{Monitor, Progress};
use crate::base::trouble::plain;
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;

/// Version of the JSON shapes.
pub const SCHEMA: u32 = 1;

/// An operation that failed or was refused, in a clerk's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    /// A stable word for programs.
    pub code: &'static str,
    /// What went wrong, a sentence.
    pub message: String,
    /// What to do next, a sentence or empty.
    pub hint: String,
}

impl Failure {
    /// A failure of the operation.
    pub fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint: String = hint.into();
        let (message, hint) = (message.into(), super::repository::capitalised(&hint));
        Self { exit: 1, code, message, hint }
    }

    /// The same with another exit code.
    pub fn with_exit(self, exit: u8) -> Self {
        Self { exit, ..self }
    }

    /// An argument that cannot be understood.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new("usage", message, hint).with_exit(super::USAGE)
    }

    /// The program is wrong.
    pub fn internal() -> Self {
        let hint = "Nothing half-done was kept; run the same command again, and report this if it happens again.";
        Self::new("internal", "The program met a state that should not be possible and stopped", hint)
            .with_exit(super::INTERNAL)
    }
}

/// Where results go.
#[derive(Debug)]
pub struct Output {
    json: bool,
    /// Everything that is printed about an exercise says so.
    exercise: Cell<bool>,
}

impl Output {
    /// Output as text or as JSON.
    pub fn new(json: bool) -> Self {
        Self { json, exercise: Cell::new(false) }
    }

    /// Whether results are printed as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Says from now on whether what is printed is about an exercise.
    pub fn about(&self, exercise: bool) {
        self.exercise.set(exercise);
    }

    /// Prints a result: the JSON shape, or the text.
    pub fn result(&self, mut value: Value, text: &str) -> Result<(), Failure> {
        if self.json {
            if let Some(object) = value.as_object_mut() {
                object.insert("schema".to_owned(), json!(SCHEMA));
                if self.exercise.get() {
                    object.insert("exercise".to_owned(), json!(true));
                }
            }
            self.bytes(format!("{value:#}\n").as_bytes())
        } else {
            let end = if text.ends_with('\n') { "" } else { "\n" };
            let heading = if self.exercise.get() { "EXERCISE\n" } else { "" };
            self.bytes(format!("{heading}{text}{end}").as_bytes())
        }
    }

    /// Prints a result of which the JSON is made only when it is asked for.
    pub fn result_of<T: serde::Serialize>(&self, value: &T, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if !self.json {
            return self.result(Value::Null, &text());
        }
        let value = serde_json::to_value(value)
            .map_err(|error| Failure::new("output", format!("The result could not be written: {error}"), ""))?;
        self.result(value, "")
    }

    /// Writes bytes to standard output. A reader that went away (`| head`) is no failure.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::new("output", format!("The result could not be printed: {}", plain(&error)), ""))
            }
            _ => Ok(()),
        }
    }

    /// Prints a failure and returns its exit code.
    pub fn fail(&self, failure: &Failure) -> u8 {
        if self.json {
            let error = json!({ "code": failure.code, "message": failure.message, "hint": failure.hint });
            let mut shape = json!({ "schema": SCHEMA, "error": error });
            if self.exercise.get() {
                shape["exercise"] = json!(true);
            }
            println!("{shape:#}");
        } else {
            let heading = if self.exercise.get() { "EXERCISE\n" } else { "" };
            eprintln!("{heading}{}.", failure.message.trim_end_matches('.'));
            if !failure.hint.is_empty() {
                eprintln!("{}", failure.hint);
            }
        }
        failure.exit
    }
}

/// Asks for a passphrase on standard input. On a terminal the question is shown and what is typed is not; a new
/// passphrase is asked for twice.
pub fn ask(question: &str, new: bool) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return typed(false);
    }
    eprint!("{question}: ");
    let first = typed(true)?;
    if new {
        eprint!("{question}, once more: ");
        if typed(true)? != first {
            return Err(Failure::usage("The two are not the same", "Nothing was changed; run the command again."));
        }
    }
    Ok(first)
}

/// One line of standard input, unseen on a terminal.
fn typed(terminal: bool) -> Result<String, Failure> {
    let mut line = String::new();
    let read = if terminal { unseen(&mut line) } else { std::io::stdin().read_line(&mut line) };
    match read {
        Ok(0) => {
            Err(Failure::usage("Nothing was typed", "Type the passphrase, or name a file with --passphrase-file."))
        }
        Ok(_) => Ok(line),
        Err(error) => {
            let message = format!("What was typed could not be read: {}", plain(&error));
            Err(Failure::new("input", message, "Name a file with --passphrase-file."))
        }
    }
}

/// Reads a line from the terminal while it shows nothing but the end of the line.
#[cfg(unix)]
fn unseen(line: &mut String) -> std::io::Result<usize> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = std::io::stdin();
    let before = tcgetattr(&terminal)?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    quiet.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
    let read = terminal.read_line(line);
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    read
}

#[cfg(not(unix))]
fn unseen(line: &mut String) -> std::io::Result<usize> {
    std::io::stdin().read_line(line)
}

/// A count with its noun: "1 item", "2 items".
pub fn counted(count: u64, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    if count == 1 { format!("1 {noun}") } else { format!("{count} {plural}") }
}

/// Prints an argument error, or the help that was asked for. An error is JSON where the arguments ask for that.
pub fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        let text = error.to_string();
        let said = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let said: Vec<&str> = said.split_whitespace().collect();
        let failure = Failure::usage(super::repository::capitalised(&said.join(" ")), "The words are told by: --help");
        return ExitCode::from(Output::new(true).fail(&failure));
    }
    // The words go where they belong even if nobody reads them.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { super::USAGE } else { super::DONE })
}

/// Shows progress on a terminal, problems as lines; silent otherwise.
#[derive(Debug)]
pub struct TerminalMonitor {
    terminal: bool,
    last: Mutex<usize>,
}

impl Default for TerminalMonitor {
    fn default() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: Mutex::new(0) }
    }
}

impl TerminalMonitor {
    /// Wipes the progress line.
    pub fn clear(&self) {
        self.line("");
    }

    fn line(&self, text: &str) {
        let Ok(mut last) = self.last.lock() else { return };
        if self.terminal {
            let width = text.chars().count();
            eprint!("\r{text}{}", " ".repeat(last.saturating_sub(width)));
            if width == 0 {
                eprint!("\r");
            }
            *last = width;
        }
    }
}

impl Monitor for TerminalMonitor {
    fn progress(&self, progress: Progress<'_>) {
        let rate = if progress.seconds > 0.0 { progress.items as f64 / progress.seconds } else { 0.0 };
        let mut line = format!("{}: {} items, {rate:.0} a second", progress.task, progress.items);
        if progress.total_bytes > 0 && progress.bytes > 0 {
            let share = (progress.bytes as f64 / progress.total_bytes as f64).min(1.0);
            let left = progress.seconds / share - progress.seconds;
            line.push_str(&format!(", {:.0} %, {} left", share * 100.0, duration(left)));
        }
        self.line(&line);
    }

    fn problem(&self, sentence: &str) {
        self.clear();
        if self.terminal {
            eprintln!("{sentence}");
        }
    }
}

/// Seconds in words.
fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        seconds @ 0..=99 => format!("{seconds} seconds"),
        seconds @ 100..=5_999 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

/// Rows as a table: columns padded, numbers to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    let mut push = |cells: Vec<&str>, right: bool| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            let number = right && !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit());
            line.push_str(&if number { format!("{pad}{cell}  ") } else { format!("{cell}{pad}  ") });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    };
    push(head.to_vec(), false);
    for row in rows {
        push(row.iter().map(String::as_str).collect(), true);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_words_and_tables_line_up() {
        assert_eq!(duration(59.6), "60 seconds");
        assert_eq!(duration(125.0), "3 minutes");
        assert_eq!(duration(7_300.0), "3 hours");
        let text = table(&["path", "found"], &[vec!["a.mbox".into(), "7".into()], vec!["b".into(), "12".into()]]);
        assert_eq!((counted(1, "family"), counted(2, "family")), ("1 family".to_owned(), "2 families".to_owned()));
        assert_eq!(text, "path    found\na.mbox      7\nb          12\n");
    }
}
