//! The steps of a night and how each ended. A step that fails never stops the next, except that nothing is destroyed
//! after one that protects has failed.

use serde::Serialize;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// There was nothing to do, or it was not asked for.
    Nothing,
    /// Done.
    Done,
    /// Done, and something needs a look.
    Remarked,
    /// Refused: a breaker, a stop, a plan that is stale, other work in the repository.
    Refused,
    /// Failed.
    Failed,
    /// Something is not as it should be.
    Integrity,
}

impl Ending {
    /// Its word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::Done => "done",
            Self::Remarked => "done, needs a look",
            Self::Refused => "refused",
            Self::Failed => "FAILED",
            Self::Integrity => "INTEGRITY",
        }
    }
}

/// One step of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was done, in a clerk's words.
    pub name: &'static str,
    /// How it ended.
    pub ending: Ending,
    /// What came of it, one sentence each, without content of any item.
    pub said: Vec<String>,
}

impl Step {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, ending: Ending::Nothing, said: Vec::new() }
    }

    /// The worst ending counts.
    pub(super) fn ends(&mut self, ending: Ending) {
        self.ending = self.ending.max(ending);
    }

    pub(super) fn say(&mut self, ending: Ending, sentence: impl Into<String>) {
        self.ends(ending);
        self.said.push(sentence.into());
    }
}
