//! One distinct newtype per kind of id, printed with a letter prefix and parsed back strictly.

/// The highest number ever given of each sequence, by the sequence's name.
pub type NumbersGiven = std::collections::BTreeMap<String, i64>;

/// An id could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {what}: these are written like {prefix}-12")]
pub struct IdError {
    /// What was typed.
    pub text: String,
    /// What kind of id was expected, with its article.
    pub what: &'static str,
    /// The letter such ids begin with.
    pub prefix: &'static str,
}

/// Defines an id: a positive number that prints as `PREFIX-number`.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number given out by the catalog.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }
            /// The bare number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "-{}"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::base::id::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let error = || $crate::base::id::IdError {
                    text: text.to_owned(),
                    what: $what,
                    prefix: $prefix,
                };
                let digits = match text.get(..$prefix.len()) {
                    Some(head) if head.eq_ignore_ascii_case($prefix) => {
                        text[$prefix.len()..].strip_prefix('-').ok_or_else(error)?
                    }
                    _ => text,
                };
                match digits.parse::<i64>() {
                    Ok(number) if number > 0 && digits.bytes().all(|b| b.is_ascii_digit()) => Ok(Self(number)),
                    _ => Err(error()),
                }
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id_type!(
    /// One record: a message, text, call entry or attachment.
    RecordId, "R", "a record"
);
id_type!(
    /// A family: a parent and its attachments, the unit that is sealed and destroyed together.
    FamilyId, "F", "a family"
);
id_type!(
    /// A custodian: the person or account the records came from.
    CustodianId, "C", "a custodian"
);
id_type!(
    /// One intake: one receipt of containers.
    IntakeId, "I", "an intake"
);
id_type!(
    /// A container: an export file or folder the clerk named, or one nested in it.
    ContainerId, "K", "a container"
);
id_type!(
    /// An item that could not be processed.
    ExceptionId, "X", "an exception"
);
id_type!(
    /// A legal hold.
    HoldId, "H", "a hold"
);
id_type!(
    /// A data request.
    RequestId, "Q", "a request"
);
id_type!(
    /// A disposition plan.
    PlanId, "D", "a disposition plan"
);
id_type!(
    /// A production.
    ProductionId, "P", "a production"
);
id_type!(
    /// A redaction: words that are left out of an item.
    RedactionId, "W", "a redaction"
);
id_type!(
    /// An event of the ledger.
    EventId, "E", "an event"
);

id_type!(
    /// A filing: official records written out for the document system at one time.
    FilingId, "L", "a filing"
);
id_type!(
    /// A transfer: archival items offered to the archives at one time.
    TransferId, "T", "a transfer"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_with_their_letter_and_parse_with_or_without_it() {
        assert_eq!(HoldId::new(12).to_string(), "H-12");
        assert_eq!("h-12".parse(), Ok(HoldId::new(12)));
        assert_eq!("12".parse(), Ok(HoldId::new(12)));
        for wrong in ["", "H-", "R-12", "H12", "-3", "+3", "0", "H-0", "é-1"] {
            assert!(wrong.parse::<HoldId>().is_err(), "{wrong:?}");
        }
    }
}
