//! The numbers that are given out are kept beside the keys, at both places: a restore has the newest ones (I8).

use crate::base::id::NumbersGiven;
use crate::catalog::{Catalog, NumberKeeper};
use crate::model::profile::Profile;
use crate::vault::{GivenNumbers, VaultError};

/// Keeps them in the key set of a repository.
#[derive(Debug)]
struct BesideTheKeys(GivenNumbers);

impl NumberKeeper for BesideTheKeys {
    fn known(&self) -> Result<NumbersGiven, String> {
        // A damaged file is written anew with the first number that is given; the catalog knows them all.
        match self.0.read() {
            Ok(known) => Ok(known.unwrap_or_default()),
            Err(VaultError::DamagedKeys { .. }) => Ok(NumbersGiven::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn raise(&self, to: &NumbersGiven) -> Result<NumbersGiven, String> {
        self.0.raise(to).map_err(|error| error.to_string())
    }
}

/// From now on the catalog gives out no number that the key set of the profile does not carry.
pub(super) fn keep(catalog: &mut Catalog, profile: &Profile) {
    let numbers = GivenNumbers::new(&profile.key_set, &profile.key_set_second, &profile.repository);
    catalog.keep_numbers_in(Box::new(BesideTheKeys(numbers)));
}
