//! I11: every account adds up, and never claims to have kept more than was sealed.

use super::{Check, VerifyError};

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let accounts = reading.accounts()?;
    let mut kept = 0;
    for (intake, container, account) in &accounts {
        kept += account.kept;
        if !account.adds_up() {
            let message = format!(
                "in {intake}: {} found is not {} kept + {} duplicates + {} destroyed before + {} exceptions",
                account.found, account.kept, account.duplicates, account.destroyed_before, account.exceptions
            );
            check.find("account-does-not-add-up", container, message);
        }
    }
    let sealed = reading.families_ever()?;
    // Fewer may be told: a cut-off intake was gone on with after files had been taken out of its folder.
    if kept > sealed {
        let message = format!("the accounts kept {kept} items, and {sealed} families were sealed (I11)");
        check.find("accounts-differ", "catalog.sqlite", message);
    }
    check.looked_at("Verifying accounts", accounts.len() as u64)
}
