//! Signatures as `minisign -V` reads them (jedisct1.github.io/minisign), made with the repository's own Ed25519 key.
//!
//! The prehashed form: Ed25519 over the BLAKE2b-512 of the file, and once more over that signature and the trusted
//! comment. What is signed elsewhere in the program begins with a domain and is never 64 bytes of a digest, so that
//! neither passes for the other.

use super::sign::{SignatureError, Signer, checked_strictly};
use crate::base::base64;
use crate::base::digest::{Sha256Digest, from_hex};
use blake2::{Blake2b512, Digest};

/// The signature of a prehashed file.
const PREHASHED: &[u8; 2] = b"ED";
/// A public key.
const KEY: &[u8; 2] = b"Ed";
/// What stands before the comment that is signed too.
const TRUSTED: &str = "trusted comment: ";

/// The file `minisign.pub`.
pub fn public_key(signer: &Signer) -> String {
    let key = signer.public_key();
    let coded = base64::encode(&[&KEY[..], &number(&key), &key].concat());
    format!("untrusted comment: minisign public key of the repository\n{}\n", String::from_utf8_lossy(&coded))
}

/// The signature file of these bytes. The comment is signed with them and is one line.
pub fn sign(signer: &Signer, bytes: &[u8], comment: &str) -> String {
    assert!(!comment.contains(['\n', '\r']), "a comment is one line");
    let signature = signer.sign_exactly(&Blake2b512::digest(bytes));
    let global = signer.sign_exactly(&[&signature[..], comment.as_bytes()].concat());
    let whole = [&PREHASHED[..], &number(&signer.public_key()), &signature].concat();
    let coded = |bytes: &[u8]| String::from_utf8_lossy(&base64::encode(bytes)).into_owned();
    format!(
        "untrusted comment: signature of the repository\n{}\n{TRUSTED}{comment}\n{}\n",
        coded(&whole),
        coded(&global)
    )
}

/// Checks a signature file and gives its trusted comment.
///
/// # Errors
/// When it is not of this form, or not of these bytes and this key.
pub fn check(public_key_hex: &str, bytes: &[u8], file: &str) -> Result<String, SignatureError> {
    let key = from_hex(public_key_hex).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = key.ok_or(SignatureError::BadKey)?;
    let lines: Vec<&str> = file.lines().collect();
    let [_, whole, comment, global] = lines[..] else { return Err(SignatureError::BadSignature) };
    let decoded = |line: &str| base64::decode(line.as_bytes()).ok_or(SignatureError::BadSignature);
    let comment = comment.strip_prefix(TRUSTED).ok_or(SignatureError::BadSignature)?;
    let whole = decoded(whole)?;
    let signature = whole.strip_prefix(PREHASHED).and_then(|rest| rest.strip_prefix(&number(&key)));
    let signature: [u8; 64] = signature.and_then(|rest| rest.try_into().ok()).ok_or(SignatureError::BadSignature)?;
    let global: [u8; 64] = decoded(global)?.try_into().map_err(|_| SignatureError::BadSignature)?;
    checked_strictly(&key, &Blake2b512::digest(bytes), &signature)?;
    checked_strictly(&key, &[&signature[..], comment.as_bytes()].concat(), &global)?;
    Ok(comment.to_owned())
}

/// The number by which a signature names its key: eight bytes of the key's digest.
fn number(key: &[u8; 32]) -> [u8; 8] {
    let mut number = [0; 8];
    number.copy_from_slice(&Sha256Digest::of(key).as_bytes()[..8]);
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by minisign 0.11 itself: the example of its own page, over the bytes "test".
    const THEIRS: (&str, &str) = (
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",
        "untrusted comment: signature from minisign secret key\n\
         RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n\
         trusted comment: timestamp:1556193335\tfile:test\n\
         y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==\n",
    );

    #[test]
    fn a_signature_of_the_program_itself_fits_the_same_arithmetic() {
        let key = base64::decode(THEIRS.0.as_bytes()).expect("base64");
        let key: [u8; 32] = key[10..].try_into().expect("a key");
        let lines: Vec<&str> = THEIRS.1.lines().collect();
        let whole = base64::decode(lines[1].as_bytes()).expect("base64");
        let signature: [u8; 64] = whole[10..].try_into().expect("a signature");
        assert_eq!(&whole[..2], PREHASHED);
        assert_eq!(checked_strictly(&key, &Blake2b512::digest(b"test"), &signature), Ok(()));
        let global: [u8; 64] = base64::decode(lines[3].as_bytes()).expect("base64").try_into().expect("a signature");
        let comment = lines[2].strip_prefix(TRUSTED).expect("a comment");
        assert_eq!(checked_strictly(&key, &[&signature[..], comment.as_bytes()].concat(), &global), Ok(()));
    }

    #[test]
    fn what_is_signed_checks_and_nothing_else_does() {
        let signer = Signer::from_seed(&[7; 32]);
        let key = signer.public_key_hex();
        let file = sign(&signer, b"statement", "P-1 of Cedar Bend");
        assert_eq!(check(&key, b"statement", &file).as_deref(), Ok("P-1 of Cedar Bend"));
        assert_eq!(check(&key, b"other", &file), Err(SignatureError::DoesNotFit));
        let renamed = file.replace("P-1 of", "P-2 of");
        assert_eq!(check(&key, b"statement", &renamed), Err(SignatureError::DoesNotFit));
        let stranger = Signer::from_seed(&[8; 32]).public_key_hex();
        assert!(check(&stranger, b"statement", &file).is_err());
        assert!(check(&key, b"statement", "nothing").is_err());
    }
}
