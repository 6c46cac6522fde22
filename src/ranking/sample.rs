//! Random samples of a collection: a control sample of all of it, and an elusion sample of what is not read.

use super::{RankingError, refused, said};
use crate::base::digest::{DigestSecret, KeyedDigest, to_hex};
use crate::base::id::{FamilyId, RequestId};
use crate::base::random;
use crate::catalog::ReviewSample;
use crate::model::event::Act;
use crate::repository::Repository;

/// Families of the largest sample.
const LARGEST_SAMPLE: usize = 10_000;

/// What a sample is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleKind {
    /// The whole collection: how much of it is relevant, and how much of that the ranking finds.
    Control,
    /// What is not decided: how much that is relevant is left in it.
    Elusion,
}

impl SampleKind {
    /// The word in stores and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Elusion => "elusion",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Control, Self::Elusion].into_iter().find(|kind| kind.word() == word)
    }
}

/// Draws a sample and records it with its seed, so that anybody can draw the same one again.
pub fn draw(
    repository: &mut Repository,
    request: RequestId,
    kind: SampleKind,
    size: usize,
    actor: &str,
) -> Result<ReviewSample, RankingError> {
    if size == 0 || size > LARGEST_SAMPLE {
        let hint = "385 families tell a share to within 5 points, 1,500 to within 2.5.";
        return Err(refused(format!("a sample has between 1 and {LARGEST_SAMPLE} families"), hint));
    }
    let at = repository.now();
    let seed = random::bytes::<32>();
    repository.catalog_mut().write(|writing| {
        let reading = writing.reading();
        reading.request(request)?;
        let said = said(&reading, request)?;
        let samples = reading.review_samples(request)?;
        let open = |sample: &&ReviewSample| sample.families.iter().any(|one| said.get(one) == Some(&None));
        if let Some(open) = samples.iter().find(open) {
            let message = format!("sample {} of {request} is not read yet", open.id);
            return Err(refused(message, "Read it first: review next lists it before everything else."));
        }
        let population: Vec<FamilyId> = match kind {
            SampleKind::Control => {
                if samples.iter().any(|sample| sample.kind == SampleKind::Control.word()) {
                    let hint = "Drawing until a sample pleases proves nothing.";
                    return Err(refused(format!("{request} has its control sample"), hint));
                }
                let began = said.values().any(Option::is_some);
                if began {
                    let message = format!("the review of {request} has begun, and a control sample is drawn before it");
                    return Err(refused(message, "Draw an elusion sample of what is not read instead."));
                }
                said.keys().copied().collect()
            }
            SampleKind::Elusion => said.iter().filter(|(_, said)| said.is_none()).map(|(family, _)| *family).collect(),
        };
        if population.is_empty() {
            return Err(refused(format!("there is nothing of {request} to draw from"), "Everything is decided."));
        }
        let relevant = said.values().filter(|said| **said == Some(true)).count() as u64;
        let families = pick(&population, size, &seed);
        let details = serde_json::json!({
            "kind": kind.word(), "seed": to_hex(&seed), "size": families.len(), "population": population.len(),
            "collected": said.len(), "relevant": relevant, "families": families,
        });
        let event = writing.record_event(at, actor, Act::ReviewSampled, &request.to_string(), &details)?;
        let sample = ReviewSample {
            id: reading.next_review_sample()?,
            request,
            kind: kind.word().to_owned(),
            seed: to_hex(&seed),
            families,
            population: population.len() as u64,
            collected: said.len() as u64,
            relevant,
            event: event.id,
        };
        writing.add_review_sample(&sample)?;
        Ok(sample)
    })
}

/// A simple random sample without replacement: the families with the smallest BLAKE3 of their number keyed with the seed.
fn pick(population: &[FamilyId], size: usize, seed: &[u8; 32]) -> Vec<FamilyId> {
    let secret = DigestSecret::new(*seed);
    let mut drawn: Vec<(KeyedDigest, FamilyId)> =
        population.iter().map(|family| (secret.name(family.to_string().as_bytes()), *family)).collect();
    drawn.sort_unstable();
    let mut families: Vec<FamilyId> = drawn.into_iter().take(size).map(|(_, family)| family).collect();
    families.sort_unstable();
    families
}
