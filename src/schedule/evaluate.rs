//! From facts and rules to a verdict, for one family on one day.

use super::english::term_words;
use super::facts::{CopyFacts, Facts, Settings};
use super::gates::{self, Gate, Lack, Standing};
use super::resolve::{Dates, Run};
use super::survey::{Line, Survey};
use crate::model::classification::RecordStatus;
use crate::model::disposition::{Eligibility, Reason, ReasonCode, RuleRef, Verdict};
use crate::model::record::RecordKind;
use crate::model::retention::Edition;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Decides for one family. For many families make one [`Evaluator`].
pub fn evaluate(facts: &Facts, editions: &[Edition], today: NaiveDate, settings: &Settings) -> Verdict {
    Evaluator::new(editions, settings).evaluate(facts, today)
}

/// Editions made ready to decide for many families.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) settings: &'a Settings,
    pub(super) standings: Vec<Standing<'a>>,
    pub(super) lines: Vec<Line<'a>>,
    by_series: BTreeMap<&'a str, Vec<usize>>,
    general: Vec<usize>,
}

impl<'a> Evaluator<'a> {
    /// Indexes the rules of the editions.
    pub fn new(editions: &'a [Edition], settings: &'a Settings) -> Self {
        let standings: Vec<Standing<'a>> = editions.iter().map(|edition| Standing::new(edition, editions)).collect();
        let mut lines = Vec::new();
        let mut by_series: BTreeMap<&'a str, Vec<usize>> = BTreeMap::new();
        let mut general = Vec::new();
        for (place, edition) in editions.iter().enumerate() {
            for rule in &edition.rules {
                by_series.entry(&rule.series).or_default().push(lines.len());
                if rule.applies_without_series {
                    general.push(lines.len());
                }
                lines.push(Line { rule, place });
            }
        }
        Self { settings, standings, lines, by_series, general }
    }

    /// Decides for one family on one day. Holds and open requests are the caller's to add.
    pub fn evaluate(&self, facts: &Facts, today: NaiveDate) -> Verdict {
        let fitting = self.fitting(facts);
        let survey = self.survey(facts, &fitting, today);
        let mut list = vec![gates::status(facts)];
        let mut since = NaiveDate::MIN;
        // Without a status no rule can be chosen, so the gates that hang on the rule are not looked at.
        if facts.status != RecordStatus::Undetermined {
            let (period, first_day) = self.period_gate(facts, &survey, today);
            let (archival, archival_day) = gates::archival(facts, survey.archival, today);
            let authority = survey.authority();
            // The authority an exercise practises with has no first day of its own.
            let authority_day = match (&authority, &self.settings.exercise_authority) {
                (Ok((day, _)), None) => *day,
                _ => NaiveDate::MIN,
            };
            let other_days = archival_day.max(survey.released_on).unwrap_or(NaiveDate::MIN);
            since = first_day.max(authority_day).max(other_days);
            list.push(period);
            list.push(gates::authority(&authority, self.settings.exercise_authority.as_deref()));
            list.push(archival);
            list.push(gates::filing(facts, survey.filing));
        }
        list.push(gates::open_matters(facts));
        let (alarm, must_destroy_by) = self.alarm(&survey, today);
        let decided = survey.longest.filter(|_| survey.is_scheduled && facts.status != RecordStatus::Undetermined);
        let rule = decided.map(|(line, _)| self.rule_ref(line));
        settle(list, alarm, since, rule, must_destroy_by)
    }

    /// The rules that fit kind, status and series, whatever department a copy is from.
    fn fitting(&self, facts: &Facts) -> Vec<Line<'a>> {
        let mut fitting = self.at_hand(facts);
        fitting.retain(|line| line.fits(facts) && self.reaches_calls(*line, facts.kind));
        fitting
    }

    /// The rules of its series and the general ones, whether they fit or not.
    pub(super) fn at_hand(&self, facts: &Facts) -> Vec<Line<'a>> {
        let named = facts.series.as_deref();
        let own = named.and_then(|series| self.by_series.get(series)).into_iter().flatten();
        let general = self.general.iter().filter(|place| named != Some(self.lines[**place].rule.series.as_str()));
        own.chain(general).map(|place| self.lines[*place]).collect()
    }

    /// No Minnesota series for call detail was found, so only an approved edition or a PR-1 can cover a call.
    pub(super) fn reaches_calls(&self, line: Line<'a>, kind: RecordKind) -> bool {
        kind != RecordKind::Call || self.standings[line.place].can_authorise()
    }

    /// Looks at every copy and keeps the worst of each thing found.
    fn survey<'s>(&'s self, facts: &Facts, fitting: &[Line<'a>], today: NaiveDate) -> Survey<'s, 'a> {
        let covers_series = facts.series.is_none() || fitting.iter().any(|line| line.is_own(facts));
        let mut survey = Survey::new(covers_series && !fitting.is_empty());
        let unknown = [CopyFacts::default()];
        let copies = if facts.copies.is_empty() { &unknown } else { facts.copies.as_slice() };
        for copy in copies {
            let department = gates::fold(&copy.department);
            let governing = self.governing(facts, fitting, &department, today);
            let dates = self.dates(facts, copy);
            for line in fitting {
                if let Some((_, on)) = self.standings[line.place].replaced(&department, today) {
                    survey.set_aside(Run::of(&line.rule.term, &dates), on);
                }
            }
            survey.measure(&governing, facts, &dates, |line| self.standings[line.place].can_authorise());
            // A general rule authorises only what has no series of its own.
            let authorising = governing.iter().filter(|line| facts.series.is_none() || line.is_own(facts));
            survey.authority_of_copy(authorising.map(|line| {
                let standing = &self.standings[line.place];
                if line.names(&department) {
                    standing.authorises(&department, facts.sent_on, today)
                } else {
                    Err(Lack::Department(standing))
                }
            }));
        }
        survey
    }

    /// The dates that the rules for a copy count from.
    pub(super) fn dates<'f>(&'f self, facts: &'f Facts, copy: &CopyFacts) -> Dates<'f> {
        Dates {
            sent_on: facts.sent_on,
            received_on: copy.received_on,
            conversation_ended_on: facts.conversation_ended_on,
            events: &facts.events,
            settings: self.settings,
        }
    }

    /// Whether a rule governs a department's copy on a day.
    pub(super) fn governs(&self, line: Line<'a>, department: &str, today: NaiveDate) -> bool {
        let standing = &self.standings[line.place];
        line.is_for(department) && standing.governs(department) && standing.replaced(department, today).is_none()
    }

    /// The rules that govern a department's copy. Where none does, the others say at least how long.
    fn governing(&self, facts: &Facts, fitting: &[Line<'a>], department: &str, today: NaiveDate) -> Vec<Line<'a>> {
        let covers = |line: &Line<'a>| facts.series.is_none() || line.is_own(facts);
        let governs = |line: &Line<'a>| self.governs(*line, department, today);
        let governing: Vec<Line<'a>> = fitting.iter().copied().filter(governs).collect();
        // A policy alone is not enough: it must not free a copy from the longer schedule of others.
        if governing.iter().any(|line| covers(line) && self.standings[line.place].can_authorise()) {
            return governing;
        }
        let current = |line: &Line<'a>| self.standings[line.place].replaced(department, today).is_none();
        let current: Vec<Line<'a>> = fitting.iter().copied().filter(current).collect();
        if current.iter().any(covers) { current } else { fitting.to_vec() }
    }

    /// The gate of rule and period, and the first day the period leaves open.
    fn period_gate(&self, facts: &Facts, survey: &Survey<'_, 'a>, today: NaiveDate) -> (Gate, NaiveDate) {
        let never = NaiveDate::MAX;
        let Some((line, run)) = survey.longest.filter(|_| survey.is_scheduled) else {
            return (unscheduled(facts), never);
        };
        let title = self.title(line);
        match run {
            // Where every rule asks for filing first, there is no period before it.
            _ if survey.only_when_filed => (gates::not_filed(), never),
            Run::Permanent => {
                let sentence = format!("{title} is kept permanently");
                (Gate::closed(ReasonCode::Permanent, Eligibility::Blocked, sentence), never)
            }
            Run::Unknown(gap) => {
                let sentence = format!("{title}: {}, so the period cannot be told", gap.words());
                (Gate::closed(gap.code(), Eligibility::Undetermined, sentence), never)
            }
            Run::Ends(last) => {
                let first = day_after(last);
                let many =
                    if survey.rules > 1 { format!(", the longest of {} rules", survey.rules) } else { String::new() };
                let keep = format!("{title}{many}: keep {}", term_words(&line.rule.term));
                if first > today {
                    let sentence = format!("{keep}; the last day is {last}, the first day for destruction {first}");
                    let eligibility = Eligibility::NotYet { earliest: first };
                    return (Gate::closed(ReasonCode::PeriodRuns, eligibility, sentence), first);
                }
                let sentence = format!("{keep}; that ended on {last}, and {first} was the first day for destruction");
                (Gate { reason: Reason::new(ReasonCode::PeriodExpired, sentence), closed: None }, first)
            }
        }
    }

    /// What a statutory maximum says: until when, an alarm once that has passed, and a conflict with a longer minimum.
    fn alarm(&self, survey: &Survey<'_, 'a>, today: NaiveDate) -> (Option<Reason>, Option<NaiveDate>) {
        let Some((line, run)) = survey.maximum else { return (None, None) };
        let title = self.title(line);
        match run {
            Run::Permanent => (None, None),
            Run::Unknown(gap) => {
                let sentence = format!("{title} has a maximum whose last day cannot be told: {}", gap.words());
                (Some(Reason::new(gap.code(), sentence)), None)
            }
            Run::Ends(last) => {
                let conflict = match survey.longest.map(|(_, run)| run) {
                    Some(Run::Ends(end)) if end < last => "",
                    _ => "; no minimum ends before that day, which is for the city attorney to settle",
                };
                let reason = if today > last {
                    let sentence = format!("ALARM: by {title} it had to be destroyed by {last}{conflict}");
                    Reason::new(ReasonCode::MaximumPassed, sentence)
                } else {
                    let sentence = format!("by {title} it must be destroyed by {last}{conflict}");
                    Reason::new(ReasonCode::MaximumRuns, sentence)
                };
                (Some(reason), Some(last))
            }
        }
    }

    fn title(&self, line: Line<'a>) -> String {
        format!("“{}” ({})", line.rule.title, self.standings[line.place].edition.key)
    }

    fn rule_ref(&self, line: Line<'a>) -> RuleRef {
        RuleRef { edition: self.standings[line.place].edition.key.clone(), series: line.rule.series.clone() }
    }
}

/// Puts the deciding reason first and adds the alarm at the end.
fn settle(
    mut list: Vec<Gate>,
    alarm: Option<Reason>,
    since: NaiveDate,
    rule: Option<RuleRef>,
    must_destroy_by: Option<NaiveDate>,
) -> Verdict {
    let first_closed = list.iter().position(|gate| gate.closed.is_some());
    // With every gate open the period that ran out is the reason: it stands second in the list.
    let deciding = first_closed.unwrap_or(1);
    let eligibility = list[deciding].closed.clone().unwrap_or(Eligibility::Eligible { since });
    list[..=deciding].rotate_right(1);
    let reasons = list.into_iter().map(|gate| gate.reason).chain(alarm).collect();
    Verdict { eligibility, rule, reasons, must_destroy_by }
}

fn unscheduled(facts: &Facts) -> Gate {
    let what = format!("item of kind {} and status {}", facts.kind.word(), facts.status);
    let mut sentence = match &facts.series {
        Some(series) => format!("no schedule has a rule of its series “{series}” for an {what}"),
        None => format!("no series is assigned to it, and no general rule covers an {what}"),
    };
    if facts.kind == RecordKind::Call {
        sentence.push_str("; call detail stays until an approved schedule or a PR-1 covers it");
    }
    Gate::closed(ReasonCode::Unscheduled, Eligibility::Blocked, sentence)
}

/// The period ends with its last day; a last day without a next one never gets here (`resolve`).
fn day_after(last: NaiveDate) -> NaiveDate {
    last.succ_opt().unwrap_or(NaiveDate::MAX)
}
