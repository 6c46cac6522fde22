//! I11: every account adds up, and claims to have kept only what was sealed out of its container.

use super::{Check, VerifyError};

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let accounts = reading.accounts()?;
    let sealed = reading.kept_copies()?;
    for (intake, container, account) in &accounts {
        if !account.adds_up() {
            let message = format!(
                "in {intake}: {} found is not {} kept + {} duplicates + {} destroyed before + {} exceptions",
                account.found, account.kept, account.duplicates, account.destroyed_before, account.exceptions
            );
            check.find("account-does-not-add-up", container, message);
        }
        // Fewer may be told: a cut-off intake was gone on with after files had been taken out of its folder.
        let here = sealed.get(&(*intake, *container)).copied().unwrap_or(0);
        if account.kept > here {
            let message = format!("in {intake}: {} were kept, and {here} were sealed out of it (I11)", account.kept);
            check.find("accounts-differ", container, message);
        }
    }
    check.looked_at("Verifying accounts", accounts.len() as u64)
}
