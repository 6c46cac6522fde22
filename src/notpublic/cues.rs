//! Words that tell of a kind of data. One word of a list is a hint; two of them, or one in the setting it belongs to, are
//! more. What is found is the sentence, or the value behind the words.

use super::{Category, Finding};
use crate::model::redaction::Place;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// Words of one kind, and how sure a sentence with them is.
struct Cue {
    category: Category,
    words: &'static [&'static str],
    /// Confidence where one of them stands.
    one: u8,
    /// Confidence where two different ones stand in a sentence, or one beside the setting.
    two: u8,
    /// Words that make one of them mean what it says.
    setting: &'static [&'static str],
    why: &'static str,
}

const CUES: &[Cue] = &[
    Cue {
        category: Category::Medical,
        words: &[
            "diagnosis",
            "diagnosed",
            "prognosis",
            "patient",
            "medical record",
            "medical records",
            "medical leave",
            "medical condition",
            "health condition",
            "health insurance",
            "health issues",
            "health problems",
            "health problem",
            "medication",
            "prescription",
            "surgery",
            "chemotherapy",
            "hospitalized",
            "in the hospital",
            "mental health",
            "psychiatric",
            "therapy",
            "doctor's note",
            "doctor's appointment",
            "physician",
            "disability",
            "hipaa",
            "hippa",
            "phi",
            "run report",
            "blood pressure",
            "pregnant",
            "pregnancy",
            "cancer",
            "diabetes",
            "stroke",
            "heart attack",
            "seizure",
            "overdose",
            "ambulance",
            "paramedic",
            "fmla",
            "sick leave",
            "deductible",
            "policy number",
            "injury",
            "injured",
        ],
        one: 45,
        two: 70,
        setting: &[
            "his", "her", "my", "their", "husband", "wife", "daughter", "son", "employee", "she", "he", "claimant",
            "mother", "father",
        ],
        why: "words of health",
    },
    Cue {
        category: Category::Personnel,
        words: &[
            "performance review",
            "performance evaluation",
            "performance appraisal",
            "performance ranking",
            "written warning",
            "verbal warning",
            "reprimand",
            "disciplinary",
            "discipline",
            "suspension",
            "suspended",
            "loudermill",
            "administrative leave",
            "termination",
            "terminated",
            "resignation",
            "severance",
            "harassment",
            "grievance",
            "coaching",
            "improvement plan",
            "background check",
            "garnishment",
            "beneficiary",
            "benefits election",
            "employee assistance",
            "eap",
            "exit interview",
            "internal affairs",
            "ia file",
            "home address",
            "salary",
            "salaries",
            "bonus",
            "bonuses",
            "promotion",
            "promoted",
            "demotion",
            "layoff",
            "laid off",
            "resume",
            "résumé",
            "cover letter",
            "references",
            "interview score",
            "candidate",
            "candidates",
            "applicant",
            "applicants",
            "job offer",
            "offer letter",
            "hiring",
            "hire",
            "interview",
            "interviews",
            "interviewing",
            "recruiting",
            "recruit",
            "new hire",
            "compensation",
            "headcount",
            "personnel",
            "hr",
            "human resources",
            "employment agreement",
            "employment",
        ],
        one: 45,
        two: 68,
        setting: &[
            "employee",
            "officer",
            "complaint",
            "supervisor",
            "confidential",
            "position",
            "staff",
            "analyst",
            "manager",
        ],
        why: "words of employment",
    },
    Cue {
        category: Category::Juvenile,
        words: &[
            "juvenile",
            "juveniles",
            "minor child",
            "underage",
            "truancy",
            "truant",
            "runaway",
            "curfew",
            "foster care",
            "delinquency",
            "petty offender",
            "15-year-old",
            "14-year-old",
            "16-year-old",
            "17-year-old",
            "13-year-old",
            "12-year-old",
            "11-year-old",
            "15 year old",
            "14 year old",
            "16 year old",
            "17 year old",
            "13 year old",
            "12 year old",
            "student",
            "teen",
            "teenager",
        ],
        one: 40,
        two: 72,
        setting: &[
            "police",
            "officer",
            "arrest",
            "arrested",
            "citation",
            "cited",
            "suspect",
            "victim",
            "incident",
            "icr",
            "case",
            "squad",
            "shoplifting",
            "assault",
            "theft",
            "court",
            "detained",
            "report",
            "parents",
            "guardian",
            "witness",
        ],
        why: "a juvenile in a police matter",
    },
    Cue {
        category: Category::AttorneyClient,
        words: &[
            "attorney-client",
            "attorney client",
            "attorney/client",
            "privileged and confidential",
            "privileged & confidential",
            "privileged",
            "work product",
            "legal advice",
            "advice of counsel",
            "in anticipation of litigation",
            "our attorney",
            "city attorney",
            "outside counsel",
            "legal counsel",
            "settlement authority",
            "litigation strategy",
            "legal opinion",
            "counsel advises",
        ],
        one: 55,
        two: 78,
        setting: &[
            "confidential",
            "advise",
            "advice",
            "opinion",
            "settle",
            "settlement",
            "lawsuit",
            "claim",
            "litigation",
            "counsel",
        ],
        why: "words of an attorney's advice",
    },
    Cue {
        category: Category::Complainant,
        words: &[
            "complainant",
            "reporting party",
            "complained",
            "complaint",
            "my neighbor",
            "my neighbour",
            "neighbor's",
            "wants to remain anonymous",
            "anonymous complaint",
            "do not tell them",
            "don't tell them",
        ],
        one: 40,
        two: 75,
        setting: &[
            "grass",
            "weeds",
            "junk",
            "vehicles",
            "nuisance",
            "zoning",
            "code enforcement",
            "fence",
            "noise",
            "garbage",
            "trash",
            "blight",
            "property",
            "setback",
            "dog",
            "chickens",
            "unlicensed",
            "rental",
            "snow",
            "yard",
            "shed",
            "lawn",
            "permit",
            "violation",
        ],
        why: "a complaint on the use of property",
    },
    Cue {
        category: Category::UtilityCustomer,
        words: &[
            "electric bill",
            "kwh",
            "meter reading",
            "usage history",
            "payment arrangement",
            "disconnect notice",
            "disconnection",
            "shutoff",
            "shut-off",
            "past due balance",
            "utility account",
            "cold weather rule",
            "budget billing",
        ],
        one: 50,
        two: 74,
        setting: &["electric", "customer", "account", "utility", "meter", "power"],
        why: "words of an electric customer's account",
    },
    Cue {
        category: Category::Investigation,
        words: &[
            "under investigation",
            "ongoing investigation",
            "active investigation",
            "confidential informant",
            "informant",
            "search warrant",
            "undercover",
            "person of interest",
            "detective",
            "suspect",
            "surveillance",
            "sting",
            "wiretap",
            "mandated reporter",
            "maltreatment",
        ],
        one: 40,
        two: 68,
        setting: &["police", "officer", "case", "witness", "victim", "charges", "icr", "sheriff", "bca", "evidence"],
        why: "words of a criminal investigation",
    },
    Cue {
        category: Category::TradeSecret,
        words: &[
            "trade secret",
            "proprietary",
            "confidential pricing",
            "customer list",
            "sealed bid",
            "pro forma",
            "nondisclosure",
            "non-disclosure",
        ],
        one: 50,
        two: 72,
        setting: &["confidential", "bid", "proposal", "pricing", "vendor", "formula", "business plan"],
        why: "words of a trade secret",
    },
    Cue {
        category: Category::LaborRelations,
        words: &[
            "bargaining position",
            "negotiation strategy",
            "union proposal",
            "labor negotiations",
            "collective bargaining",
            "mediation",
            "arbitration",
            "bargaining unit",
            "closed session",
        ],
        one: 45,
        two: 70,
        setting: &["union", "afscme", "lels", "teamsters", "proposal", "contract", "settlement", "wage", "steward"],
        why: "words of bargaining with employees",
    },
    Cue {
        category: Category::Security,
        words: &[
            "evacuation plan",
            "camera blind spot",
            "key location",
            "vacation watch",
            "firewall",
            "ip scheme",
            "vulnerability scan",
            "penetration test",
            "security assessment",
            "alarm system",
            "block captain",
            "threat assessment",
        ],
        one: 52,
        two: 74,
        setting: &["confidential", "map", "layout", "plan", "address", "city hall", "password", "code"],
        why: "words of security",
    },
];

/// Words before a value that keeps something safe, and what follows them.
const KEYS: &[&str] = &[
    "door code",
    "gate code",
    "alarm code",
    "entry code",
    "access code",
    "keypad code",
    "lockbox code",
    "passcode",
    "password",
    "passphrase",
    "wifi key",
    "wi-fi key",
    "wifi password",
    "wi-fi password",
    "pin code",
    "combination",
    "vpn key",
    "pre-shared key",
    "login",
];

/// Words before the person who complained.
const COMPLAINANTS: &[&str] =
    &["complainant", "complainant name", "reporting party", "reported by", "complaint by", "caller", "called in by"];

/// Words that tell of a list of addresses given to be notified.
const LISTS: &[&str] = &[
    "unsubscribe",
    "subscriber",
    "subscribers",
    "notify me",
    "govdelivery",
    "codered",
    "e-mail list",
    "email list",
    "mailing list",
    "signup",
    "sign-up",
    "newsletter list",
    "notification list",
    "notifications",
];
/// Addresses from which a text is a list.
const LISTED: usize = 3;

struct Finder {
    automaton: Option<AhoCorasick>,
    /// For each word: the cue, and whether it is part of the setting.
    told: Vec<(usize, bool)>,
}

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let (mut words, mut told) = (Vec::new(), Vec::new());
    for (at, cue) in CUES.iter().enumerate() {
        for word in cue.words {
            words.push(*word);
            told.push((at, false));
        }
        for word in cue.setting {
            words.push(*word);
            told.push((at, true));
        }
    }
    let built = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&words);
    Finder { automaton: built.ok(), told }
});

/// Everything that words tell of.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let mut all = Vec::new();
    sentences(text, &mut all);
    values(text, KEYS, Category::Security, (82, "what keeps something safe"), &mut all);
    values(text, COMPLAINANTS, Category::Complainant, (66, "who complained"), &mut all);
    listed(text, &mut all);
    all
}

fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !letter(text[..range.start].chars().next_back()) && !letter(text[range.end..].chars().next())
}

/// The sentence around a place: to a full stop, a question, or an empty line.
fn sentence(text: &str, range: &Range<usize>) -> Range<usize> {
    let ends = |c: char| matches!(c, '\n' | '.' | '!' | '?');
    let is_end = |at: usize, c: char| {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '\n' => rest.starts_with('\n') || rest.starts_with("\r\n") || text[..at].ends_with(['\n']),
            _ => rest.is_empty() || rest.starts_with(char::is_whitespace),
        }
    };
    let before = text[..range.start].char_indices().rev().filter(|(_, c)| ends(*c)).find(|(at, c)| is_end(*at, *c));
    let behind = text[range.end..]
        .char_indices()
        .map(|(at, c)| (range.end + at, c))
        .filter(|(_, c)| ends(*c))
        .find(|(at, c)| is_end(*at, *c));
    let mut start = before.map_or(0, |(at, c)| at + c.len_utf8());
    let mut end = behind.map_or(text.len(), |(at, c)| if c == '\n' { at } else { at + 1 });
    start += text[start..end].len() - text[start..end].trim_start().len();
    end = start + text[start..end].trim_end().len();
    start..end
}

fn sentences(text: &str, all: &mut Vec<Finding>) {
    let Some(automaton) = &FINDER.automaton else { return };
    // For each sentence and cue: the words of the cue in it, and whether the setting is there.
    let mut seen: std::collections::BTreeMap<(usize, usize, usize), (std::collections::BTreeSet<usize>, bool)> =
        Default::default();
    let mut last: Option<Range<usize>> = None;
    for found in automaton.find_overlapping_iter(text) {
        let range = found.start()..found.end();
        if !stands_alone(text, &range) {
            continue;
        }
        let around = match &last {
            Some(around) if around.start <= range.start && range.end <= around.end => around.clone(),
            _ => sentence(text, &range),
        };
        last = Some(around.clone());
        let word = found.pattern().as_usize();
        let (cue, is_setting) = FINDER.told[word];
        let entry = seen.entry((around.start, around.end, cue)).or_default();
        if is_setting {
            entry.1 = true;
        } else {
            entry.0.insert(word);
        }
    }
    for ((start, end, cue), (words, in_setting)) in seen {
        let cue = &CUES[cue];
        let confidence = match (words.len(), in_setting) {
            (0, _) => continue,
            (1, false) => cue.one,
            _ => cue.two,
        };
        all.push(Finding { category: cue.category, place: Place::Text, range: start..end, confidence, why: cue.why });
    }
}

/// The value behind words and a sign: `Door code: 4711`, `password is Elm7`.
fn values(
    text: &str,
    words: &[&str],
    category: Category,
    (confidence, why): (u8, &'static str),
    all: &mut Vec<Finding>,
) {
    let lower = text.to_ascii_lowercase();
    for word in words {
        for (at, _) in lower.match_indices(word) {
            let range = at..at + word.len();
            if !stands_alone(&lower, &range) {
                continue;
            }
            let rest = &lower[range.end..];
            let sign = [" is: ", " is ", ": ", ":", " = ", "=", " - "].into_iter().find(|sign| rest.starts_with(sign));
            let Some(sign) = sign else { continue };
            let start = range.end + sign.len();
            let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
            let value = match category {
                // A code is one word or some digits with dashes; what follows it is not part of it.
                Category::Security => {
                    line.trim_start().split([' ', ',', ';']).next().unwrap_or_default().trim_end_matches('.')
                }
                _ => line.split(['.', ';']).next().unwrap_or_default(),
            };
            let start = start + text[start..].find(value).unwrap_or(0);
            let telling = value.trim();
            let is_code = category != Category::Security
                || telling.chars().any(|c| c.is_ascii_digit())
                || sign.contains([':', '=']);
            let start = start + value.find(telling).unwrap_or(0);
            if telling.chars().count() >= 3 && is_code {
                all.push(Finding {
                    category,
                    place: Place::Text,
                    range: start..start + telling.len(),
                    confidence,
                    why,
                });
            }
        }
    }
}

/// Addresses in a list of those who asked to be notified (Minn. Stat. § 13.356); not those of ordinary mail.
fn listed(text: &str, all: &mut Vec<Finding>) {
    let lower = text.to_ascii_lowercase();
    let speaks =
        LISTS.iter().any(|word| lower.match_indices(word).any(|(at, _)| stands_alone(&lower, &(at..at + word.len()))));
    if !speaks {
        return;
    }
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    let mut addresses = Vec::new();
    let mut at = 0;
    while let Some(more) = text[at..].find(inside) {
        let start = at + more;
        let end = text[start..].find(|c| !inside(c)).map_or(text.len(), |more| start + more);
        at = end;
        let word = text[start..end].trim_matches(['.', '-', '+', '_']);
        let start = start + text[start..end].find(word).unwrap_or(0);
        let is_address = word
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !domain.contains('@'));
        if is_address {
            addresses.push(start..start + word.len());
        }
    }
    if addresses.len() >= LISTED {
        let why = "an address in a list of those to be notified";
        all.extend(addresses.into_iter().map(|range| Finding {
            category: Category::NotificationList,
            place: Place::Text,
            range,
            confidence: 70,
            why,
        }));
    }
}
