//! What the rules that fit say over all copies of one family: the worst of everything.

use super::facts::Facts;
use super::gates::{self, Authorised, Lack};
use super::resolve::{Dates, Run};
use crate::model::classification::RecordStatus;
use crate::model::retention::RetentionRule;
use chrono::NaiveDate;

/// A rule and the place of its edition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) rule: &'a RetentionRule,
    pub(super) place: usize,
}

impl Line<'_> {
    /// Whether the rule applies to the kind and status of an item. A rule that names no status is for every settled
    /// one; for an unsettled one it counts only towards a maximum.
    pub(super) fn fits(&self, facts: &Facts) -> bool {
        let kinds = &self.rule.kinds;
        let statuses = &self.rule.statuses;
        (kinds.is_empty() || kinds.contains(&facts.kind))
            && (statuses.is_empty() || statuses.contains(&facts.status))
            && !self.is_for_copies_alone(facts)
    }

    /// Whether the rule is for mailbox copies of official records, and this is the record itself: it lies in a mailbox that
    /// its department has designated for keeping records, where it stays under its series (Otsego Information Technology
    /// Policy, "Employee Responsibilities"). Beside a rule of its series the period still counts, so that nothing goes
    /// earlier than a copy would; without a series there is none that could let it go.
    pub(super) fn is_for_copies_alone(&self, facts: &Facts) -> bool {
        let is_the_record = facts.record_keeping && facts.status == RecordStatus::Official;
        self.rule.official_only_when_filed && is_the_record && facts.series.is_none()
    }

    /// Whether the rule is for the copies of a department; one of unknown department is measured by every rule.
    pub(super) fn is_for(&self, department: &str) -> bool {
        department.is_empty() || self.names(department)
    }

    /// Whether the rule names a department, or names none and is for all.
    pub(super) fn names(&self, department: &str) -> bool {
        let all = &self.rule.departments;
        all.is_empty() || all.iter().any(|one| gates::fold(one) == department)
    }

    /// Whether the rule is of the item's own series.
    pub(super) fn is_own(&self, facts: &Facts) -> bool {
        facts.series.as_deref() == Some(self.rule.series.as_str())
    }

    /// Whether the rule reaches the item only once its record has been filed, and it has not been.
    fn waits_for_filing(&self, facts: &Facts) -> bool {
        let is_copy = facts.status == RecordStatus::Official && !facts.record_keeping;
        self.rule.official_only_when_filed && is_copy && !facts.filed
    }
}

/// What was found over all copies.
#[derive(Debug)]
pub(super) struct Survey<'s, 'a> {
    /// Whether the item's series, or without one any general rule, is in some schedule.
    pub(super) is_scheduled: bool,
    /// The longest rule, with where it leads.
    pub(super) longest: Option<(Line<'a>, Run<'a>)>,
    /// The earliest maximum.
    pub(super) maximum: Option<(Line<'a>, Run<'a>)>,
    /// Whether any rule is of an archival series.
    pub(super) archival: bool,
    /// Whether any rule asks for official records to be filed first.
    pub(super) filing: bool,
    /// Whether for some copy every rule waits for the filing, so that no period runs before it.
    pub(super) only_when_filed: bool,
    /// The most rules that were compared for one copy.
    pub(super) rules: usize,
    /// The day from which no rule of a replaced edition kept the item any more.
    pub(super) released_on: Option<NaiveDate>,
    longest_authorises: bool,
    authority: Option<Authorised<'s, 'a>>,
}

impl<'s, 'a> Survey<'s, 'a> {
    pub(super) const fn new(is_scheduled: bool) -> Self {
        Self {
            is_scheduled,
            longest: None,
            maximum: None,
            archival: false,
            filing: false,
            only_when_filed: false,
            rules: 0,
            released_on: None,
            longest_authorises: false,
            authority: None,
        }
    }

    /// Adds the rules that govern one copy.
    pub(super) fn measure(
        &mut self,
        governing: &[Line<'a>],
        facts: &Facts,
        dates: &Dates<'_>,
        can_authorise: impl Fn(Line<'a>) -> bool,
    ) {
        for line in governing {
            self.keep_longest(*line, Run::of(&line.rule.term, dates), can_authorise(*line));
            if let Some(maximum) = &line.rule.maximum {
                self.keep_earliest_maximum(*line, Run::of(maximum, dates));
            }
            self.archival |= line.rule.archival;
            self.filing |= line.rule.official_only_when_filed;
        }
        self.only_when_filed |= !governing.is_empty() && governing.iter().all(|line| line.waits_for_filing(facts));
        self.rules = self.rules.max(governing.len());
    }

    /// Adds a rule that no longer governs a copy since its edition was replaced on a day: nothing could go before its
    /// period ended or, where it still kept the item then, before that day.
    pub(super) fn set_aside(&mut self, run: Run<'_>, on: NaiveDate) {
        let released = match run {
            Run::Ends(last) => last.succ_opt().unwrap_or(on).min(on),
            Run::Unknown(_) | Run::Permanent => on,
        };
        self.released_on = self.released_on.max(Some(released));
    }

    /// Adds the authorities over one copy: the earliest one counts for the copy, the latest copy for the family.
    pub(super) fn authority_of_copy(&mut self, found: impl Iterator<Item = Authorised<'s, 'a>>) {
        let copy = found.reduce(better).unwrap_or(Err(Lack::Nothing));
        self.authority = Some(match self.authority.take() {
            Some(before) => worse(before, copy),
            None => copy,
        });
    }

    /// The authority over every copy.
    pub(super) fn authority(&self) -> Authorised<'s, 'a> {
        self.authority.unwrap_or(Err(Lack::Nothing))
    }

    /// Between rules that end alike, the one whose edition can authorise is named.
    fn keep_longest(&mut self, line: Line<'a>, run: Run<'a>, authorises: bool) {
        let key = (run.rank(), authorises);
        if self.longest.is_none_or(|(_, longest)| key > (longest.rank(), self.longest_authorises)) {
            self.longest = Some((line, run));
            self.longest_authorises = authorises;
        }
    }

    fn keep_earliest_maximum(&mut self, line: Line<'a>, run: Run<'a>) {
        if self.maximum.is_none_or(|(_, earliest)| run.rank() < earliest.rank()) {
            self.maximum = Some((line, run));
        }
    }
}

fn better<'s, 'a>(one: Authorised<'s, 'a>, two: Authorised<'s, 'a>) -> Authorised<'s, 'a> {
    match (one, two) {
        (Ok(one), Ok(two)) => Ok(if two.0 < one.0 { two } else { one }),
        (Ok(one), Err(_)) => Ok(one),
        (Err(_), Ok(two)) => Ok(two),
        (Err(one), Err(two)) => Err(telling(one, two)),
    }
}

fn worse<'s, 'a>(one: Authorised<'s, 'a>, two: Authorised<'s, 'a>) -> Authorised<'s, 'a> {
    match (one, two) {
        (Ok(one), Ok(two)) => Ok(if two.0 > one.0 { two } else { one }),
        (Ok(_), Err(two)) => Err(two),
        (Err(one), Ok(_)) => Err(one),
        (Err(one), Err(two)) => Err(telling(one, two)),
    }
}

const fn telling<'s, 'a>(one: Lack<'s, 'a>, two: Lack<'s, 'a>) -> Lack<'s, 'a> {
    if two.weight() > one.weight() { two } else { one }
}
