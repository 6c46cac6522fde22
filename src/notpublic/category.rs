//! What is looked for, and under which section it may be closed.

use super::statute::{self, Statute};
use crate::model::provenance::words;

words!(
    /// A kind of data that may not be public.
    Category {
        /// Social Security numbers, whole or in part.
        SocialSecurity = "ssn",
        /// Routing and account numbers of banks.
        BankAccount = "bank-account",
        /// Numbers of payment cards.
        PaymentCard = "payment-card",
        /// Numbers of driver's licences.
        DriversLicence = "drivers-licence",
        /// Days of birth.
        BirthDate = "birth-date",
        /// Licence plates, as readers and look-ups tell them.
        LicencePlate = "licence-plate",
        /// Health.
        Medical = "medical",
        /// What is not public about employees and applicants.
        Personnel = "personnel",
        /// Juveniles in police matters.
        Juvenile = "juvenile",
        /// Mail between a person and somebody elected.
        ElectedCorrespondence = "elected-correspondence",
        /// Who complained about the use of real property.
        Complainant = "complainant",
        /// Advice and work of attorneys.
        AttorneyClient = "attorney-client",
        /// Codes, passwords and plans that keep something safe.
        Security = "security",
        /// Customers of a municipal electric utility.
        UtilityCustomer = "utility-customer",
        /// Addresses given to be notified.
        NotificationList = "notification-list",
        /// Personal numbers of employees in call detail.
        PersonalNumber = "personal-number",
        /// Active criminal investigations and protected identities.
        Investigation = "investigation",
        /// Trade secrets and sealed bids.
        TradeSecret = "trade-secret",
        /// Positions in bargaining with employees.
        LaborRelations = "labor-relations",
    }
);

impl Category {
    /// The section that may close it; `None` where no section closes it by itself.
    pub fn statute(self) -> Option<&'static Statute> {
        let citation = match self {
            Self::SocialSecurity => "13.355",
            Self::BankAccount | Self::PaymentCard | Self::Security => "13.37, subd. 1(a)",
            Self::DriversLicence => "171.12",
            Self::LicencePlate => "13.824",
            Self::BirthDate => return None,
            Self::Medical => "13.384",
            Self::Personnel | Self::PersonalNumber => "13.43, subd. 4",
            Self::Juvenile => "260B.171, subd. 5",
            Self::ElectedCorrespondence => "13.601, subd. 2",
            Self::Complainant => "13.44, subd. 1",
            Self::AttorneyClient => "13.393",
            Self::UtilityCustomer => "13.685",
            Self::NotificationList => "13.356",
            Self::Investigation => "13.82, subd. 7",
            Self::TradeSecret => "13.37, subd. 1(b)",
            Self::LaborRelations => "13.37, subd. 1(c)",
        };
        statute::of(citation)
    }

    /// Whether the section that may close it was read for the table, so that it may be printed.
    pub fn is_verified(self) -> bool {
        // No section names payment cards; that they are security information is a reading nobody has confirmed.
        self != Self::PaymentCard && self.statute().is_some_and(|statute| statute.is_verified)
    }

    /// Whether it is for a person to say that the section applies: the words alone do not tell.
    pub fn wants_person(self) -> bool {
        !matches!(self, Self::SocialSecurity | Self::DriversLicence | Self::NotificationList | Self::PersonalNumber)
    }

    /// Whether it may be about an item as a whole, by who wrote to whom.
    pub fn is_of_whole_items(self) -> bool {
        matches!(self, Self::ElectedCorrespondence | Self::AttorneyClient)
    }

    /// Whether it is a number of a certain shape: one stretch of digits is one of these and no other.
    pub(super) fn is_number(self) -> bool {
        matches!(
            self,
            Self::SocialSecurity | Self::BankAccount | Self::PaymentCard | Self::DriversLicence | Self::LicencePlate
        )
    }
}
