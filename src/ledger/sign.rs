//! Detached Ed25519 signatures (RFC 8032), each bound to what kind of thing it signs.
//!
//! What is signed is `recordroom:<domain>`, a line feed, and the bytes; a stranger can check it with any Ed25519
//! program. The domain keeps a signature on one kind of document from being shown as one on another.

use crate::base::digest::{from_hex, to_hex};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::fmt;
use std::str::FromStr;

/// A signature is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The public key cannot be read.
    #[error("the public key is not 64 hexadecimal characters of an Ed25519 key")]
    BadKey,
    /// The signature cannot be read.
    #[error("the signature is not 128 hexadecimal characters")]
    BadSignature,
    /// The signature was made with another key, for another purpose, or over other bytes.
    #[error("the signature does not fit: the signed text, its purpose or the key is another")]
    DoesNotFit,
}

/// An Ed25519 signature as 128 hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureText([u8; 64]);

impl fmt::Display for SignatureText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl FromStr for SignatureText {
    type Err = SignatureError;
    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let bytes = from_hex(text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(SignatureError::BadSignature)
    }
}

/// Signs in the name of a repository or an approver.
#[derive(Clone)]
pub struct Signer(SigningKey);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public_key_hex())
    }
}

impl Signer {
    /// The signer whose secret is this seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its public key, 64 hexadecimal characters.
    pub fn public_key_hex(&self) -> String {
        to_hex(self.0.verifying_key().as_bytes())
    }

    /// Its public key.
    pub(super) fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs exactly these bytes, for formats of other programs that name their purpose in their own way.
    pub(super) fn sign_exactly(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }

    /// Signs bytes for one purpose.
    pub fn sign(&self, domain: &str, bytes: &[u8]) -> SignatureText {
        SignatureText(self.0.sign(&message(domain, bytes)).to_bytes())
    }
}

/// Checks a signature made for this purpose over these bytes. Weak keys and malleable signatures are refused.
pub fn verify(
    public_key_hex: &str,
    domain: &str,
    bytes: &[u8],
    signature: &SignatureText,
) -> Result<(), SignatureError> {
    let key = from_hex(public_key_hex).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = key.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).ok_or(SignatureError::BadKey)?;
    key.verify_strict(&message(domain, bytes), &Signature::from_bytes(&signature.0))
        .map_err(|_| SignatureError::DoesNotFit)
}

/// Checks a signature over exactly these bytes.
pub(super) fn checked_strictly(key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| SignatureError::BadKey)?;
    key.verify_strict(bytes, &Signature::from_bytes(signature)).map_err(|_| SignatureError::DoesNotFit)
}

fn message(domain: &str, bytes: &[u8]) -> Vec<u8> {
    assert!(!domain.contains('\n'), "a line feed ends the domain");
    [b"recordroom:", domain.as_bytes(), b"\n", bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_rfc_8032() {
        // RFC 8032 section 7.1, tests 1 and 2.
        let pairs = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            ),
        ];
        for (seed, public) in pairs {
            let seed: [u8; 32] = from_hex(seed).and_then(|seed| seed.try_into().ok()).expect("a seed");
            assert_eq!(Signer::from_seed(&seed).public_key_hex(), public);
        }
    }

    #[test]
    fn a_signature_fits_its_key_purpose_and_bytes_alone() {
        let (signer, other) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let signature = signer.sign("checkpoint", b"bytes");
        let key = signer.public_key_hex();
        assert_eq!(verify(&key, "checkpoint", b"bytes", &signature), Ok(()));
        let wrong = Err(SignatureError::DoesNotFit);
        assert_eq!(verify(&key, "certificate", b"bytes", &signature), wrong);
        assert_eq!(verify(&key, "checkpoint", b"byteS", &signature), wrong);
        assert_eq!(verify(&other.public_key_hex(), "checkpoint", b"bytes", &signature), wrong);
        assert_eq!(verify("zz", "checkpoint", b"bytes", &signature), Err(SignatureError::BadKey));
        assert_eq!(signature.to_string().parse(), Ok(signature.clone()));
        assert_eq!("00".parse::<SignatureText>(), Err(SignatureError::BadSignature));
        for at in 0..64 {
            let mut damaged = signature.clone();
            damaged.0[at] ^= 1;
            assert!(verify(&key, "checkpoint", b"bytes", &damaged).is_err(), "byte {at}");
        }
        assert!(!format!("{signer:?}").contains(&"01".repeat(8)), "the seed is not shown");
    }
}
