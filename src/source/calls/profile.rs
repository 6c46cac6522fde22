//! Mapping profiles: what the columns of a call detail file mean. A profile is data (TOML); `manual/call-profiles.md`
//! tells a clerk how to write one.

use super::cells;
use super::rule::{Check, RowKind, Rule, Way};
use serde::Deserialize;
use std::sync::LazyLock;

/// The shipped profiles, in the order in which they are tried.
const SHIPPED: [&str; 13] = [
    include_str!("profiles/teams-pstn.toml"),
    include_str!("profiles/cucm.toml"),
    include_str!("profiles/tmobile.toml"),
    include_str!("profiles/att.toml"),
    include_str!("profiles/verizon.toml"),
    include_str!("profiles/imazing-calls.toml"),
    include_str!("profiles/zoom.toml"),
    include_str!("profiles/threecx.toml"),
    include_str!("profiles/didww.toml"),
    include_str!("profiles/ivozprovider.toml"),
    include_str!("profiles/asterisk.toml"),
    include_str!("profiles/freeswitch.toml"),
    include_str!("profiles/generic.toml"),
];
/// The profile that is used only where it is named: its columns could be those of another kind of file.
const GENERIC: &str = "generic";

/// How the columns of a call detail file are named and read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MappingProfile {
    /// The word on the command line.
    pub key: String,
    /// What it is for, in words.
    pub name: String,
    /// Characters that may stand between the cells.
    #[serde(default = "all_delimiters")]
    pub delimiters: Vec<Delimiter>,
    /// The zone of times that say none.
    #[serde(default)]
    pub zone: Zone,
    /// Where the number of the line stands, besides a column.
    #[serde(default)]
    pub own_number: Vec<OwnNumber>,
    /// Beginnings of lines above a table that name the account.
    #[serde(default)]
    pub account_lines: Vec<String>,
    /// The area code of numbers written without one.
    #[serde(default)]
    pub area_code: Option<String>,
    /// Beginnings of lines that sum up others.
    #[serde(default = "usual_totals")]
    pub totals: Vec<String>,
    /// Forms of dates and times (strftime), where the usual ones do not do.
    #[serde(default)]
    pub date_forms: Vec<String>,
    /// The kinds of tables a file may have.
    #[serde(rename = "table")]
    pub tables: Vec<Table>,
}

/// A character between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// A tabulator.
    Tab,
    /// `;`
    Semicolon,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// The character.
    pub const fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Tab => '\t',
            Self::Semicolon => ';',
            Self::Pipe => '|',
        }
    }
}

/// The zone of times that are written without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    /// The city's own, assumed.
    #[default]
    Local,
    /// UTC, as the format says.
    Utc,
    /// Proved by the count of seconds in a column, else the city's own.
    UniqueId,
}

/// Where the number of a line stands outside of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnNumber {
    /// Ten digits in the name of the file.
    FileName,
    /// A line of at most three cells of which one is a number.
    Lines,
}

/// One kind of table: its columns and what they mean. A column is named by its heading; several names are tried in
/// order.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Table {
    /// What its rows are.
    pub kind: RowKind,
    /// Headings that the table must have; `a|b` asks for one of both. Of a table without headings, none.
    #[serde(default)]
    pub required: Vec<String>,
    /// The columns of a table without headings, in order.
    #[serde(default)]
    pub positions: Vec<String>,
    /// How many of the positions may be missing at the end.
    #[serde(default)]
    pub optional_positions: usize,
    /// What the cells of a table without headings must look like.
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    /// A column that the rows have and the headings lack.
    #[serde(default)]
    pub unnamed_column: Option<Unnamed>,
    /// Date and time in one.
    #[serde(default)]
    pub moment: Vec<String>,
    /// The date alone.
    #[serde(default)]
    pub date: Vec<String>,
    /// The time alone.
    #[serde(default)]
    pub time: Vec<String>,
    /// Seconds since 1970-01-01 UTC.
    #[serde(default)]
    pub epoch: Vec<String>,
    /// A zone or offset beside the time.
    #[serde(default)]
    pub zone: Vec<String>,
    /// A count of seconds that proves the zone.
    #[serde(default)]
    pub unique_id: Vec<String>,
    /// The number that called.
    #[serde(default)]
    pub from: Vec<String>,
    /// The number called.
    #[serde(default)]
    pub to: Vec<String>,
    /// The other number, whichever way the call went.
    #[serde(default)]
    pub number: Vec<String>,
    /// The number of the line itself.
    #[serde(default)]
    pub own: Vec<String>,
    /// The name of the other party.
    #[serde(default)]
    pub party_name: Vec<String>,
    /// The name of the line's user.
    #[serde(default)]
    pub own_name: Vec<String>,
    /// The name of the caller.
    #[serde(default)]
    pub from_name: Vec<String>,
    /// The name of the party called.
    #[serde(default)]
    pub to_name: Vec<String>,
    /// The account.
    #[serde(default)]
    pub account: Vec<String>,
    /// A duration in seconds.
    #[serde(default)]
    pub seconds: Vec<String>,
    /// A duration in whole minutes, rounded up.
    #[serde(default)]
    pub minutes: Vec<String>,
    /// A duration that says its unit (`0:05:12`, `3 min`).
    #[serde(default)]
    pub duration: Vec<String>,
    /// How the direction is told; the first rule that fits decides.
    #[serde(default)]
    pub direction: Vec<Rule<Way>>,
    /// How a row of another kind is told.
    #[serde(default)]
    pub kind_rule: Vec<Rule<RowKind>>,
}

/// A column without a heading.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unnamed {
    /// The name to use.
    pub name: String,
    /// The heading it stands before.
    pub before: String,
}

/// A mapping profile that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct ProfileError(pub String);

impl MappingProfile {
    /// A shipped profile by its key.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::shipped().iter().find(|profile| profile.key == key).cloned()
    }

    /// The shipped profiles that are tried on files for which none was named.
    pub fn tried() -> impl Iterator<Item = &'static Self> {
        Self::shipped().iter().filter(|profile| profile.key != GENERIC)
    }

    /// The keys of the shipped profiles.
    pub fn keys() -> Vec<&'static str> {
        Self::shipped().iter().map(|profile| profile.key.as_str()).collect()
    }

    fn shipped() -> &'static [Self] {
        static READ: LazyLock<Vec<MappingProfile>> =
            LazyLock::new(|| SHIPPED.iter().filter_map(|text| MappingProfile::from_toml(text).ok()).collect());
        &READ
    }

    /// A profile that the clerk wrote.
    ///
    /// # Errors
    /// What is wrong and in which line.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let mut profile: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            ProfileError(format!("line {line}: {}", error.message().lines().collect::<Vec<_>>().join(" ")))
        })?;
        profile.flaw().map_or(Ok(()), |(word, sentence)| {
            // The line of the word that is wrong, or of the table it should stand in.
            let line = text.find(&word).map_or(1, |at| line_of(text, at));
            Err(ProfileError(format!("line {line}: {sentence}")))
        })?;
        profile.tables.iter_mut().for_each(Table::compare_names);
        Ok(profile)
    }

    /// What makes the profile unusable: a word to find the line by, and a sentence.
    fn flaw(&self) -> Option<(String, String)> {
        if self.key.is_empty()
            || !self.key.bytes().all(|byte| byte.is_ascii_lowercase() || b"0123456789-".contains(&byte))
        {
            return Some(("key".into(), "the key has only small letters, digits and hyphens".into()));
        }
        if self.tables.is_empty() {
            return Some(("[[table]]".into(), "the profile has no table".into()));
        }
        if self.area_code.as_ref().is_some_and(|code| code.len() != 3 || !code.bytes().all(|b| b.is_ascii_digit())) {
            return Some(("area-code".into(), "an area code has three digits".into()));
        }
        self.tables.iter().find_map(Table::flaw)
    }
}

impl Table {
    /// Brings every name of a column into the form in which names are compared.
    fn compare_names(&mut self) {
        let lists = [
            &mut self.moment,
            &mut self.date,
            &mut self.time,
            &mut self.epoch,
            &mut self.zone,
            &mut self.unique_id,
            &mut self.from,
            &mut self.to,
            &mut self.number,
            &mut self.own,
            &mut self.party_name,
            &mut self.own_name,
            &mut self.from_name,
            &mut self.to_name,
            &mut self.account,
            &mut self.seconds,
            &mut self.minutes,
            &mut self.duration,
        ];
        let rules = self.direction.iter_mut().map(|rule| &mut rule.column);
        let kinds = self.kind_rule.iter_mut().map(|rule| &mut rule.column);
        for name in lists.into_iter().chain(rules).chain(kinds).flatten() {
            *name = cells::name(name);
        }
        for check in &mut self.checks {
            check.column = cells::name(&check.column);
        }
    }

    fn flaw(&self) -> Option<(String, String)> {
        let here = || "[[table]]".to_owned();
        if self.required.is_empty() == self.positions.is_empty() {
            let sentence = "a table names either the headings it requires or the positions of its columns";
            return Some((here(), sentence.into()));
        }
        if !self.positions.is_empty() && self.checks.is_empty() {
            return Some(("positions".into(), "a table without headings needs a check to be recognised by".into()));
        }
        if self.moment.is_empty() && self.date.is_empty() && self.epoch.is_empty() {
            return Some((here(), "the table names no column for the moment, the date or the epoch".into()));
        }
        if self.number.is_empty() && self.from.is_empty() && self.to.is_empty() {
            return Some((here(), "the table names no column for a number".into()));
        }
        let known = |name: &String| self.positions.iter().any(|one| cells::name(one) == cells::name(name));
        let unknown = self.checks.iter().find(|check| !self.positions.is_empty() && !known(&check.column));
        if let Some(check) = unknown {
            return Some((
                check.column.clone(),
                format!("the check is of a column that is no position: {}", check.column),
            ));
        }
        let empty =
            |rule: &Rule<RowKind>| !rule.fits_all() && rule.is.len() + rule.begins.len() + rule.contains.len() == 0;
        let silent =
            |rule: &Rule<Way>| !rule.fits_all() && rule.is.len() + rule.begins.len() + rule.contains.len() == 0;
        if self.kind_rule.iter().any(empty) || self.direction.iter().any(silent) {
            return Some(("means".into(), "a rule over a column needs is, begins or contains".into()));
        }
        None
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn all_delimiters() -> Vec<Delimiter> {
    vec![Delimiter::Comma, Delimiter::Tab, Delimiter::Semicolon, Delimiter::Pipe]
}

fn usual_totals() -> Vec<String> {
    ["total", "subtotal", "grand total"].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_can_be_used() {
        for text in SHIPPED {
            let profile = MappingProfile::from_toml(text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
            assert!(MappingProfile::by_key(&profile.key).is_some());
        }
        let keys = MappingProfile::keys();
        for key in
            ["verizon", "att", "tmobile", "cucm", "teams-pstn", "asterisk", "freeswitch", "zoom", "3cx", "generic"]
        {
            assert!(keys.contains(&key), "{key} in {keys:?}");
        }
        assert_eq!(
            (keys.len(), MappingProfile::tried().count() + 1),
            (SHIPPED.len(), SHIPPED.len()),
            "the generic one only where it is named"
        );
        assert!(MappingProfile::by_key("nobody").is_none());
    }

    #[test]
    fn a_profile_that_cannot_be_used_says_in_which_line() {
        let good = "key = \"x\"\nname = \"X\"\n[[table]]\nkind = \"call\"\nrequired = [\"When\"]\nmoment = [\"When\"]\nnumber = [\"Who\"]\n";
        assert!(MappingProfile::from_toml(good).is_ok());
        let cases: [(&str, &str, &str); 9] = [
            ("kind = \"call\"", "kind = \"fax\"", "line 4"),
            ("number = [\"Who\"]", "numbers = [\"Who\"]", "line 7"),
            ("number = [\"Who\"]", "number = [\"Who\"", "line 7"),
            ("key = \"x\"", "key = \"X y\"", "line 1: the key has only"),
            ("moment = [\"When\"]\n", "", "line 3: the table names no column for the moment"),
            ("required = [\"When\"]\n", "", "line 3: a table names either"),
            ("number = [\"Who\"]", "", "line 3: the table names no column for a number"),
            ("name = \"X\"", "name = \"X\"\narea-code = \"61\"", "line 3: an area code"),
            (
                "number = [\"Who\"]",
                "number = [\"Who\"]\n[[table.direction]]\ncolumn = [\"A\"]\nmeans = \"in\"",
                "line 10: a rule",
            ),
        ];
        for (from, to, expected) in cases {
            let error = MappingProfile::from_toml(&good.replace(from, to)).expect_err(to).to_string();
            assert!(error.starts_with(expected), "{to}: {error}");
        }
    }
}
