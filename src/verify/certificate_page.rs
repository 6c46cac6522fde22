//! The certificate of destruction as people read it: text, and the same as a PDF.

use super::certificate::{Batch, Certificate, Particulars, SeriesTotal};
use crate::model::production::PublicText;
use crate::render::{Content, EXERCISE, RenderError, Rendition, draw};
use crate::text::safe;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// The title of every certificate.
const TITLE: &str = "Certificate of destruction";
/// What a certificate says of the erasure of media.
const NO_MEDIA: &str = "This is no statement about media: nothing is said to be sanitised, wiped or unrecoverable from disks, \
solid-state cells, snapshots or memory of this or any other machine.";

impl Certificate {
    /// The certificate in words. `sha256` is the digest of the signed document it was made from.
    pub fn told(&self, sha256: &str) -> String {
        let Some(particulars) = &self.particulars else { return self.told_in_version_1() };
        let mut text = String::new();
        if self.exercise {
            text.push_str("EXERCISE  EXERCISE  EXERCISE\n\n");
        }
        text.push_str(&TITLE.to_uppercase());
        text.push_str("\nand list of records destroyed\n\n");
        for (label, value) in self.fields(particulars, sha256) {
            text.push_str(&format!("{:<24}{value}\n", format!("{label}:")));
        }
        text.push('\n');
        text.push_str(&self.body(particulars));
        text
    }

    /// The certificate as a PDF file, tagged; the same certificate always gives the same bytes.
    pub fn pdf(&self, sha256: &str) -> Result<Vec<u8>, RenderError> {
        let empty = Particulars::default();
        let particulars = self.particulars.as_deref().unwrap_or(&empty);
        let own = |text: &str| PublicText::released(text);
        let fields = self.fields(particulars, sha256).into_iter().map(|(label, value)| (own(label), own(&value)));
        let rendition = Rendition {
            title: own(&format!("{TITLE} and list of records destroyed: {}", safe(&self.city))),
            fields: fields.collect(),
            remark: own(if self.exercise {
                "This belongs to an exercise: no record of a city was destroyed."
            } else {
                ""
            }),
            content: Content::Text(PublicText::released(self.body(particulars))),
            first: None,
            made_at: Some(self.executed_at),
            label: own(if self.exercise { EXERCISE } else { "" }),
        };
        Ok(draw(&rendition)?.pdf)
    }

    fn fields(&self, more: &Particulars, sha256: &str) -> Vec<(&'static str, String)> {
        let when = |at: Option<DateTime<Utc>>| at.map(|at| format!(", {}", moment(at))).unwrap_or_default();
        let kinds: Vec<String> = more.by_kind.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let mut fields = vec![
            ("Certificate", more.number.clone()),
            ("City", safe(&self.city)),
            ("Responsible authority", safe(&more.responsible_authority)),
            ("Repository", self.repository.clone()),
            ("Plan", self.plan.to_string()),
            ("Planned by", format!("{}{}", safe(&self.planned_by), when(more.planned_at))),
            ("Approved by", format!("{}{}", safe(&self.approved_by), when(more.approved_at))),
            ("Approver's key", more.approver_key.clone()),
            ("Executed by", format!("{}, {}", safe(&self.executed_by), moment(self.executed_at))),
            ("Items destroyed", format!("{} ({})", self.destroyed, kinds.join(", "))),
            ("Attachments with them", more.attachments.to_string()),
            ("Bytes as stored here", more.stored_bytes.to_string()),
            ("Root of the list", format!("{} (RFC 6962, SHA-256, over number and keyed digest)", self.merkle_root)),
            ("Signed document", format!("{}.json, SHA-256 {sha256}", self.plan)),
            ("Made with", more.program.clone()),
        ];
        if self.destroyed == 0 {
            fields.retain(|(label, _)| *label != "Items destroyed");
            fields.insert(9, ("Items destroyed", "none".to_owned()));
        }
        fields.retain(|(_, value)| !value.is_empty());
        fields
    }

    fn body(&self, more: &Particulars) -> String {
        let mut text = String::from("RECORDS DESTROYED, BY SERIES\n\n");
        for (at, series) in more.series.iter().enumerate() {
            text.push_str(&series_told(at + 1, series));
        }
        if more.series.is_empty() {
            text.push_str("Nothing was destroyed.\n\n");
        }
        text.push_str(&self.stayed());
        text.push_str(&checks(&more.batches));
        text.push_str("METHOD\n\n");
        for line in &more.method {
            text.push_str(&format!("{line}\n\n"));
        }
        text.push_str(&format!("{NO_MEDIA}\n\n"));
        if !more.hardware_wording.is_empty() {
            text.push_str(&format!(
                "The city's own wording for its hardware, quoted and not claimed here: \u{201c}{}\u{201d}\n\n",
                safe(&more.hardware_wording)
            ));
        }
        text.push_str(&format!("PLACES COVERED\n\n{}.\n\n", more.covered.join("; ")));
        text.push_str(&self.not_covered(more));
        text.push_str(&self.proof(more));
        text
    }

    /// What the plan named and what stayed.
    fn stayed(&self) -> String {
        if self.dropped.is_empty() {
            return String::new();
        }
        let mut text = String::from("ITEMS OF THE PLAN THAT STAYED\n\n");
        for (reason, count) in &self.dropped {
            text.push_str(&format!("{count}: {}\n", safe(reason)));
        }
        text.push('\n');
        text
    }

    fn not_covered(&self, more: &Particulars) -> String {
        let mut text = String::from("NOT COVERED\n\n");
        if !self.productions.is_empty() {
            let list: Vec<String> = self.productions.iter().map(ToString::to_string).collect();
            text.push_str(&format!("Productions that contain some of the items: {}.\n\n", list.join(", ")));
        }
        text.push_str(&format!("{}\n\n", self.not_covered));
        if more.sources_left > 0 {
            text.push_str(&format!(
                "Source files that had some of the items and whose disposal is not recorded: {}. See: recordroom intake \
                 list\n\n",
                more.sources_left
            ));
        }
        if more.filed > 0 {
            text.push_str(&format!(
                "Items whose official record is in the document system and stays there under its own series: {}.\n\n",
                more.filed
            ));
        }
        text.push_str(&match (more.older_keys.kept_days, more.older_keys.expires_on) {
            (Some(days), Some(day)) => format!(
                "Older copies of the keys: the city states that its own backups keep copies of the key set for {days} days, so \
                 the last copy that opens these items expires on {day}. Until then somebody who has such a copy, and a \
                 backup of the data from before, can open them.\n\n"
            ),
            _ => "Older copies of the keys: the city has not stated for how long its own backups keep copies of the key set \
                  (key_copy_days in its profile), so no day is named on which the last copy that opens these items expires.\n\n"
                .to_owned(),
        });
        text
    }

    fn proof(&self, more: &Particulars) -> String {
        let events: Vec<String> = more.events.iter().map(|one| one.event.id.to_string()).collect();
        let checkpoint: Vec<String> = more.checkpoint.lines().map(str::to_owned).collect();
        format!(
            "PROOF\n\nEvents of the ledger: {}. Each stands in the signed document with the hashes that prove its place \
             below this head:\n\n{}\n\nCheck the signed document, where there is only the file and the city's key, with: \
             recordroom verify {}.json --key KEY\n",
            events.join(", "),
            checkpoint.join("\n"),
            self.plan
        )
    }

    /// As certificates were told before version 2.
    fn told_in_version_1(&self) -> String {
        let mut text = String::new();
        if self.exercise {
            text.push_str("EXERCISE  EXERCISE  EXERCISE\n\n");
        }
        text.push_str(&format!(
            "CERTIFICATE OF DESTRUCTION\n\n{}\nRepository {}\n\nPlan {} was made by {}, approved by {}, and executed by \
             {} at {}.\n\nItems destroyed: {}\n",
            self.city,
            self.repository,
            self.plan,
            self.planned_by,
            self.approved_by,
            self.executed_by,
            self.executed_at.format("%Y-%m-%d %H:%M UTC"),
            self.destroyed
        ));
        let lines = |text: &mut String, counts: &BTreeMap<String, u64>, word: &str| {
            for (what, count) in counts {
                text.push_str(&format!("  {count:>8}  {word}{what}\n"));
            }
        };
        lines(&mut text, &self.by_rule, "under ");
        if !self.dropped.is_empty() {
            text.push_str("\nItems of the plan that stayed:\n");
            lines(&mut text, &self.dropped, "");
        }
        if !self.productions.is_empty() {
            let list: Vec<String> = self.productions.iter().map(ToString::to_string).collect();
            text.push_str(&format!("\nProductions that contain some of them: {}\n", list.join(", ")));
        }
        text.push_str(&format!(
            "\nRoot of the list (RFC 6962): {}\nLedger at {} with hash {}\n\n{}\n",
            self.merkle_root, self.ledger.0, self.ledger.1, self.not_covered
        ));
        text
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// One series as the general schedule's list of records destroyed asks for it.
fn series_told(number: usize, one: &SeriesTotal) -> String {
    let code = if one.code.is_empty() { String::new() } else { format!("{} ", safe(&one.code)) };
    let mut text = format!("{number}. {code}{} ({} / {})\n", safe(&one.title), safe(&one.edition), safe(&one.series));
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{label}: {value}\n"));
        }
    };
    line("Authority", &safe(&one.authority));
    line("Rule", &safe(&one.retention));
    line("As the schedule words it", &safe(&one.as_written));
    line("Data classification in the schedule", &safe(&one.classification));
    line(
        "Destroyed",
        &format!("{} items with {} attachments, {} bytes as stored here", one.items, one.attachments, one.stored_bytes),
    );
    let undated = if one.undated > 0 { format!("; {} without a known date", one.undated) } else { String::new() };
    line("Dates of the items", &format!("{}{undated}", range(one.sent_from, one.sent_to)));
    line("First days on which they might be destroyed", &range(one.eligible_from, one.eligible_to));
    text.push('\n');
    text
}

fn range(from: Option<NaiveDate>, to: Option<NaiveDate>) -> String {
    match (from, to) {
        (Some(from), Some(to)) if from == to => from.to_string(),
        (Some(from), Some(to)) => format!("{from} to {to}"),
        _ => "not known".to_owned(),
    }
}

/// When holds and requests were looked at, and what came of it.
fn checks(batches: &[Batch]) -> String {
    if batches.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "LAST LOOK AT HOLDS, REQUESTS AND RULES\n\nIn the transaction that decided, for every item: no hold, no data request \
         and no other gate stood in its way.\n",
    );
    for batch in batches {
        text.push_str(&format!(
            "{}, {}: {} items, {} holds and requests in force; keys, words and bytes gone by {} ({})\n",
            batch.intent,
            moment(batch.checked_at),
            batch.families.len(),
            batch.in_force,
            moment(batch.destroyed_at),
            batch.destroyed
        ));
    }
    text.push('\n');
    text
}
