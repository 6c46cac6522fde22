//! The agency profile as a clerk reads it: every entry with a word on what it decides.

use crate::model::profile::{CustodianProfile, Profile};
use serde::Serialize;
use std::fmt::Write;
use toml::Value;

/// What stands in a profile that has no custodian yet.
const CUSTODIAN_EXAMPLE: &str = r##"# [[custodians]]
# name = "Maren Olstad"
# department = "City Clerk"
# addresses = ["maren.olstad@cedarbend.example", "clerk@cedarbend.example"]
# numbers = ["(763) 555-0101"]
# paths = ["olstad-maren", "olstad_export"]
# personal_devices = ["olstad-own-phone"]
# screener = "Dana Whitcomb"
# elected = false
"##;

#[derive(Serialize)]
struct Custodians<'p> {
    custodians: &'p [CustodianProfile],
}

/// The profile as TOML with comments. Reading it back gives the same profile.
pub fn written(profile: &Profile) -> Result<String, toml::ser::Error> {
    let mut text = String::from(
        "# The agency profile: the city's own facts and choices. Edit it with any text editor; lines that begin with #\n\
         # are remarks. Every command reads it anew.\n\n",
    );
    identity(&mut text, profile)?;
    city(&mut text, profile)?;
    choices(&mut text, profile)?;
    text.push_str(
        "\n# The people and accounts whose exports come in: one block for each. A hold, a request and a search can name\n\
         # them. `addresses` and `numbers` are their own; `paths` are words in the names of folders and files that tell\n\
         # whose export it is (or say it with: recordroom ingest EXPORT --custodian NAME). `personal_devices` are such words\n\
         # for a phone or computer of the person's own: what comes from it is set aside until the person, or the\n\
         # `screener`, has sorted it (recordroom screen list). `elected` is true for members of the council\n\
         # (Minn. Stat. \u{a7} 13.601). Take the # away and write your own:\n#\n",
    );
    text.push_str(CUSTODIAN_EXAMPLE);
    if !profile.custodians.is_empty() {
        text.push('\n');
        text.push_str(&toml::to_string_pretty(&Custodians { custodians: &profile.custodians })?);
    }
    Ok(text)
}

fn identity(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    text.push_str("# These belong to the repository as it was created. Do not change them.\n");
    line(text, "", "format", profile.format)?;
    line(text, "", "repository", &profile.repository)?;
    line(text, "", "exercise", profile.exercise)?;
    text.push_str(
        "\n# Where the keys lie, in two places outside of the repository. Without them nothing in it can be read; with an\n\
         # old copy of them nothing that was destroyed comes back. Put the second place on another disk or machine: move\n\
         # the folder there and write its new place here.\n",
    );
    line(text, "", "key_set", &profile.key_set)?;
    line(text, "", "key_set_second", &profile.key_set_second)
}

fn city(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    line(text, "\n# The name of the city, as it stands on productions and certificates.", "city", &profile.city)?;
    let about = "# The responsible authority (Minn. Stat. \u{a7} 13.02, subd. 16).";
    line(text, about, "responsible_authority", &profile.responsible_authority)?;
    let about = "# The data practices compliance official (Minn. Stat. \u{a7} 13.05, subd. 13).";
    line(text, about, "compliance_official", &profile.compliance_official)?;
    let about = "# The time zone of every civil day: when a period ends, when an answer is due.";
    line(text, about, "time_zone", &profile.time_zone)?;
    let about = "\n# The city's own mail domains. Mail between them and others is told apart by them.";
    line(text, about, "domains", &profile.domains)?;
    let about = "# The mail domains of the city attorney and of outside counsel.";
    line(text, about, "counsel_domains", &profile.counsel_domains)?;
    let about = "\n# What stands before the numbers of produced documents.";
    line(text, about, "production_prefix", &profile.production_prefix)?;
    let about = "# Schedules whose series are proposed for items, by key. They are put in force with: recordroom schedule adopt KEY";
    line(text, about, "schedules", &profile.schedules)
}

fn choices(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    text.push_str(
        "\n# Holidays that a city may choose to observe. true makes the day a holiday, which moves a deadline to later.\n\
         [holidays]\n",
    );
    line(text, "", "october_monday", profile.holidays.october_monday)?;
    line(text, "", "friday_after_thanksgiving", profile.holidays.friday_after_thanksgiving)?;
    let policy = &profile.policy;
    text.push_str("\n# The city's own choices; none of them is law.\n[policy]\n");
    let about = "# Business days in which the city means to answer a request for public data.";
    line(text, about, "public_request_target_business_days", policy.public_request_target_business_days)?;
    let about = "# Days for which a closed request goes on protecting what it reached; at least 1.";
    line(text, about, "protect_days_after_close", policy.protect_days_after_close)?;
    let about = "# Days after the release of a hold in which nothing that it covered is destroyed; at least 1.";
    line(text, about, "hold_cooling_days", policy.hold_cooling_days)?;
    let about = "# Days after which a custodian or IT is reminded of a notice of a hold that was not acknowledged.";
    line(text, about, "hold_reminder_days", policy.hold_reminder_days)?;
    let about = "# Month and day on which the fiscal year ends.";
    line(text, about, "fiscal_year_end", &policy.fiscal_year_end)?;
    let about = "# How many items of a class a person looks at before the rest of it may be confirmed in bulk.";
    line(text, about, "confirmation_sample", policy.confirmation_sample)?;
    let about = "# Days in which what was decided to be personal, from an employee's own device, is to be gone.";
    line(text, about, "personal_days", policy.personal_days)?;
    let about = "# Days in which the files that were taken in are to be disposed of where they lay.";
    line(text, about, "source_days", policy.source_days)?;
    let about = "# Whether a second person looks at what is withheld before it is produced (recordroom review second).";
    line(text, about, "second_review_of_withheld", policy.second_review_of_withheld)?;
    let until_read = policy.until_read_floor_days;
    text.push_str(
        "# Whether pictures, and pages that are pictures, are read by OCR when they come in. It takes about a second for \
         each, and the programs tesseract and pdftoppm (packages tesseract-ocr and poppler-utils).\n",
    );
    if policy.ocr {
        line(text, "", "ocr", true)?;
    } else {
        text.push_str("# ocr = true\n");
    }
    text.push_str(
        "# Days after sending at which \u{201c}until read\u{201d} counts as met. Without this line only a recorded event does.\n",
    );
    match until_read {
        Some(days) => line(text, "", "until_read_floor_days", days)?,
        None => text.push_str("# until_read_floor_days = 30\n"),
    }
    certificates(text, profile)?;
    breakers(text, profile)?;
    fees(text, profile)?;
    nightly(text, profile)
}

fn fees(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    let fees = &profile.policy.fees;
    text.push_str(
        "\n# What copies cost, within the law (recordroom request estimate). Inspection is free.\n[policy.fees]\n",
    );
    let about =
        "# Cents for a page, up to 100 black-and-white pages on letter or legal paper; the law allows at most 25.";
    line(text, about, "page_cents", fees.page_cents)?;
    let about = "# Whether up to 100 pages that are sent as files are charged by the page, and not at actual cost.";
    line(text, about, "electronic_at_page_rate", fees.electronic_at_page_rate)?;
    let about = "# Cents up to which a fee is not asked for; 0 means that every fee is.";
    line(text, about, "waive_up_to_cents", fees.waive_up_to_cents)
}

/// What a certificate of destruction quotes from the city.
fn certificates(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    text.push_str(
        "# Days for which the city's own backups keep copies of the key set. A certificate names the day on which the last\n\
         # older copy expires; without this line it says that the city has stated none.\n",
    );
    match profile.policy.key_copy_days {
        Some(days) => line(text, "", "key_copy_days", days)?,
        None => text.push_str("# key_copy_days = 90\n"),
    }
    let about = "# The city's own wording for the disposal of its hardware: certificates quote it and do not claim it.";
    line(text, about, "hardware_wording", &profile.policy.hardware_wording)?;
    filing(text, profile)
}

/// Where official records are kept.
fn filing(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    let policy = &profile.policy;
    let about =
        "# The city's document system, such as \"Laserfiche\". Answers and holds name it as a further place to search.";
    line(text, about, "document_system", &policy.document_system)?;
    let about = "# Custodians whose mailbox a department has designated for keeping records: their official items stay there,\n\
                 # each under its series, and need not be filed elsewhere.";
    line(text, about, "record_mailboxes", &policy.record_mailboxes)?;
    let about = "# true: an official record counts as filed only with a receipt (recordroom file receipt), not by a clerk's word.";
    line(text, about, "filing_needs_receipt", policy.filing_needs_receipt)
}

fn breakers(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    let limits = &profile.policy.breakers;
    text.push_str(
        "\n# Circuit breakers: what is looked at before an approved plan is run. One that trips refuses the run; a registered\n\
         # person can let that one plan past it with a reason (recordroom dispose override).\n[policy.breakers]\n",
    );
    let about = "# Items of a plan below which neither its share of the store nor the earlier plans are looked at.";
    line(text, about, "from_items", limits.from_items)?;
    line(text, "# Percent of everything here that one plan may destroy.", "share_percent", limits.share_percent)?;
    let about = "# How many times as much as the largest of the last executed plans one plan may destroy.";
    line(text, about, "times_largest", limits.times_largest)?;
    let about = "# Days by which the clock of this computer may have gone forward since the last act.";
    line(text, about, "forward_days", limits.forward_days)?;
    let about = "# Days that have to pass after a schedule or this file was changed; 0 switches it off.";
    line(text, about, "settle_days", limits.settle_days)?;
    text.push_str(
        "# Days which the newest backup may be old (recordroom backup). Without this line backups are not looked at.\n",
    );
    match limits.backup_days {
        Some(days) => line(text, "", "backup_days", days),
        None => {
            text.push_str("# backup_days = 8\n");
            Ok(())
        }
    }
}

fn nightly(text: &mut String, profile: &Profile) -> Result<(), toml::ser::Error> {
    let nightly = &profile.nightly;
    text.push_str(
        "\n# The nightly work (recordroom nightly). drop_folder is the folder whose files and folders are taken in.\n[nightly]\n",
    );
    match &nightly.drop_folder {
        Some(folder) => line(text, "", "drop_folder", folder)?,
        None => text.push_str("# drop_folder = \"/srv/exports\"\n"),
    }
    let about = "# How many items, drawn at random, are opened and compared with their digests.";
    line(text, about, "sample", nightly.sample)?;
    let about = "# Minutes for which nothing of a file may have changed before it is taken in.";
    line(text, about, "settle_minutes", nightly.settle_minutes)
}

/// One entry, after the remark about it.
fn line(text: &mut String, about: &str, key: &str, value: impl Serialize) -> Result<(), toml::ser::Error> {
    if !about.is_empty() {
        text.push_str(about);
        text.push('\n');
    }
    let value = Value::try_from(value)?;
    // Writing to a string does not fail.
    let _ = writeln!(text, "{key} = {value}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Repository;
    use std::path::Path;

    #[test]
    fn the_written_profile_reads_back() {
        let mut profile = Repository::new_profile("Cedar \"Bend\" \\", Path::new("/keys a"), Path::new("/keys b"));
        let read = |profile: &Profile| -> Profile {
            toml::from_str(&written(profile).expect("it is written")).expect("it is TOML")
        };
        assert_eq!(read(&profile), profile, "a new one, where the custodian is an example in remarks");
        profile.exercise = true;
        profile.domains = vec!["cedarbend.example".to_owned()];
        profile.policy.until_read_floor_days = Some(30);
        profile.policy.key_copy_days = Some(90);
        profile.policy.breakers.backup_days = Some(8);
        profile.nightly.drop_folder = Some("/srv/exports".into());
        let examples = CUSTODIAN_EXAMPLE.replace("# ", "");
        let mut examples: toml::Table = examples.parse().expect("the example is TOML");
        profile.custodians = examples.remove("custodians").expect("it is a list").try_into().expect("of custodians");
        assert_eq!(profile.custodians.len(), 1);
        assert_eq!(read(&profile), profile, "one with everything");
    }
}
