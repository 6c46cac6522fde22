//! Events: every state-changing act, with ids and counts and never content.

use crate::base::id::EventId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::provenance::words;

words!(
    /// What was done.
    Act {
        /// The repository was created.
        RepositoryCreated = "repository-created",
        /// A batch of items was sealed.
        Sealed = "sealed",
        /// An intake was finished and its accounts closed.
        IntakeFinished = "intake-finished",
        /// The index was brought up to date.
        Indexed = "indexed",
        /// Statuses or series were set or confirmed.
        Classified = "classified",
        /// A random sample was drawn or settled for a bulk confirmation.
        Sampled = "sampled",
        /// A schedule edition was adopted or registered.
        ScheduleAdopted = "schedule-adopted",
        /// A retention event was recorded or cancelled.
        RetentionEvent = "retention-event",
        /// Items were put into a matter, so that what happens to it counts for them.
        MatterGathered = "matter-gathered",
        /// A hold was placed.
        HoldPlaced = "hold-placed",
        /// The issuer of a hold changed what it reaches, or somebody added items to it by name.
        HoldAmended = "hold-amended",
        /// An amendment let items go that its earlier scope had reached.
        HoldLetGo = "hold-let-go",
        /// Items were excluded from a hold by name, by its issuer and a second person.
        HoldExcluded = "hold-excluded",
        /// A letter about a hold was written to a custodian or to IT.
        HoldNoticed = "hold-noticed",
        /// The receipt of such a letter was acknowledged.
        HoldAcknowledged = "hold-acknowledged",
        /// A reminder of such a letter was written.
        HoldReminded = "hold-reminded",
        /// A hold was released.
        HoldReleased = "hold-released",
        /// The record of a matter was written out and signed.
        MatterPackaged = "matter-packaged",
        /// A request was opened.
        RequestOpened = "request-opened",
        /// The protection of a request was narrowed from its whole custodian and date scope.
        RequestNarrowed = "request-narrowed",
        /// A request was made a standing one.
        RequestMadeStanding = "request-made-standing",
        /// A cycle of a standing request was delivered, or had nothing to deliver.
        RequestCycleDelivered = "request-cycle-delivered",
        /// The requester confirmed that a standing request goes on.
        RequestReconfirmed = "request-reconfirmed",
        /// Items were collected for a request.
        Collected = "collected",
        /// Review decisions were made.
        Reviewed = "reviewed",
        /// Words of items were redacted.
        Redacted = "redacted",
        /// Redactions were taken back.
        RedactionLifted = "redaction-lifted",
        /// A court's order to give data that is not public was recorded.
        CourtOrderRecorded = "court-order-recorded",
        /// A production was recorded.
        Produced = "produced",
        /// A delivered production was written as one encrypted file.
        ProductionEncrypted = "production-encrypted",
        /// A request was closed.
        RequestClosed = "request-closed",
        /// The identity of a requester was checked, and a guardian's standing.
        RequestIdentified = "request-identified",
        /// The requester was asked to clarify a request.
        RequestClarificationAsked = "request-clarification-asked",
        /// The requester answered, or said more by themselves.
        RequestClarified = "request-clarified",
        /// The subject of data challenged its accuracy or completeness.
        AccuracyChallenged = "accuracy-challenged",
        /// A challenge was answered: the data was corrected, or found to be right.
        AccuracyDecided = "accuracy-decided",
        /// Data was inspected by the requester.
        RequestInspected = "request-inspected",
        /// A fee was estimated or charged.
        RequestFee = "request-fee",
        /// A payment came in.
        RequestPaid = "request-paid",
        /// A letter about a request was written.
        RequestLetter = "request-letter",
        /// A closed request was opened again.
        RequestReopened = "request-reopened",
        /// A citation was compared with the law in force by counsel.
        CitationConfirmed = "citation-confirmed",
        /// A second person looked at review decisions.
        ReviewSeconded = "review-seconded",
        /// Review decisions were undone.
        ReviewUndone = "review-undone",
        /// The return of something that was produced by mistake was asked for.
        ClawedBack = "clawed-back",
        /// The assessment whether a disclosure was a breach was opened or finished.
        BreachAssessed = "breach-assessed",
        /// A person was told of a breach.
        BreachNoticed = "breach-noticed",
        /// A plan was withdrawn before it was run.
        PlanWithdrawn = "plan-withdrawn",
        /// A disposition plan was made.
        Planned = "planned",
        /// A plan was approved.
        Approved = "approved",
        /// A plan's approval or execution was refused.
        Refused = "refused",
        /// The destruction of a batch was decided; from here there is no way back.
        DestructionIntended = "destruction-intended",
        /// The destruction of a batch is complete.
        Destroyed = "destroyed",
        /// A plan was executed to its end, and its certificate written.
        Executed = "executed",
        /// All destruction was stopped by a person.
        DestructionStopped = "destruction-stopped",
        /// The stop of all destruction was taken back.
        DestructionResumed = "destruction-resumed",
        /// A person let one plan past one of the circuit breakers, with a reason.
        BreakerOverridden = "breaker-overridden",
        /// The agency profile differs from what it was when it was last looked at.
        ProfileChanged = "profile-changed",
        /// A backup was made.
        BackedUp = "backed-up",
        /// The repository was put back from a backup, with the newest key set.
        Restored = "restored",
        /// An event that was recorded after the backup which was put back; what it recorded is not known here.
        EventNotKnown = "event-not-known",
        /// A lost place of the key set was written anew from the other.
        KeysRestored = "keys-restored",
        /// The keys of items that a backup did not have were given up.
        KeysForgotten = "keys-forgotten",
        /// Everything was written out in its own formats.
        Exported = "exported",
        /// The nightly work was done.
        NightlyDone = "nightly-done",
        /// An outside authority's time stamp of a signed file was taken in.
        TimeStamped = "time-stamped",
        /// Items whose classification is not public, or not determined, were opened by a command.
        Opened = "opened",
        /// Official records were written out for the document system.
        FilingExported = "filing-exported",
        /// Archival items were offered for transfer.
        TransferOffered = "transfer-offered",
        /// The archives received what was offered, or declined it.
        TransferSettled = "transfer-settled",
        /// A person was registered to approve.
        ApproverRegistered = "approver-registered",
        /// Items filed in the document system.
        Filed = "filed",
        /// Items from a personal device were sorted.
        Screened = "screened",
        /// The content of items from a personal device was looked at to sort them.
        ScreeningViewed = "screening-viewed",
        /// Personal items were given back to the employee.
        ScreeningReturned = "screening-returned",
        /// A source file was disposed of outside of the repository.
        SourceDisposed = "source-disposed",
        /// Addresses or numbers were confirmed to be one person's.
        PeopleMerged = "people-merged",
        /// Addresses or numbers were said to be two people's.
        PeopleSplit = "people-split",
        /// A query was kept under a name.
        SearchSaved = "search-saved",
        /// A kept query was run.
        SearchRun = "search-run",
        /// A reviewer was given the collection in a computed order.
        ReviewOrdered = "review-ordered",
        /// A random sample of a collection was drawn.
        ReviewSampled = "review-sampled",
        /// A review in litigation was stopped before everything was read.
        ReviewStopped = "review-stopped",
    }
);

/// One event of the ledger. `hash` = BLAKE3 over the canonical bytes of the others and `previous`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, counted from 1 without gaps.
    pub id: EventId,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who acted.
    pub actor: String,
    /// What was done.
    pub act: Act,
    /// On what: an id or a fixed word.
    pub subject: String,
    /// Details as canonical JSON: ids, counts, digests, Merkle roots, reasons.
    pub details: String,
    /// Hash of the event before, 64 hexadecimal characters (zeros for the first).
    pub previous: String,
    /// Hash of this event.
    pub hash: String,
}
