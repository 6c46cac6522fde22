//! A file that only its receiver can open: the age format, version 1 (C2SP age specification; age-encryption.org/v1), as
//! the programs `age` and `rage` read it.
//!
//! ```text
//! age-encryption.org/v1
//! -> X25519 <share>                 for each recipient key, or one
//! -> scrypt <salt> <work factor>    for a passphrase
//! <the file key, wrapped>
//! --- <MAC over all of the above>
//! <nonce, 16 bytes> <chunks of 64 KiB, each sealed with ChaCha20-Poly1305>
//! ```
//! It is written here and never read: what the city keeps lies in its own repository. The randomness comes from the
//! caller; two files of the same folder differ, as they have to.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use curve25519_dalek::MontgomeryPoint;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

/// The first line of every file.
const MAGIC: &str = "age-encryption.org/v1";
/// Bytes of a chunk before it is sealed.
const CHUNK: usize = 64 * 1024;
/// Letters of a line of a wrapped key.
const COLUMNS: usize = 64;
/// Work factor of a passphrase, the logarithm of scrypt's N: about a second, as `age` itself takes it.
pub const WORK_FACTOR: u8 = 18;
/// What every recipient key begins with.
const KEY_NAME: &str = "age";
/// Letters of the shortest passphrase: what has to be kept from strangers for years is not guarded by a word.
const PASSPHRASE_LETTERS: usize = 12;

/// Nothing can be encrypted for this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// It is no recipient key.
    #[error("{0:?} is no age key: those begin with age1 and have 62 letters and digits")]
    Key(String),
    /// It is a secret key.
    #[error("that is a secret key; the receiver keeps it, and gives the key that begins with age1")]
    Secret,
    /// The passphrase is too short.
    #[error("the passphrase has fewer than {PASSPHRASE_LETTERS} characters")]
    Short,
    /// Nobody could open it.
    #[error("nobody is named who could open it")]
    Nobody,
}

/// The public key of a receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient")
    }
}

impl FromStr for Recipient {
    type Err = AgeError;
    fn from_str(text: &str) -> Result<Self, AgeError> {
        let text = text.trim();
        if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
            return Err(AgeError::Secret);
        }
        let wrong = || AgeError::Key(text.chars().take(80).collect());
        let bytes = bech32(text, KEY_NAME).ok_or_else(wrong)?;
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

/// Who can open a file.
#[derive(Clone, PartialEq, Eq)]
pub enum Receivers {
    /// Whoever has the secret half of one of these keys.
    Keys(Vec<Recipient>),
    /// Whoever knows the passphrase; the format allows no key beside it.
    Passphrase(String),
}

/// The random bytes of one file. None is used twice.
pub struct Randomness {
    /// The key of the file.
    pub file_key: [u8; 16],
    /// What the key of the content is derived with.
    pub nonce: [u8; 16],
    /// The salt of the passphrase.
    pub salt: [u8; 16],
    /// The secret of each recipient, in order.
    pub secrets: Vec<[u8; 32]>,
}

/// Whether anybody could open it, and nobody by guessing.
pub fn usable(receivers: &Receivers) -> Result<(), AgeError> {
    match receivers {
        Receivers::Keys(keys) if keys.is_empty() => Err(AgeError::Nobody),
        Receivers::Keys(_) => Ok(()),
        Receivers::Passphrase(words) if words.chars().count() < PASSPHRASE_LETTERS => Err(AgeError::Short),
        Receivers::Passphrase(_) => Ok(()),
    }
}

/// What is written into it is encrypted and passed on.
pub struct Sealing<W: Write> {
    inner: W,
    cipher: ChaCha20Poly1305,
    chunk: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealing<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// When the file cannot be written, or nobody could open it.
    pub fn begin(mut inner: W, receivers: &Receivers, random: &Randomness) -> io::Result<Self> {
        usable(receivers).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut head = format!("{MAGIC}\n");
        match receivers {
            Receivers::Keys(keys) => {
                if random.secrets.len() < keys.len() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidInput,
                        "each recipient needs a secret of its own",
                    ));
                }
                for (key, secret) in keys.iter().zip(&random.secrets) {
                    head.push_str(&for_key(key, secret, &random.file_key)?);
                }
            }
            Receivers::Passphrase(words) => {
                head.push_str(&for_passphrase(words, &random.salt, &random.file_key, WORK_FACTOR)?);
            }
        }
        head.push_str("---");
        let key = derived(&random.file_key, &[], b"header");
        let mac = keyed(&key, &[head.as_bytes()]);
        head.push_str(&format!(" {}\n", base64(&mac)));
        inner.write_all(head.as_bytes())?;
        inner.write_all(&random.nonce)?;
        let key = derived(&random.file_key, &random.nonce, b"payload");
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&key));
        Ok(Self { inner, cipher, chunk: Vec::with_capacity(CHUNK), number: 0 })
    }

    /// Writes the last chunk and gives the inner writer back. A file without it does not open.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    /// The nonce of a chunk: its number in eleven bytes, and whether it is the last.
    fn seal(&mut self, last: bool) -> io::Result<()> {
        let mut nonce = [0_u8; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        let sealed = self.cipher.encrypt(Nonce::from_slice(&nonce), self.chunk.as_slice());
        self.inner.write_all(&sealed.map_err(|_| io::Error::other("a chunk could not be sealed"))?)?;
        self.number += 1;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until it is known that it is not the last one.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// HKDF with SHA-256 (RFC 5869), 32 bytes: one block of its output.
fn derived(secret: &[u8], salt: &[u8], purpose: &[u8]) -> [u8; 32] {
    // An absent salt is as many zeros as the hash has bytes.
    let salt = if salt.is_empty() { &[0_u8; 32][..] } else { salt };
    let extracted = keyed(salt, &[secret]);
    keyed(&extracted, &[purpose, &[1]])
}

/// HMAC with SHA-256 (RFC 2104); a key shorter than a block is filled up with zeros by its definition.
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as Mac>::new((&block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The file key under a key that is used once, so that its nonce is zero.
fn wrapped(key: &[u8; 32], file_key: &[u8; 16]) -> io::Result<String> {
    let sealed = ChaCha20Poly1305::new(Key::from_slice(key)).encrypt(Nonce::from_slice(&[0; 12]), &file_key[..]);
    let text = base64(&sealed.map_err(|_| io::Error::other("the key of the file could not be sealed"))?);
    // A body ends with a line shorter than a full one; 43 letters are one.
    assert!(text.len() < COLUMNS, "a wrapped key is one short line");
    Ok(format!("{text}\n"))
}

fn for_key(recipient: &Recipient, secret: &[u8; 32], file_key: &[u8; 16]) -> io::Result<String> {
    let share = MontgomeryPoint::mul_base_clamped(*secret).to_bytes();
    let shared = MontgomeryPoint(recipient.0).mul_clamped(*secret).to_bytes();
    if shared == [0; 32] {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a recipient key is of low order: it hides nothing"));
    }
    let salt = [share, recipient.0].concat();
    let key = derived(&shared, &salt, b"age-encryption.org/v1/X25519");
    Ok(format!("-> X25519 {}\n{}", base64(&share), wrapped(&key, file_key)?))
}

fn for_passphrase(words: &str, salt: &[u8; 16], file_key: &[u8; 16], work: u8) -> io::Result<String> {
    let salted = [b"age-encryption.org/v1/scrypt".as_slice(), salt].concat();
    let mut key = [0; 32];
    let parameters = scrypt::Params::new(work, 8, 1, 32).map_err(|error| io::Error::other(error.to_string()))?;
    scrypt::scrypt(words.as_bytes(), &salted, &parameters, &mut key)
        .map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("-> scrypt {} {work}\n{}", base64(salt), wrapped(&key, file_key)?))
}

/// Base64 of RFC 4648 without its padding, as the format writes it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..=three.len() {
            out.push(char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    out
}

/// The bytes of a Bech32 text (BIP 173, without its limit of 90 letters) with this name; `None` when it is none.
fn bech32(text: &str, name: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let is_mixed = text.chars().any(|c| c.is_ascii_uppercase()) && text.chars().any(|c| c.is_ascii_lowercase());
    let text = text.to_ascii_lowercase();
    let (own, data) = text.rsplit_once('1').filter(|_| !is_mixed)?;
    if own != name {
        return None;
    }
    let five: Vec<u8> = data
        .bytes()
        .map(|letter| LETTERS.iter().position(|one| *one == letter).and_then(|at| u8::try_from(at).ok()))
        .collect::<Option<_>>()?;
    let values = name.bytes().map(|letter| letter >> 5).chain([0]).chain(name.bytes().map(|letter| letter & 31));
    if checksum(values.chain(five.iter().copied())) != 1 {
        return None;
    }
    let five = &five[..five.len().checked_sub(6)?];
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for value in five {
        bits = bits << 5 | u32::from(*value);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    (count < 5 && bits & ((1 << count) - 1) == 0).then_some(out)
}

fn checksum(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5).filter(|at| top >> at & 1 == 1).fold(next, |sum, at| sum ^ GENERATOR[at])
    })
}

#[cfg(test)]
#[path = "age_tests.rs"]
mod tests;
