//! `demo`

use super::output::{Failure, Output};
use super::{DONE, repository};
use crate::demo::{self, DemoError, Teller};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder to write to; one that an earlier demonstration made is made anew
    #[arg(default_value = "exercise-demo")]
    pub directory: PathBuf,
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        Self::new(
            "demo",
            repository::capitalised(&error.to_string()),
            "Run it again in a new folder: recordroom demo DIR",
        )
    }
}

/// `recordroom demo`
pub fn run(demo: &Demo, output: &Output) -> Result<u8, Failure> {
    let directory: &Path = &demo.directory;
    let mut told = String::new();
    let mut failed = None;
    let mut listen = |text: &str| {
        told.push_str(text);
        if !output.is_json()
            && let Err(failure) = output.bytes(text.as_bytes())
        {
            failed = Some(failure);
        }
    };
    demo::run(directory, &mut Teller::new(&mut listen))?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    if output.is_json() {
        output.result(json!({ "directory": directory, "told": told }), "")?;
    }
    Ok(DONE)
}
