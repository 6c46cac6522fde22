//! `produce`

use super::args::Common;
use super::claw_back::{self, ProduceCommand};
use super::output::{Failure, Output, TerminalMonitor, counted, table};
use super::redact::version;
use super::repository::{self, INTEGRITY, REFUSED};
use super::{DONE, request};
use crate::base::durable;
use crate::base::id::{IdError, ProductionId, RequestId};
use crate::model::production::Extra;
use crate::production::{self, Outcome, ProduceOptions, Produced, ProductionError, Withheld};
use crate::repository::{Repository, RepositoryError};
use crate::text::safe;
use clap::Args;
use serde_json::json;
use std::path::Path;

// Arguments of `produce`.
#[derive(Debug, Args)]
#[command(
    override_usage = "recordroom produce [OPTIONS] REQUEST DIR\n       recordroom produce --again PRODUCTION DIR\n       \
                      recordroom produce --certificate PRODUCTION FILE\n       \
                      recordroom produce encrypt|claw-back|assess|breach-notice|claw-backs ...",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Produce {
    /// What is done about a production that was delivered
    #[command(subcommand)]
    pub command: Option<ProduceCommand>,
    /// The request, such as Q-1, and the new folder to write
    #[arg(required = true, num_args = 1..=2, value_names = ["REQUEST", "DIR"])]
    pub what: Vec<String>,
    /// Deliver a recorded production once more, with the same bytes
    #[arg(long, value_name = "PRODUCTION", conflicts_with_all = ["prefix", "natives", "also", "images", "repeats_reviewed", "version"])]
    pub again: Option<ProductionId>,
    /// Letters before the numbers (default: the profile's)
    #[arg(long)]
    pub prefix: Option<String>,
    /// Also give the original files (litigation and subpoenas only)
    #[arg(long)]
    pub natives: bool,
    /// What to give beside the usual files: lfp, edrm, rsmf, threads, call-tables, page-pdf, tiff,
    /// minisign, ssh; several with commas between them
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub also: Vec<Extra>,
    /// An image to a page, which the image load file then names: pdf, or tiff (CCITT Group 4, 300
    /// dots to the inch; needs pdftoppm)
    #[arg(long, value_name = "KIND", value_parser = image_kind)]
    pub images: Option<Extra>,
    /// Write the draft of a certificate for a court on a recorded production into a new file; a person completes and
    /// signs it (Fed. R. Evid. 902(13) and (14))
    #[arg(long, value_name = "PRODUCTION", conflicts_with_all = ["again", "prefix", "natives", "also", "images", "repeats_reviewed"])]
    pub certificate: Option<ProductionId>,
    /// Words of withheld items that other items repeat were looked at, and may be given
    #[arg(long)]
    pub repeats_reviewed: bool,
    /// For whom it is made: public, data-subject, city-attorney (nothing left out, own numbers, not for release) or
    /// opposing-party (default: whom the request says)
    #[arg(long)]
    pub version: Option<String>,
}

fn image_kind(word: &str) -> Result<Extra, String> {
    match word {
        "pdf" => Ok(Extra::PagePdf),
        "tiff" | "tif" => Ok(Extra::Tiff),
        _ => Err("it is pdf or tiff".to_owned()),
    }
}

impl From<ProductionError> for Failure {
    fn from(error: ProductionError) -> Self {
        let message = repository::capitalised(&error.to_string());
        match error {
            ProductionError::Repository(error) => error.into(),
            ProductionError::Catalog(error) => error.into(),
            ProductionError::Io { path, error } => RepositoryError::io(&path, error).into(),
            ProductionError::Undecided(_) => {
                let hint = "Decide on them first: recordroom review list REQUEST --undecided";
                Self::new("undecided", message, hint).with_exit(REFUSED)
            }
            ProductionError::Partly(_) => {
                let hint = "Say which words with: recordroom review redact; or withhold them whole with their basis, or give \
                            them whole, with: recordroom review decide";
                Self::new("partly-withheld", message, hint).with_exit(REFUSED)
            }
            ProductionError::Repeats(_) => {
                let hint = "Look at each with: recordroom show ITEM. Withhold it as well with: recordroom review decide; \
                            or, when what it repeats may be given, run again with --repeats-reviewed";
                Self::new("repeats-withheld", message, hint).with_exit(REFUSED)
            }
            ProductionError::Refused { hint, .. } => Self::new("refused", message, hint).with_exit(REFUSED),
            ProductionError::Prefix(_) => Self::usage(message, "Choose another prefix."),
            ProductionError::NotClean(_) => {
                let hint = "Nothing was delivered and no number was used. Run the same command again, and report this.";
                Self::new("not-clean", message, hint).with_exit(INTEGRITY)
            }
            ProductionError::Stopped => Self::new("stopped", message, "Run the same command again to produce."),
            ProductionError::Render(_) | ProductionError::Signing(_) => Self::new("produce", message, ""),
        }
    }
}

/// `recordroom produce`
pub fn run(common: &Common, arguments: &Produce, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    if let Some(command) = &arguments.command {
        return claw_back::run(&mut opened, command, &repository::actor(common), output);
    }
    let monitor = TerminalMonitor::default();
    let wrong = |message: &str| {
        let hint = "Write: recordroom produce REQUEST DIR, or recordroom produce --again PRODUCTION DIR";
        Failure::usage(message, hint)
    };
    if let Some(id) = arguments.certificate {
        let [file] = arguments.what.as_slice() else {
            return Err(wrong("--certificate takes a production and a file"));
        };
        return certificate(&opened, id, Path::new(file), output);
    }
    let outcome = match (&arguments.again, arguments.what.as_slice()) {
        (None, [named, directory]) => {
            let id: RequestId = named.parse().map_err(|error: IdError| wrong(&error.to_string()))?;
            let options = ProduceOptions {
                prefix: arguments.prefix.clone(),
                natives: arguments.natives,
                extras: arguments.also.iter().chain(&arguments.images).copied().collect(),
                repeats_reviewed: arguments.repeats_reviewed,
                version: arguments.version.as_deref().map(version).transpose()?,
            };
            let actor = repository::actor(common);
            production::produce(&mut opened, id, Path::new(directory), &options, &actor, &monitor)
        }
        (Some(id), [directory]) => {
            // A production has an event of its own; delivered again it has not.
            let items = opened.catalog().reading().production(*id)?.0.items;
            let families: Vec<_> = items.iter().map(|(_, family, ..)| *family).collect();
            crate::access::record(&mut opened, "produce --again", &families, &repository::actor(common))?;
            let produced = production::again(&opened, *id, Path::new(directory), &monitor);
            produced.map(|produced| Outcome::Produced(Box::new(produced)))
        }
        (None, _) => return Err(wrong("The folder to write is missing")),
        (Some(_), _) => return Err(wrong("--again takes a production and a folder")),
    };
    monitor.clear();
    let outcome = outcome?;
    let asked = match &outcome {
        Outcome::Produced(produced) => Some(produced.production.request),
        _ => arguments.what.first().and_then(|named| named.parse().ok()),
    };
    let scope = asked.map(|id| opened.catalog().reading().request(id)).transpose()?.map(|request| request.scope);
    let further = super::file::further(&opened, &scope.unwrap_or_default())?;
    match outcome {
        Outcome::Produced(produced) => told(&opened, &produced, further, output)?,
        Outcome::NothingResponsive => nothing(&opened, further, output)?,
        Outcome::AllWithheld(rows) => withheld(&opened, &rows, further, output)?,
    }
    Ok(DONE)
}

/// Writes the draft of a certificate.
fn certificate(opened: &Repository, id: ProductionId, file: &Path, output: &Output) -> Result<u8, Failure> {
    if file.exists() {
        let message = format!("{} is there already", file.display());
        return Err(Failure::new("refused", message, "Name a file that does not exist yet.").with_exit(REFUSED));
    }
    let draft = production::certificate_draft(opened, id)?;
    durable::replace(file, draft.as_bytes()).map_err(|error| RepositoryError::io(file, error))?;
    let value = json!({ "production": id, "file": file, "exercise": opened.profile().exercise });
    let text = format!(
        "The draft of a certificate on {id} is in {}.\nIt is not signed. A qualified person reads it, fills in the blanks, \
         strikes what does not hold, and signs.\n",
        file.display()
    );
    output.result(value, &text)?;
    Ok(DONE)
}

/// The document system as a further place to search: for JSON, and as a line.
type Further = (serde_json::Value, String);

fn told(opened: &Repository, produced: &Produced, (further, line): Further, output: &Output) -> Result<(), Failure> {
    let one = &produced.production;
    let left = request::not_collected(opened, one.request)?;
    let value = json!({
        "production": one.id, "request": one.request, "directory": produced.directory, "first_number": one.first,
        "last_number": one.last, "documents": one.documents, "pages": produced.pages, "withheld": produced.withheld,
        "remarks": produced.remarks, "adds_to": produced.adds_to, "manifest_sha256": one.manifest_sha256,
        "not_collected": left, "answer": "produced", "exercise": opened.profile().exercise, "version": produced.version,
        "redactions": produced.redactions, "further_places": further,
    });
    let adds = produced
        .adds_to
        .map_or(String::new(), |earlier| format!("It adds to {earlier} and holds only what is new since then.\n"));
    let remarks = match produced.remarks {
        0 => String::new(),
        1 => "1 remark tells what could not be shown as it is: data/remarks.csv\n".to_owned(),
        count => format!("{count} remarks tell what could not be shown as it is: data/remarks.csv\n"),
    };
    let redactions = match produced.redactions {
        0 => String::new(),
        count => format!(
            "{}, each with its basis: data/redaction-log.csv. Every file was looked through for their words.\n",
            counted(count, "redaction")
        ),
    };
    let withheld = match produced.withheld {
        0 => "Nothing is withheld whole.\n".to_owned(),
        1 => "1 item is withheld, with its basis: data/withholding-log.csv\n".to_owned(),
        count => format!("{count} items are withheld, each with its basis: data/withholding-log.csv\n"),
    };
    let text = format!(
        "{} answers {} (version: {}): {} on {}, {} to {}, in\n{}\n{adds}{withheld}{redactions}{remarks}{}The folder was checked before it was recorded. SHA-256 of its manifest:\n{}\n\
         Whoever receives it opens data/index.html and checks it with: recordroom verify {}\n{line}",
        one.id,
        one.request,
        produced.version,
        counted(one.documents, "document"),
        counted(produced.pages, "page"),
        one.first,
        one.last,
        produced.directory.display(),
        request::left_out(one.request, left),
        one.manifest_sha256,
        produced.directory.display(),
    );
    output.result(value, &text)
}

fn nothing(opened: &Repository, (further, line): Further, output: &Output) -> Result<(), Failure> {
    let value = json!({
        "production": null, "directory": null, "documents": 0, "answer": "no-data",
        "exercise": opened.profile().exercise, "further_places": further,
    });
    let text = "Nothing that was collected belongs to the request: the answer is that there is no such data.\nNo folder was \
                written and no number used. Tell the requester, then: recordroom request close REQUEST --reason TEXT\n";
    output.result(value, &format!("{text}{line}"))
}

fn withheld(opened: &Repository, rows: &[Withheld], (further, line): Further, output: &Output) -> Result<(), Failure> {
    let listed: Vec<_> = rows.iter().map(|one| json!({ "kind": one.kind, "basis": one.basis })).collect();
    let value = json!({
        "production": null, "directory": null, "documents": 0, "answer": "all-withheld", "withheld": listed,
        "exercise": opened.profile().exercise, "further_places": further,
    });
    let cells: Vec<Vec<String>> =
        rows.iter().map(|one| vec![safe(one.kind.as_str()), safe(one.basis.as_str())]).collect();
    let text = format!(
        "Everything that belongs to the request is withheld: the answer is a denial that cites each basis.\n\n{}\n\
         No folder was written and no number used.\n{line}",
        table(&["kind", "basis"], &cells)
    );
    output.result(value, &text)
}
