//! Signatures as `ssh-keygen -Y verify` reads them (OpenSSH, PROTOCOL.sshsig), made with the repository's own Ed25519 key.

use super::sign::{SignatureError, Signer, checked_strictly};
use crate::base::base64;
use crate::base::digest::from_hex;
use sha2::{Digest, Sha512};

/// What every signature and everything that is signed begins with.
const MAGIC: &[u8; 6] = b"SSHSIG";
/// The kind of key.
const KIND: &[u8] = b"ssh-ed25519";
/// The digest of the file.
const HASH: &[u8] = b"sha512";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// Characters of an armoured line.
const LINE_CHARS: usize = 70;

/// The line of an `allowed_signers` file that lets this key sign for a principal in one namespace.
pub fn allowed_signer(signer: &Signer, principal: &str, namespace: &str) -> String {
    let key = base64::encode(&public_blob(&signer.public_key()));
    format!("{principal} namespaces=\"{namespace}\" ssh-ed25519 {}\n", String::from_utf8_lossy(&key))
}

/// The armoured signature of these bytes in a namespace.
pub fn sign(signer: &Signer, bytes: &[u8], namespace: &str) -> String {
    let signature = signer.sign_exactly(&signed(bytes, namespace));
    let mut blob = MAGIC.to_vec();
    blob.extend(1_u32.to_be_bytes());
    push(&mut blob, &public_blob(&signer.public_key()));
    push(&mut blob, namespace.as_bytes());
    push(&mut blob, b"");
    push(&mut blob, HASH);
    let mut own = Vec::new();
    push(&mut own, KIND);
    push(&mut own, &signature);
    push(&mut blob, &own);
    let coded = base64::encode(&blob);
    let lines: Vec<_> = coded.chunks(LINE_CHARS).map(String::from_utf8_lossy).collect();
    format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
}

/// Checks an armoured signature of these bytes in a namespace.
///
/// # Errors
/// When it is not of this form, or not of these bytes, this namespace and this key.
pub fn check(public_key_hex: &str, bytes: &[u8], namespace: &str, file: &str) -> Result<(), SignatureError> {
    let key = from_hex(public_key_hex).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = key.ok_or(SignatureError::BadKey)?;
    let coded = file.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let blob = coded.and_then(|coded| base64::decode(coded.as_bytes())).ok_or(SignatureError::BadSignature)?;
    // Everything but the signature itself is known beforehand, so the rest is compared and not read.
    let mut expected = MAGIC.to_vec();
    expected.extend(1_u32.to_be_bytes());
    push(&mut expected, &public_blob(&key));
    push(&mut expected, namespace.as_bytes());
    push(&mut expected, b"");
    push(&mut expected, HASH);
    let mut own = Vec::new();
    push(&mut own, KIND);
    own.extend(64_u32.to_be_bytes());
    expected.extend((own.len() as u32 + 64).to_be_bytes());
    expected.extend(own);
    let signature = blob.strip_prefix(expected.as_slice()).and_then(|rest| <[u8; 64]>::try_from(rest).ok());
    let signature = signature.ok_or(SignatureError::DoesNotFit)?;
    checked_strictly(&key, &signed(bytes, namespace), &signature)
}

fn public_blob(key: &[u8; 32]) -> Vec<u8> {
    let mut blob = Vec::new();
    push(&mut blob, KIND);
    push(&mut blob, key);
    blob
}

/// What the key signs: the namespace, and the digest of the file.
fn signed(bytes: &[u8], namespace: &str) -> Vec<u8> {
    let mut all = MAGIC.to_vec();
    push(&mut all, namespace.as_bytes());
    push(&mut all, b"");
    push(&mut all, HASH);
    push(&mut all, &Sha512::digest(bytes));
    all
}

/// A string of the SSH protocol (RFC 4251 section 5).
fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_checks_and_nothing_else_does() {
        let signer = Signer::from_seed(&[7; 32]);
        let key = signer.public_key_hex();
        let file = sign(&signer, b"statement", "production");
        assert_eq!(check(&key, b"statement", "production", &file), Ok(()));
        assert_eq!(check(&key, b"other", "production", &file), Err(SignatureError::DoesNotFit));
        assert_eq!(check(&key, b"statement", "certificate", &file), Err(SignatureError::DoesNotFit));
        let stranger = Signer::from_seed(&[8; 32]).public_key_hex();
        assert!(check(&stranger, b"statement", "production", &file).is_err());
        assert!(check(&key, b"statement", "production", "nothing").is_err());
        assert!(file.lines().all(|line| line.len() <= LINE_CHARS));
        assert!(
            allowed_signer(&signer, "city", "production")
                .starts_with("city namespaces=\"production\" ssh-ed25519 AAAA")
        );
    }
}
