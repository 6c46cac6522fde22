//! The cipher: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), family keys, and tiny sealed fields.

use super::error::VaultError;
use crate::base::digest::to_hex;
use crate::base::random;
use std::fmt;

pub(super) use recordroom_cipher::{NONCE, TAG};

/// The key of one family. When the last copy of it is gone, so is the family.
#[derive(Clone, PartialEq, Eq)]
pub struct FamilyKey([u8; 32]);

impl FamilyKey {
    /// Draws a new key.
    pub fn random() -> Self {
        Self(random::bytes())
    }
    /// Wraps 32 secret bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// The secret itself, for the key set alone.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
    /// Eight bytes that say which key sealed a stretch and nothing about the key.
    pub(super) fn check(&self) -> [u8; 8] {
        let digest = blake3::keyed_hash(&self.0, b"recordroom key check 1");
        let mut check = [0; 8];
        check.copy_from_slice(&digest.as_bytes()[..8]);
        check
    }
}

impl fmt::Debug for FamilyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FamilyKey(secret)")
    }
}

/// The random name of one stretch, bound into each of its frames; the catalog keeps it with the location.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SealId([u8; 16]);

impl SealId {
    /// Draws a new one.
    pub fn random() -> Self {
        Self(random::bytes())
    }
    /// Wraps 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
    /// Its 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for SealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealId({self})")
    }
}

/// Bytes did not authenticate: they were changed, moved, or sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unopened;

/// One key, to seal and open with.
pub(super) struct Cipher([u8; 32]);

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(*key)
    }

    /// Encrypts in place and returns the tag.
    ///
    /// # Panics
    /// Never in practice: the cipher refuses only messages over 256 GiB, and a frame has at most one MiB.
    pub(super) fn seal(&self, nonce: &[u8; NONCE], context: &[u8], bytes: &mut [u8]) -> [u8; TAG] {
        let sealed = recordroom_cipher::seal(&self.0, nonce, context, bytes);
        assert!(sealed.is_some(), "a frame is far below the cipher's limit");
        sealed.unwrap_or([0; TAG])
    }

    /// Decrypts ciphertext followed by its tag in place and returns the plaintext's length.
    pub(super) fn open(&self, nonce: &[u8; NONCE], context: &[u8], sealed: &mut [u8]) -> Result<usize, Unopened> {
        let (bytes, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(Unopened)?;
        let is_whole = recordroom_cipher::open(&self.0, nonce, context, bytes, tag);
        if is_whole { Ok(bytes.len()) } else { Err(Unopened) }
    }
}

/// Seals bytes under a random nonce: nonce, ciphertext, tag.
pub(super) fn seal_bytes(key: &[u8; 32], context: &[u8], bytes: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = random::bytes();
    let mut out = Vec::with_capacity(NONCE + bytes.len() + TAG);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(bytes);
    let tag = Cipher::new(key).seal(&nonce, context, &mut out[NONCE..]);
    out.extend_from_slice(&tag);
    out
}

/// Opens what [`seal_bytes`] made.
pub(super) fn open_bytes(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(Unopened)?;
    let mut bytes = rest.to_vec();
    let length = Cipher::new(key).open(nonce, context, &mut bytes)?;
    bytes.truncate(length);
    Ok(bytes)
}

/// Seals a tiny field of the catalog (a subject, an address) under its family's key. The label says which field of
/// which row it is, so that two fields cannot be exchanged. Costs 40 bytes.
pub fn seal_small(key: &FamilyKey, label: &str, bytes: &[u8]) -> Vec<u8> {
    seal_bytes(key.expose(), &small_context(label), bytes)
}

/// Opens a tiny field sealed with the same label.
pub fn open_small(key: &FamilyKey, label: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    open_bytes(key.expose(), &small_context(label), sealed)
        .map_err(|Unopened| VaultError::SmallField { label: label.to_owned() })
}

/// No frame's context begins like this one in a way that could be confused: those have a fixed length of 26 bytes
/// and begin with a random seal id.
fn small_context(label: &str) -> Vec<u8> {
    let mut context = b"recordroom sealed field 1:".to_vec();
    context.extend_from_slice(label.as_bytes());
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_field_opens_with_its_key_and_label_alone() {
        let (key, other) = (FamilyKey::random(), FamilyKey::random());
        let sealed = seal_small(&key, "subject", b"pothole on 70th Street");
        assert_eq!(open_small(&key, "subject", &sealed).expect("opens"), b"pothole on 70th Street");
        assert!(open_small(&key, "sender", &sealed).is_err());
        assert!(open_small(&other, "subject", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(open_small(&key, "subject", &damaged).is_err(), "byte {at}");
            assert!(open_small(&key, "subject", &sealed[..at]).is_err(), "cut at {at}");
        }
        assert_ne!(sealed, seal_small(&key, "subject", b"pothole on 70th Street"), "nonces are fresh");
    }

    #[test]
    fn the_cipher_agrees_with_the_published_vector() {
        // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
        let key: [u8; 32] = std::array::from_fn(|at| 0x80 + at as u8);
        let nonce: [u8; 24] = std::array::from_fn(|at| 0x40 + at as u8);
        let context = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let mut text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.".to_vec();
        let tag = Cipher::new(&key).seal(&nonce, &context, &mut text);
        assert_eq!(to_hex(&tag), "c0875924c1c7987947deafd8780acf49");
        assert!(to_hex(&text).starts_with("bd6d179d3e83d43b9576579493c0e939"));
    }

    #[test]
    fn a_key_never_prints_itself() {
        let key = FamilyKey::from_bytes([0x41; 32]);
        let shown = format!("{key:?}");
        assert!(!shown.contains("41") && !shown.contains("AA") && !shown.contains("65"));
        assert_ne!(key.check(), [0x41; 8]);
    }
}
