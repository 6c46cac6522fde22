//! The rules file: read, and checked with errors that name the rule.

use crate::base::limits;
use crate::model::classification::RecordStatus;
use crate::model::record::RecordKind;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Rules of one file; a file with more is a mistake.
const RULES: usize = 2_000;
/// Phrases of all rules of one file.
const PHRASES: usize = 20_000;
/// Characters of one phrase.
const PHRASE_CHARS: usize = 120;

/// A rules file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is not well-formed, or has a field that no rule has.
    #[error("the rules file cannot be read: {0}")]
    Unreadable(String),
    /// A rule says something that cannot be.
    #[error("the rule {rule:?}: {message}")]
    Rule {
        /// The rule's id.
        rule: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// Something outside of a rule.
    #[error("{0}")]
    File(String),
}

/// How evidence becomes a proposal; see `weigh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Points that *official* starts with.
    pub official_points: u8,
    /// Percent from which *official* is proposed.
    pub official_from: u8,
    /// Percent from which a shorter-lived status is proposed.
    pub shorter_from: u8,
    /// Points of one piece of evidence for *official* or *undetermined* beside which nothing shorter-lived is proposed.
    pub veto_from: u8,
}

/// Where a phrase may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    Subject,
    Text,
    Quoted,
}

/// What kind of sending it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mail {
    /// It carries the marks of a mailing list or campaign that is not the city's own.
    ForeignList,
    /// It carries none, and no mark of a program that answers or reports.
    Direct,
}

/// What the correspondents of an item can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Between {
    /// All known addresses are the city's own.
    Inside,
    /// The author is outside.
    FromOutside,
    /// The author is the city's, somebody outside gets it.
    ToOutside,
    /// Nobody of the city's domains takes part.
    OutsideOnly,
    /// An attorney of the city takes part.
    Counsel,
    /// Somebody in an elected office writes with somebody outside.
    ElectedAndOutside,
    /// Author and recipient have the same name before the `@`, one of them outside.
    SameName,
    /// At least twenty recipients.
    Many,
}

/// One rule as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    pub(super) id: String,
    pub(super) argues: RecordStatus,
    #[serde(default)]
    pub(super) weight: u8,
    pub(super) why: String,
    #[serde(default)]
    pub(super) group: String,
    #[serde(default)]
    pub(super) kinds: Vec<RecordKind>,
    #[serde(default)]
    pub(super) mail: Option<Mail>,
    #[serde(default)]
    pub(super) header: String,
    #[serde(default)]
    pub(super) fact: String,
    #[serde(default)]
    pub(super) has: Vec<String>,
    #[serde(default)]
    pub(super) lacks: Vec<String>,
    #[serde(default)]
    pub(super) from_name: Vec<String>,
    #[serde(default)]
    pub(super) from_list: String,
    #[serde(default)]
    pub(super) outside_list: String,
    #[serde(default)]
    pub(super) between: Vec<Between>,
    #[serde(default)]
    pub(super) folder: Vec<String>,
    #[serde(default)]
    pub(super) attachment: Vec<String>,
    #[serde(default)]
    pub(super) phrases: Vec<String>,
    #[serde(default)]
    pub(super) places: Vec<Place>,
    #[serde(default)]
    pub(super) at_least: Option<usize>,
    #[serde(default)]
    pub(super) at_start: bool,
    #[serde(default)]
    pub(super) at_most_chars: Option<usize>,
    #[serde(default)]
    pub(super) at_least_chars: Option<usize>,
    #[serde(default)]
    pub(super) quotes: Option<bool>,
    #[serde(default)]
    pub(super) unanswered: bool,
    #[serde(default)]
    pub(super) unread: bool,
}

/// Which series goes with a status in a schedule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeriesEntry {
    pub(super) schedule: String,
    pub(super) key: String,
    pub(super) status: RecordStatus,
    #[serde(default)]
    pub(super) rules: Vec<String>,
}

/// A whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesFile {
    #[serde(default)]
    pub(super) settings: Option<Settings>,
    #[serde(default)]
    pub(super) lists: BTreeMap<String, Vec<String>>,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<RuleEntry>,
    #[serde(default)]
    pub(super) series: Vec<SeriesEntry>,
}

impl RulesFile {
    /// Reads and checks a file.
    pub(super) fn read(text: &str) -> Result<Self, RulesError> {
        let file: Self = toml::from_str(text).map_err(|error| RulesError::Unreadable(error.to_string()))?;
        if file.rules.len() > RULES {
            return Err(RulesError::File(format!("a rules file has at most {RULES} rules")));
        }
        if file.rules.iter().map(|rule| rule.phrases.len()).sum::<usize>() > PHRASES {
            return Err(RulesError::File(format!("a rules file has at most {PHRASES} phrases")));
        }
        Ok(file)
    }

    /// Adds another file to this one. What the other one says of settings is not taken over.
    pub(super) fn add(&mut self, other: Self) {
        self.lists.extend(other.lists);
        self.rules.extend(other.rules);
        // The city's own lines come first: the first that fits is proposed.
        self.series.splice(0..0, other.series);
    }

    /// Checks everything that one rule alone can get wrong, and what refers to something else.
    pub(super) fn check(&self) -> Result<Settings, RulesError> {
        let settings = self.settings.ok_or_else(|| {
            RulesError::File(
                "the rules file has no [settings]: official_points, official_from, shorter_from, veto_from".to_owned(),
            )
        })?;
        if settings.official_from > 100 || settings.shorter_from > 100 || settings.shorter_from < settings.official_from
        {
            let message = "settings: shares are percents, and shorter_from is at least official_from: shortening a life \
                           needs more than keeping";
            return Err(RulesError::File(message.to_owned()));
        }
        let mut ids = BTreeSet::new();
        for rule in &self.rules {
            self.check_rule(rule, settings).map_err(|message| RulesError::Rule { rule: rule.id.clone(), message })?;
            if !ids.insert(rule.id.as_str()) {
                return Err(RulesError::Rule { rule: rule.id.clone(), message: "another rule has this id".to_owned() });
            }
        }
        for line in &self.series {
            if let Some(unknown) = line.rules.iter().find(|one| !ids.contains(one.as_str())) {
                let message = format!("the series {:?} names the rule {unknown:?}, which is not there", line.key);
                return Err(RulesError::File(message));
            }
            if !is_key(&line.key) || !is_key(&line.schedule) {
                let message = format!("the series {:?} of {:?} is not written like a key", line.key, line.schedule);
                return Err(RulesError::File(message));
            }
        }
        Ok(settings)
    }

    fn check_rule(&self, rule: &RuleEntry, settings: Settings) -> Result<(), String> {
        if !is_key(&rule.id) {
            return Err("an id is lowercase letters, digits and hyphens".to_owned());
        }
        if rule.why.trim().is_empty() {
            return Err("a rule says why, in a sentence".to_owned());
        }
        let may_weigh_nothing = rule.argues == RecordStatus::Undetermined;
        if rule.weight > 100 || (rule.weight == 0 && !may_weigh_nothing) {
            return Err("weight is 1 to 100; only a rule that argues for undetermined may have none".to_owned());
        }
        let looks = !rule.header.is_empty()
            || !rule.fact.is_empty()
            || !rule.from_name.is_empty()
            || !rule.from_list.is_empty()
            || !rule.outside_list.is_empty()
            || !rule.between.is_empty()
            || !rule.folder.is_empty()
            || !rule.attachment.is_empty()
            || !rule.phrases.is_empty()
            || rule.at_most_chars.is_some()
            || rule.unanswered
            || rule.unread
            || !rule.kinds.is_empty();
        if !looks {
            return Err("it looks at nothing".to_owned());
        }
        if (!rule.has.is_empty() || !rule.lacks.is_empty()) && rule.header.is_empty() && rule.fact.is_empty() {
            return Err("has and lacks belong to a header or a fact".to_owned());
        }
        if !rule.header.is_empty() && !rule.fact.is_empty() {
            return Err("it looks at a header and at a fact; make two rules".to_owned());
        }
        let phrased = !rule.places.is_empty() || rule.at_least.is_some() || rule.at_start;
        if phrased && rule.phrases.is_empty() {
            return Err("places, at_least and at_start belong to phrases".to_owned());
        }
        for phrase in &rule.phrases {
            let stem = phrase.trim_end_matches('*').trim();
            if stem.is_empty() || phrase.chars().count() > PHRASE_CHARS {
                return Err(format!("the phrase {phrase:?} is empty or longer than {PHRASE_CHARS} characters"));
            }
        }
        for list in [&rule.from_list, &rule.outside_list] {
            if !list.is_empty() && !self.lists.contains_key(list) {
                return Err(format!("there is no list {list:?}"));
            }
        }
        // A condition that a few more words undo must not be what argues for keeping: more words would shorten a life.
        let undone = rule.at_most_chars.is_some() || !rule.lacks.is_empty();
        if rule.argues == RecordStatus::Official && undone && rule.weight >= settings.veto_from {
            return Err("a strong rule for official cannot depend on something being absent".to_owned());
        }
        Ok(())
    }
}

/// Lowercase letters, digits and hyphens, as ids and keys are written.
fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= limits::KEY_CHARS
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = "[settings]\nofficial_points = 10\nofficial_from = 50\nshorter_from = 85\nveto_from = 40\n";

    #[test]
    fn mistakes_are_told_in_plain_words() {
        let rule = |lines: &str| format!("{SETTINGS}[[rule]]\nid = \"a\"\nwhy = \"x\"\nargues = \"official\"\n{lines}");
        let rows = [
            (rule("weight = 10"), "it looks at nothing"),
            (rule("weight = 0\nphrases = [\"a\"]"), "weight is 1 to 100"),
            (rule("weight = 10\nphrases = [\"*\"]"), "is empty or longer"),
            (rule("weight = 10\nfrom_list = \"nobody\""), "there is no list"),
            (rule("weight = 10\nhas = [\"a\"]\nphrases = [\"a\"]"), "belong to a header or a fact"),
            (rule("weight = 10\nat_start = true\nfolder = [\"a\"]"), "belong to phrases"),
            (rule("weight = 90\nat_most_chars = 9"), "cannot depend on something being absent"),
            (rule("weight = 10\ncolour = \"red\""), "unknown field"),
            (
                "[[rule]]\nid = \"a\"\nwhy = \"x\"\nargues = \"official\"\nweight = 1\nfolder = [\"a\"]".to_owned(),
                "no [settings]",
            ),
            (
                format!("{SETTINGS}[[series]]\nschedule = \"s\"\nkey = \"k\"\nstatus = \"official\"\nrules = [\"zz\"]"),
                "is not there",
            ),
        ];
        for (text, expected) in rows {
            let error = RulesFile::read(&text).and_then(|file| file.check()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
