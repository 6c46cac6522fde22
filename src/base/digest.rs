//! Digests: what bytes are called.
//!
//! A [`KeyedDigest`] is a name inside one repository: BLAKE3 keyed with the repository's secret, so that
//! a short text cannot be confirmed by guessing. [`Blake3Digest`] and [`Sha256Digest`] are plain and stand
//! only in sealed facts, ledgers of counts, and productions.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;
use std::fmt;
use std::str::FromStr;

/// A digest was not 64 lowercase or uppercase hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 64 hexadecimal characters, this is {0:?}")]
pub struct DigestError(pub String);

/// Writes bytes as lowercase hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// Reads hexadecimal of any even length; `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

macro_rules! digest_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 raw bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
            /// The 32 raw bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
            /// Reads 32 raw bytes from a slice, `None` when its length differs.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = DigestError;
            fn from_str(text: &str) -> Result<Self, DigestError> {
                from_hex(text)
                    .and_then(|bytes| Self::from_slice(&bytes))
                    .ok_or_else(|| DigestError(text.to_owned()))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

digest_type!(
    /// BLAKE3 of exact bytes.
    Blake3Digest
);
digest_type!(
    /// SHA-256 (FIPS 180-4) of exact bytes.
    Sha256Digest
);
digest_type!(
    /// BLAKE3 of bytes, keyed with the secret of one repository.
    KeyedDigest
);

impl Blake3Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl Sha256Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

/// The secret under which a repository names what it keeps. It is part of the key set.
#[derive(Clone)]
pub struct DigestSecret([u8; 32]);

impl DigestSecret {
    /// Wraps 32 secret bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// The secret itself, for the key set alone.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
    /// The name of these bytes in this repository.
    pub fn name(&self, bytes: &[u8]) -> KeyedDigest {
        KeyedDigest(*blake3::keyed_hash(&self.0, bytes).as_bytes())
    }
    /// Begins to name a stream.
    pub fn namer(&self) -> Namer {
        Namer(blake3::Hasher::new_keyed(&self.0))
    }
}

/// Names a stream while it passes.
pub struct Namer(blake3::Hasher);

impl Namer {
    /// Takes the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    /// The name of all that passed.
    pub fn finish(self) -> KeyedDigest {
        KeyedDigest(*self.0.finalize().as_bytes())
    }
}

/// BLAKE3 and SHA-256 of a stream, computed while it passes.
pub struct PairHasher {
    blake3: blake3::Hasher,
    sha256: sha2::Sha256,
    bytes: u64,
}

impl Default for PairHasher {
    fn default() -> Self {
        Self { blake3: blake3::Hasher::new(), sha256: sha2::Sha256::new(), bytes: 0 }
    }
}

impl PairHasher {
    /// Takes the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        self.blake3.update(bytes);
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
    }
    /// Both digests, and how many bytes passed.
    pub fn finish(self) -> (Blake3Digest, Sha256Digest, u64) {
        let sha256 = self.sha256.finalize().into();
        (Blake3Digest(*self.blake3.finalize().as_bytes()), Sha256Digest(sha256), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_the_empty_string_is_the_published_one() {
        // FIPS 180-4 example.
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256Digest::of(b"").to_string(), expected);
    }

    #[test]
    fn a_digest_reads_back_what_it_prints_and_refuses_the_rest() {
        let digest = Blake3Digest::of(b"road");
        assert_eq!(digest.to_string().parse::<Blake3Digest>(), Ok(digest));
        assert!("zz".parse::<Blake3Digest>().is_err());
        assert!("é".repeat(32).parse::<Blake3Digest>().is_err());
    }

    #[test]
    fn a_keyed_name_differs_between_repositories() {
        let (one, two) = (DigestSecret::new([1; 32]), DigestSecret::new([2; 32]));
        assert_ne!(one.name(b"ok"), two.name(b"ok"));
        let mut namer = one.namer();
        namer.update(b"o");
        namer.update(b"k");
        assert_eq!(namer.finish(), one.name(b"ok"));
    }
}
