//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) over bytes in place.
//!
//! The cipher's library is generic: it is compiled wherever it is called, and in the program as developers build it, that is
//! without any optimisation. Sealing and opening cost about a quarter of what the tests cost then. Called from here it is
//! optimised in every profile, because this is a dependency.

use chacha20poly1305::{AeadInPlace, Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};

/// Bytes of a key.
pub const KEY: usize = 32;
/// Bytes of a nonce.
pub const NONCE: usize = 24;
/// Bytes of an authentication tag.
pub const TAG: usize = 16;

/// Encrypts in place and returns the tag; `None` for a message over 256 GiB, which the cipher refuses.
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], context: &[u8], bytes: &mut [u8]) -> Option<[u8; TAG]> {
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key));
    cipher.encrypt_in_place_detached(XNonce::from_slice(nonce), context, bytes).ok().map(Into::into)
}

/// Decrypts in place; false when the bytes do not authenticate, which are then as they were.
pub fn open(key: &[u8; KEY], nonce: &[u8; NONCE], context: &[u8], bytes: &mut [u8], tag: &[u8; TAG]) -> bool {
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key));
    cipher.decrypt_in_place_detached(XNonce::from_slice(nonce), context, bytes, Tag::from_slice(tag)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn it_is_the_cipher_of_the_draft() {
        let key: [u8; KEY] = std::array::from_fn(|at| 0x80 + at as u8);
        let nonce: [u8; NONCE] = std::array::from_fn(|at| 0x40 + at as u8);
        let context = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let mut bytes = plain.to_vec();
        let tag = seal(&key, &nonce, &context, &mut bytes).expect("sealed");
        assert_eq!(bytes[..8], [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b]);
        assert_eq!(
            tag,
            [0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79, 0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49]
        );
        assert!(!open(&key, &nonce, b"another", &mut bytes, &tag));
        assert!(open(&key, &nonce, &context, &mut bytes, &tag));
        assert_eq!(bytes, plain);
    }
}
