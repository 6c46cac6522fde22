//! The base subject of RFC 5256 section 2.1: what is left when reply and forward marks are taken away.

/// A subject without its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseSubject {
    /// What is left, in lower case, with single spaces.
    pub text: String,
    /// Whether a mark told a reply or a forward.
    pub is_answer: bool,
}

/// Takes the marks of replies, forwards and lists away. Encoded words are decoded already (step 1 of the RFC).
pub fn base_subject(subject: &str) -> BaseSubject {
    let joined = subject.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut text = joined.as_str();
    let mut is_answer = false;
    loop {
        // Step 2: subj-trailer.
        while let Some(rest) = text.strip_suffix("(fwd)").or_else(|| text.strip_suffix(' ')) {
            is_answer |= text.ends_with(')');
            text = rest;
        }
        // Steps 3 to 5: subj-leader, then subj-blob where something is left after it.
        loop {
            if let Some(rest) = leader(text) {
                is_answer |= !text.starts_with(' ');
                text = rest;
            } else if let Some(rest) = blob(text).filter(|rest| !rest.is_empty()) {
                text = rest;
            } else {
                break;
            }
        }
        // Step 6: subj-fwd-hdr and subj-fwd-trl.
        let Some(inside) = text.strip_prefix("[fwd:").and_then(|rest| rest.strip_suffix(']')) else { break };
        is_answer = true;
        text = inside;
    }
    BaseSubject { text: text.to_owned(), is_answer }
}

/// `(*subj-blob subj-refwd) / WSP`: what is behind it.
fn leader(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(' ') {
        return Some(rest);
    }
    let mut rest = text;
    loop {
        if let Some(behind) = mark(rest) {
            return Some(behind);
        }
        rest = blob(rest)?;
    }
}

/// `("re" / ("fw" ["d"])) *WSP [subj-blob] ":"`: what is behind it.
fn mark(text: &str) -> Option<&str> {
    let behind = text.strip_prefix("re").or_else(|| text.strip_prefix("fwd")).or_else(|| text.strip_prefix("fw"))?;
    let behind = behind.trim_start_matches(' ');
    behind.strip_prefix(':').or_else(|| blob(behind)?.strip_prefix(':'))
}

/// `"[" *BLOBCHAR "]" *WSP`: what is behind it.
fn blob(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(['[', ']'])?;
    Some(inside[end..].strip_prefix(']')?.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_away_step_by_step() {
        let table = [
            ("Road closing", "road closing", false, "no mark"),
            ("Re: Road  closing", "road closing", true, "step 3"),
            ("RE: re: Fwd: FW: Road closing", "road closing", true, "again and again: step 5"),
            ("Road closing (fwd)  (FWD)", "road closing", true, "step 2"),
            ("[council] Road closing", "road closing", false, "the name of a list: step 4"),
            ("Re [2]: Road closing", "road closing", true, "a count in the mark"),
            ("[council] Re: [clerk] Road closing", "road closing", true, "blobs before a mark: step 3"),
            ("[Fwd: Re: Road closing]", "road closing", true, "step 6, and from step 2 again"),
            ("[council]", "[council]", false, "a blob alone is the subject"),
            ("Re: [council]", "[council]", true, "behind a mark too"),
            ("Re:", "", true, "nothing is left"),
            ("", "", false, "nothing was there"),
            ("Regarding: Road", "regarding: road", false, "re is a mark only before a colon"),
            ("Road [closing", "road [closing", false, "a bracket that is not closed"),
            ("[a[b] Re: Road", "[a[b] re: road", false, "a bracket is no blob character"),
        ];
        for (subject, text, is_answer, why) in table {
            let expected = BaseSubject { text: text.to_owned(), is_answer };
            assert_eq!(base_subject(subject), expected, "{subject}: {why}");
        }
    }
}
