//! `status`: how the repository stands, and what could not be processed.

use super::args::{Common, Status};
use super::output::{Failure, Output, counted, table};
use super::{DONE, hold_letters, repository};
use crate::base::id::ExceptionId;
use crate::catalog::ExceptionRow;
use crate::disposition::standing_stop;
use crate::ingest::{SourceLine, sources};
use crate::model::exception::ProblemCode;
use crate::repository::{Repository, RepositoryError, StoredException};
use crate::text::safe;
use serde_json::{Value, json};

/// One exception, read back.
struct Quarantined {
    row: ExceptionRow,
    container: String,
    facts: StoredException,
}

/// What `status` says, as values and as text, in the order in which it is read.
struct Told {
    value: Value,
    text: String,
}

/// `recordroom status`
pub fn run(common: &Common, arguments: &Status, output: &Output) -> Result<u8, Failure> {
    let opened = repository::open(common, output)?;
    let reading = opened.catalog().reading();
    let unfinished = reading.unfinished_intakes()?;
    let quarantined = reading.exceptions()?.into_iter().map(|row| read(&opened, row)).collect::<Result<Vec<_>, _>>()?;
    let mut told = Told { value: json!({}), text: String::new() };
    told.stopped(&opened)?;
    let here = told.counts(&opened, &quarantined)?;
    told.waiting(&opened)?;
    told.statuses(&opened)?;
    told.value["unfinished"] = json!(unfinished);
    if here == 0 && unfinished.is_empty() {
        told.text.push_str("\nNext: recordroom ingest EXPORT\n");
    }
    for path in unfinished {
        told.text.push_str(&format!("\nAn intake was cut off. Go on with: recordroom ingest {}\n", safe(&path)));
    }
    if arguments.exceptions {
        told.text.push_str(&listed(&quarantined));
    }
    output.result(told.value, &told.text)?;
    Ok(DONE)
}

impl Told {
    /// Whether somebody has stopped all destruction.
    fn stopped(&mut self, opened: &Repository) -> Result<(), Failure> {
        let stop = standing_stop(&opened.catalog().reading())?;
        self.value["destruction_stopped"] =
            stop.as_ref().map_or(Value::Null, |stop| json!({ "by": stop.by, "at": stop.at, "reason": stop.reason }));
        if let Some(stop) = stop {
            let day = stop.at.with_timezone(&opened.zone()).format("%Y-%m-%d");
            self.text.push_str(&format!(
                "ALL DESTRUCTION IS STOPPED by {} since {day}: {}\n\n",
                safe(&stop.by),
                safe(&stop.reason)
            ));
        }
        Ok(())
    }

    /// How many items are here, gone, quarantined and set aside. Returns the first of these.
    fn counts(&mut self, opened: &Repository, quarantined: &[Quarantined]) -> Result<u64, Failure> {
        let reading = opened.catalog().reading();
        let (here, unsearchable, destroyed) = reading.family_counts()?;
        let aside = reading.set_aside_counts()?;
        let days = chrono::Days::new(u64::from(opened.profile().policy.personal_days));
        let destroy_by = aside.personal_since.and_then(|since| since.checked_add_days(days));
        for (name, value) in [
            ("items", json!(here)),
            ("not_fully_searchable", json!(unsearchable)),
            ("destroyed", json!(destroyed)),
            ("exceptions", json!(quarantined.len())),
            ("quarantined", quarantined.iter().map(shape).collect()),
            ("today", json!(opened.today())),
            ("exercise", json!(opened.profile().exercise)),
            (
                "set_aside",
                json!({ "undecided": aside.undecided, "personal": aside.personal, "destroy_by": destroy_by }),
            ),
        ] {
            self.value[name] = value;
        }
        self.text.push_str(&format!(
            "{here:>9}  items are here, a message with its attachments counted as one\n{unsearchable:>9}  of them cannot \
             be searched in full: recordroom search is:unsearchable\n{destroyed:>9}  were destroyed\n{:>9}  could not be \
             processed and are quarantined: recordroom status --exceptions\n",
            quarantined.len()
        ));
        if aside.undecided > 0 {
            self.text.push_str(&format!(
                "{:>9}  more are set aside, from personal devices, and nobody has sorted them: recordroom screen list\n",
                aside.undecided
            ));
        }
        if let Some(day) = destroy_by {
            let late = if day < opened.today() { "OVERDUE: " } else { "" };
            self.text.push_str(&format!(
                "{:>9}  more were sorted as personal. {late}The first has to be gone by {day}: recordroom dispose plan\n",
                aside.personal
            ));
        }
        Ok(here)
    }

    /// What waits for somebody: source files, notices of holds, standing requests.
    fn waiting(&mut self, opened: &Repository) -> Result<(), Failure> {
        let sources = Waiting::of(opened)?;
        let (notices, of_notices) = hold_letters::waiting(opened)?;
        let (standing, of_standing) = super::request_standing::waiting(opened)?;
        self.value["source_files"] = sources.shape();
        self.value["notices_waiting"] = notices;
        self.value["standing_requests"] = standing;
        for text in [sources.told(), of_notices, of_standing] {
            self.text.push_str(&text);
        }
        Ok(())
    }

    /// How many items stand how.
    fn statuses(&mut self, opened: &Repository) -> Result<(), Failure> {
        let statuses = opened.catalog().reading().status_counts()?;
        self.value["statuses"] = statuses
            .iter()
            .map(|(status, basis, count)| json!({ "status": status, "basis": basis, "items": count }))
            .collect();
        if !statuses.is_empty() {
            let rows: Vec<Vec<String>> = statuses
                .iter()
                .map(|(status, basis, count)| vec![status.to_string(), basis.to_string(), count.to_string()])
                .collect();
            self.text.push_str(&format!("\n{}", table(&["status", "basis", "items"], &rows)));
        }
        Ok(())
    }
}

/// What of the intake register waits.
struct Waiting {
    to_dispose: u64,
    overdue: u64,
    protected: u64,
    next_due: Option<chrono::NaiveDate>,
}

impl Waiting {
    fn of(opened: &Repository) -> Result<Self, Failure> {
        let today = opened.today();
        let lines: Vec<SourceLine> = sources(opened)?.into_iter().filter(|line| line.disposed_at.is_none()).collect();
        let due: Vec<&SourceLine> = lines.iter().filter(|line| line.is_due()).collect();
        let overdue = due.iter().filter(|line| line.due_on.is_some_and(|day| day < today)).count() as u64;
        let protected = (lines.len() - due.len()) as u64;
        let next_due = due.iter().filter_map(|line| line.due_on).min();
        Ok(Self { to_dispose: due.len() as u64, overdue, protected, next_due })
    }

    fn shape(&self) -> Value {
        json!({
            "to_dispose": self.to_dispose, "overdue": self.overdue, "protected": self.protected,
            "next_due": self.next_due,
        })
    }

    fn told(&self) -> String {
        let mut text = String::new();
        if let Some(day) = self.next_due {
            let late = if self.overdue > 0 { format!(", {} OVERDUE", self.overdue) } else { String::new() };
            text.push_str(&format!(
                "{:>9}  source files are to be disposed of where they lie, the first by {day}{late}: recordroom intake list\n",
                self.to_dispose
            ));
        }
        if self.protected > 0 {
            text.push_str(&format!(
                "{:>9}  source files are to be kept where they lie, because something of them is held or asked for\n",
                self.protected
            ));
        }
        text
    }
}

fn listed(quarantined: &[Quarantined]) -> String {
    if quarantined.is_empty() {
        return "\nEverything that was found could be processed.\n".to_owned();
    }
    let mut text = format!("\n{}:\n", counted(quarantined.len() as u64, "exception"));
    for one in quarantined {
        let (place, message) = (safe(&one.facts.place), safe(&one.facts.problem.message));
        text.push_str(&format!("\n{}  {}: {message}\n", one.row.id, one.row.code.word()));
        text.push_str(&format!("    in {}, {place}\n", safe(&one.container)));
    }
    text.push_str("\nWhat that means, and what to do:\n");
    for code in ProblemCode::ALL.into_iter().filter(|code| quarantined.iter().any(|one| one.row.code == *code)) {
        text.push_str(&format!("    {}: {} {}\n", code.word(), code.meaning(), code.next_step()));
    }
    text.push_str("\nTake one out with: recordroom show X-... --original > FILE\n");
    text
}

fn read(opened: &Repository, row: ExceptionRow) -> Result<Quarantined, RepositoryError> {
    let container = opened.catalog().reading().container_path(row.container)?;
    let facts = opened.exception(&row)?;
    Ok(Quarantined { row, container, facts })
}

fn shape(one: &Quarantined) -> Value {
    json!({
        "id": one.row.id, "code": one.row.code, "message": one.facts.problem.message,
        "meaning": one.row.code.meaning(), "next_step": one.row.code.next_step(), "container": one.container,
        "place": one.facts.place, "custodian": one.row.custodian,
    })
}

/// `recordroom show X-2`: something that could not be processed, with its bytes as they were found.
pub fn exception(opened: &Repository, id: &str, original: bool, output: &Output) -> Result<u8, Failure> {
    let hint = "Exceptions are listed by: recordroom status --exceptions";
    let wanted: ExceptionId =
        id.parse().map_err(|error: crate::base::id::IdError| Failure::usage(error.to_string(), hint))?;
    let row = opened.catalog().reading().exceptions()?.into_iter().find(|row| row.id == wanted);
    let row = row.ok_or_else(|| Failure::new("not-found", format!("There is no exception {wanted}"), hint))?;
    let bytes = opened.exception_original(&row)?;
    if original {
        output.bytes(&bytes)?;
        return Ok(DONE);
    }
    let one = read(opened, row)?;
    let mut value = shape(&one);
    value["original"] = json!({ "bytes": bytes.len() });
    let text = format!(
        "{wanted} (could not be processed: {})\nProblem     {}\nMeaning     {}\nNext        {}\nContainer   {}\n\
         Place       {}\nBytes       {}\n\n\
         Take it out with: recordroom show {wanted} --original > FILE\n",
        one.row.code.word(),
        safe(&one.facts.problem.message),
        one.row.code.meaning(),
        one.row.code.next_step(),
        safe(&one.container),
        safe(&one.facts.place),
        bytes.len()
    );
    output.result(value, &text)?;
    Ok(DONE)
}
