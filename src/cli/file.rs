//! `file`: official records written out for the document system, its receipt, and what stays.

use super::output::{Failure, Output, TerminalMonitor, counted, table};
use super::repository::{REFUSED, capitalised};
use super::scope::family_named;
use super::{DONE, EXCEPTIONS, args::Common, repository, request};
use crate::base::durable;
use crate::base::id::{FilingId, ProductionId};
use crate::filing::stub::Asked;
use crate::filing::{self, FilingError, ReceiptLine, Wanted, receipt::read};
use crate::model::hold::Scope;
use crate::repository::{Repository, RepositoryError};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

// Official records in the city's document system.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum FileCommand {
    /// Write official records out as PDF, with their originals and the lists for the import; the list file comes last
    ///
    /// Example: recordroom file export /srv/laserfiche/in/2026-11 --series correspondence-general
    Export(Export),
    /// Take the document system's receipt: the entry and the digest of each file
    ///
    /// Example: recordroom file receipt L-1 --from receipt.csv
    Receipt(Receipt),
    /// Every filing, and what of it waits for its receipt
    ///
    /// Example: recordroom file list
    List,
    /// What stays of filed records, safe to disclose: dates, series and entry
    ///
    /// Example: recordroom file stubs --from 2025-01-01 --custodian "Maren Olstad"
    Stubs(Stubs),
    /// Write a recorded production for the document system: delivered again and checked, with the list for the import
    ///
    /// Example: recordroom file production P-1 /srv/laserfiche/in/P-1
    Production {
        /// The production, such as P-1
        production: ProductionId,
        /// A new folder
        folder: PathBuf,
    },
    /// Copy the template of the list file into the repository, to be edited there
    ///
    /// Example: recordroom file templates
    Templates,
}

// Arguments of `file export`.
#[derive(Debug, Args)]
pub struct Export {
    /// A new folder
    pub folder: PathBuf,
    /// Only this record (may be given several times): R-12 or F-7
    #[arg(long = "item", value_name = "ID")]
    pub items: Vec<String>,
    /// Only records that this query finds
    #[arg(long, value_name = "QUERY", conflicts_with = "items")]
    pub query: Option<String>,
    /// Only records of this series
    #[arg(long, value_name = "KEY")]
    pub series: Option<String>,
    /// At most so many
    #[arg(long)]
    pub limit: Option<usize>,
}

// Arguments of `file receipt`.
#[derive(Debug, Args)]
pub struct Receipt {
    /// The filing, such as L-1
    pub filing: FilingId,
    /// A table with the columns file, entry and sha256 (CSV or a workbook): the form receipt.csv, filled in
    #[arg(long, value_name = "FILE", required_unless_present = "file", conflicts_with = "file")]
    pub from: Option<PathBuf>,
    /// One file, as the form names it
    #[arg(long, value_name = "PATH", requires = "entry", requires = "sha256")]
    pub file: Option<String>,
    /// Its entry in the document system
    #[arg(long)]
    pub entry: Option<String>,
    /// SHA-256 of the file as it is stored there
    #[arg(long, value_name = "HEX")]
    pub sha256: Option<String>,
}

// Arguments of `file stubs`.
#[derive(Debug, Args)]
pub struct Stubs {
    /// Only records from this day on
    #[arg(long, value_name = "DAY")]
    pub from: Option<NaiveDate>,
    /// Only records up to this day, the day included
    #[arg(long, value_name = "DAY")]
    pub to: Option<NaiveDate>,
    /// Only copies of this custodian (may be given several times)
    #[arg(long = "custodian", value_name = "NAME")]
    pub custodians: Vec<String>,
}

impl From<FilingError> for Failure {
    fn from(error: FilingError) -> Self {
        let said = capitalised(&error.to_string());
        match error {
            FilingError::Repository(error) => error.into(),
            FilingError::Catalog(error) => error.into(),
            FilingError::Retention(error) => error.into(),
            FilingError::Template { .. } => {
                Self::new("template", said, "Correct that file in the folder templates of the repository.")
            }
            FilingError::Refused(_) => {
                Self::new("refused", said, "Nothing was filed or transferred.").with_exit(REFUSED)
            }
        }
    }
}

/// The document system as a further place to search for what a hold or a request reaches: for JSON, and as a line.
pub fn further(opened: &Repository, scope: &Scope) -> Result<(Value, String), Failure> {
    let place = filing::further_place(opened, &Asked::of(scope))?;
    let line = place.as_ref().map(|place| format!("{}\n", place.sentence)).unwrap_or_default();
    Ok((json!(place.into_iter().collect::<Vec<_>>()), line))
}

/// `recordroom file`
pub fn run(common: &Common, command: &FileCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match command {
        FileCommand::Export(what) => export(&mut opened, what, &actor, output),
        FileCommand::Receipt(what) => receipt(&mut opened, what, &actor, output),
        FileCommand::List => list(&opened, output),
        FileCommand::Stubs(asked) => stubs(&opened, asked, output),
        FileCommand::Production { production, folder } => in_system(&mut opened, *production, folder, &actor, output),
        FileCommand::Templates => {
            let written = filing::copy_templates(&opened)?;
            let text = match written.first() {
                Some(path) => format!("Copied to {}\nEdit it there; filings use it from now on.", path.display()),
                None => "The template is in the repository already; nothing was changed.".to_owned(),
            };
            output.result(json!({ "written": written }), &text)?;
            Ok(DONE)
        }
    }
}

fn export(opened: &mut Repository, what: &Export, actor: &str, output: &Output) -> Result<u8, Failure> {
    let families = match (&what.query, what.items.as_slice()) {
        (Some(query), _) => Some(request::families(opened, query)?),
        (None, []) => None,
        (None, items) => Some(items.iter().map(|id| family_named(opened, id)).collect::<Result<Vec<_>, _>>()?),
    };
    let wanted = Wanted { families, series: what.series.clone(), limit: what.limit };
    let done = filing::export(opened, &wanted, &what.folder, actor)?;
    let left: Vec<_> = done.left_out.iter().map(|(family, why)| json!({ "family": family, "why": why })).collect();
    let value = json!({
        "filing": done.filing, "directory": done.directory, "items": done.families.len(), "files": done.files,
        "families": done.families, "left_out": left,
    });
    let mut text = format!(
        "{}: {} in {} files, in {}\nThe list file filing.xml was written last. Give the receipt back with: recordroom file \
         receipt {} --from {}\n",
        done.filing,
        counted(done.families.len() as u64, "official record"),
        done.files,
        done.directory.display(),
        done.filing,
        done.directory.join("receipt.csv").display()
    );
    for (family, why) in &done.left_out {
        text.push_str(&format!("{family} was left out: {why}\n"));
    }
    output.result(value, &text)?;
    Ok(if done.left_out.is_empty() { DONE } else { EXCEPTIONS })
}

fn receipt(opened: &mut Repository, what: &Receipt, actor: &str, output: &Output) -> Result<u8, Failure> {
    let lines = match (&what.from, &what.file) {
        (Some(path), _) => read(path)?,
        (None, file) => vec![ReceiptLine {
            file: file.clone().unwrap_or_default(),
            entry: what.entry.clone().unwrap_or_default(),
            sha256: what.sha256.clone().unwrap_or_default().to_lowercase(),
        }],
    };
    let done = filing::receipt(opened, what.filing, &lines, actor)?;
    let value = json!({
        "filing": what.filing, "files": done.files, "filed": done.filed, "missing": done.missing, "event": done.event,
    });
    let mut text = format!(
        "{} of {}: every digest is that of the file that was written out. {} since.\n",
        counted(done.files, "entry"),
        what.filing,
        match done.filed.len() {
            1 => "1 official record counts as filed".to_owned(),
            count => format!("{count} official records count as filed"),
        }
    );
    if !done.missing.is_empty() {
        text.push_str(&format!("{} without an entry yet:\n", counted(done.missing.len() as u64, "file")));
        done.missing.iter().take(20).for_each(|name| text.push_str(&format!("  {name}\n")));
    }
    output.result(value, &text)?;
    Ok(DONE)
}

fn list(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for (filing, event) in reading.filings()? {
        let (event, files) = (reading.event(event)?, reading.filed_files(filing)?);
        let waiting = files.iter().filter(|file| file.entry.is_none()).count();
        let day = event.at.with_timezone(&opened.zone()).format("%Y-%m-%d").to_string();
        values.push(json!({
            "filing": filing, "on": day, "by": event.actor, "files": files.len(), "waiting": waiting,
        }));
        rows.push(vec![
            filing.to_string(),
            day,
            crate::text::safe(&event.actor),
            files.len().to_string(),
            waiting.to_string(),
        ]);
    }
    let text = if rows.is_empty() {
        "Nothing was filed from here. Write official records out with: recordroom file export FOLDER".to_owned()
    } else {
        table(&["filing", "written on", "by", "files", "without a receipt"], &rows)
    };
    output.result(json!({ "filings": values }), &text)?;
    Ok(DONE)
}

fn stubs(opened: &Repository, asked: &Stubs, output: &Output) -> Result<u8, Failure> {
    let custodians = asked.custodians.iter().map(|name| opened.custodian_named(name)).collect::<Result<Vec<_>, _>>()?;
    let asked = Asked { from: asked.from, to: asked.to, custodians };
    let (all, place) = (filing::stubs(opened, &asked)?, filing::further_place(opened, &asked)?);
    let row = |stub: &filing::Stub| {
        vec![
            stub.family.to_string(),
            stub.sent_on.map_or_else(|| "no date".to_owned(), |day| day.to_string()),
            stub.kind.clone(),
            stub.series.clone(),
            crate::text::safe(&stub.entries.join(", ")),
            if stub.receipt { "receipt" } else { "a clerk's word" }.to_owned(),
            if stub.destroyed { "gone" } else { "here" }.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let told = table(&["family", "sent", "kind", "series", "entry", "known by", "copy here"], &rows);
    let sentence = place.as_ref().map(|place| place.sentence.clone()).unwrap_or_default();
    output.result(json!({ "stubs": all, "further_place": place }), &format!("{told}{sentence}"))?;
    Ok(DONE)
}

/// `recordroom file production`
fn in_system(
    opened: &mut Repository,
    id: ProductionId,
    folder: &Path,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(FilingError::Refused(format!("{} is not empty; name a new folder", folder.display())).into());
    }
    durable::create_dir_all(folder).map_err(|error| RepositoryError::io(folder, error))?;
    let items = opened.catalog().reading().production(id)?.0.items;
    let families: Vec<_> = items.iter().map(|(_, family, ..)| *family).collect();
    crate::access::record(opened, "file production", &families, actor)?;
    let monitor = TerminalMonitor::default();
    crate::production::again(opened, id, &folder.join(id.to_string()), &monitor)?;
    monitor.clear();
    let documents = filing::list_production(opened, id, folder)?;
    let text = format!(
        "{id} lies in {}, delivered again and checked, with the list of its {} for the import.\nNothing was filed by this: \
         no receipt is asked for.\n",
        folder.display(),
        counted(documents, "document")
    );
    output.result(json!({ "production": id, "directory": folder, "documents": documents }), &text)?;
    Ok(DONE)
}
