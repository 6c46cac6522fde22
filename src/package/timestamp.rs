//! Time-stamp requests and responses (RFC 3161), as the files `.tsq` and `.tsr` that openssl and every authority know.
//!
//! Written and read in DER (X.690). What is read here is what the authority says: its answer to the request, the digest, the
//! number used once, the time. Its signature and its certificate are not checked here; that is done with the authority's
//! certificate by another program (`openssl ts -verify`).

use crate::base::digest::Sha256Digest;
use chrono::{DateTime, NaiveDateTime, Utc};

/// Bytes of the number used once in a request.
const NONCE: usize = 8;
/// Bytes of the largest response that is read; one with its chain of certificates has some thousands.
pub const RESPONSE_BYTES: u64 = 1024 * 1024;
/// What a request has before the digest: version 1, SHA-256 without parameters (2.16.840.1.101.3.4.2.1).
const BEFORE: [u8; 24] = [
    0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    0x01, 0x05, 0x00, 0x04, 0x20,
];
/// What stands behind the number used once: the certificate of the authority is asked for.
const AFTER: [u8; 3] = [0x01, 0x01, 0xFF];
/// SHA-256, its object identifier without tag and length.
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// Signed data, 1.2.840.113549.1.7.2.
const SIGNED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// The information of a time stamp, 1.2.840.113549.1.9.16.1.4.
const TST_INFO: [u8; 11] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04];

/// A response cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// The request is not one that this program wrote.
    #[error("the request is not one that this program wrote")]
    Request,
    /// The response is no response.
    #[error("that is no time-stamp response: {0}")]
    Form(&'static str),
    /// The authority did not grant it.
    #[error("the authority did not give a time stamp (status {0})")]
    NotGranted(u8),
    /// It is about something else.
    #[error("the time stamp is for another file: the digest in it is not the one that was asked about")]
    OtherDigest,
    /// It answers another request.
    #[error("the time stamp answers another request: the number used once is not the one that was sent")]
    OtherNonce,
}

/// What was asked of an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The digest of the file.
    pub digest: Sha256Digest,
    /// The number used once.
    nonce: [u8; NONCE],
}

impl Request {
    /// A request about a file; the bytes have to be random.
    pub fn new(digest: Sha256Digest, random: [u8; NONCE]) -> Self {
        let mut nonce = random;
        // Positive and without leading zeros, so that the number has one form (X.690 8.3.2).
        nonce[0] = nonce[0] & 0x7F | 0x40;
        Self { digest, nonce }
    }

    /// The bytes of the request (RFC 3161 2.4.1).
    pub fn der(&self) -> Vec<u8> {
        let number = [0x02, NONCE as u8];
        [&BEFORE[..], self.digest.as_bytes(), &number, &self.nonce, &AFTER].concat()
    }

    /// Reads a request back.
    pub fn read(bytes: &[u8]) -> Result<Self, TimestampError> {
        let rest = bytes.strip_prefix(&BEFORE[..]).ok_or(TimestampError::Request)?;
        let (digest, rest) = rest.split_first_chunk::<32>().ok_or(TimestampError::Request)?;
        let nonce = rest.get(2..2 + NONCE).and_then(|nonce| nonce.try_into().ok()).ok_or(TimestampError::Request)?;
        let request = Self { digest: Sha256Digest::from_bytes(*digest), nonce };
        if request.der() == bytes { Ok(request) } else { Err(TimestampError::Request) }
    }
}

/// What an authority says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When it saw the digest.
    pub at: DateTime<Utc>,
    /// Its serial number of the time stamp, hexadecimal.
    pub serial: String,
    /// Under which policy of the authority, as an object identifier.
    pub policy: String,
}

/// Reads a response, and checks that it was granted for this request. The signature of the authority is not checked.
pub fn accept(response: &[u8], request: &Request) -> Result<Stamp, TimestampError> {
    let form = TimestampError::Form;
    let mut whole = Der(response);
    let mut answer = whole.take(0x30).ok_or(form("it is not in DER"))?;
    if !whole.0.is_empty() {
        return Err(form("something follows it"));
    }
    let mut status = answer.take(0x30).ok_or(form("it has no status"))?;
    match status.take(0x02).map(|number| number.0) {
        // Granted, or granted with modifications (RFC 3161 2.4.2).
        Some([0 | 1]) => {}
        Some([number]) => return Err(TimestampError::NotGranted(*number)),
        _ => return Err(form("its status is no small number")),
    }
    let mut token = answer.take(0x30).ok_or(form("it has no token"))?;
    if token.take(0x06).map(|one| one.0) != Some(&SIGNED_DATA) {
        return Err(form("its token is not signed data"));
    }
    // SignedData: version, digest algorithms, the encapsulated content (RFC 5652 5.1).
    let mut signed = token.take(0xA0).and_then(|mut one| one.take(0x30)).ok_or(form("its token is cut off"))?;
    let mut content = signed
        .take(0x02)
        .and_then(|_| signed.take(0x31))
        .and_then(|_| signed.take(0x30))
        .ok_or(form("its token has no content"))?;
    if content.take(0x06).map(|one| one.0) != Some(&TST_INFO) {
        return Err(form("what was signed is no time stamp"));
    }
    let octets = content.take(0xA0).and_then(|mut one| one.take(0x04)).ok_or(form("its content is cut off"))?;
    told(octets, request)
}

/// `TSTInfo` (RFC 3161 2.4.2).
fn told(octets: Der<'_>, request: &Request) -> Result<Stamp, TimestampError> {
    let form = TimestampError::Form;
    let mut octets = octets;
    let mut told = octets.take(0x30).ok_or(form("the time stamp is not in DER"))?;
    if told.take(0x02).map(|one| one.0) != Some(&[1]) {
        return Err(form("the time stamp has another version"));
    }
    let policy = told.take(0x06).ok_or(form("the time stamp names no policy"))?;
    let mut imprint = told.take(0x30).ok_or(form("the time stamp has no digest"))?;
    let algorithm = imprint.take(0x30).and_then(|mut one| one.take(0x06)).ok_or(form("its digest has no name"))?;
    let digest = imprint.take(0x04).ok_or(form("the time stamp has no digest"))?;
    if algorithm.0 != SHA256 || digest.0 != request.digest.as_bytes() {
        return Err(TimestampError::OtherDigest);
    }
    let serial = told.take(0x02).ok_or(form("the time stamp has no serial number"))?;
    let at = told.take(0x18).and_then(|one| moment(one.0)).ok_or(form("the time stamp has no time"))?;
    // Accuracy and ordering may stand before the number used once.
    let _ = told.take(0x30);
    let _ = told.take(0x01);
    if told.take(0x02).map(|one| one.0) != Some(&request.nonce) {
        return Err(TimestampError::OtherNonce);
    }
    Ok(Stamp { at, serial: crate::base::digest::to_hex(serial.0), policy: identifier(policy.0) })
}

/// `YYYYMMDDhhmmss[.f]Z` (RFC 3161 2.4.2).
fn moment(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('Z')?;
    NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S%.f").ok().map(|at| at.and_utc())
}

/// An object identifier with its points (X.690 8.19).
fn identifier(bytes: &[u8]) -> String {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: u64 = 0;
    for byte in bytes {
        arc = arc.saturating_mul(128).saturating_add(u64::from(byte & 0x7F));
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first);
                arc -= first * 40;
            }
            arcs.push(arc);
            arc = 0;
        }
    }
    arcs.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// Values in DER, one after the other.
#[derive(Debug, Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Takes the next value when it has this tag; nothing is taken otherwise.
    fn take(&mut self, tag: u8) -> Option<Der<'a>> {
        let (found, first) = (*self.0.first()?, *self.0.get(1)?);
        if found != tag {
            return None;
        }
        let rest = self.0.get(2..)?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            // A length without a number belongs to BER, and four bytes are more than any response has.
            let count = usize::from(first & 0x7F);
            let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest.get(count..)?)
        };
        let content = rest.get(..length)?;
        self.0 = rest.get(length..)?;
        Some(Der(content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let mut out = vec![tag];
        if length < 0x80 {
            out.push(length as u8);
        } else {
            out.extend([0x82, (length >> 8) as u8, length as u8]);
        }
        out.extend_from_slice(content);
        out
    }

    fn request() -> Request {
        Request::new(Sha256Digest::of(b"certificate"), [0xFF, 1, 2, 3, 4, 5, 6, 7])
    }

    /// A response as an authority writes it, with a stand-in for its signature.
    fn response(status: u8, digest: &[u8], nonce: &[u8]) -> Vec<u8> {
        let algorithm = value(0x30, &[value(0x06, &SHA256), vec![0x05, 0x00]].concat());
        let imprint = value(0x30, &[algorithm.clone(), value(0x04, digest)].concat());
        let info = [
            value(0x02, &[1]),
            value(0x06, &[0x2A, 0x03, 0x04]),
            imprint,
            value(0x02, &[0x0A, 0xBC]),
            value(0x18, b"20261125104530.25Z"),
            value(0x30, &value(0x02, &[1])),
            value(0x01, &[0xFF]),
            value(0x02, nonce),
        ];
        let octets = value(0xA0, &value(0x04, &value(0x30, &info.concat())));
        let content = value(0x30, &[value(0x06, &TST_INFO), octets].concat());
        let signed = [value(0x02, &[3]), value(0x31, &algorithm), content, value(0x31, &[0; 200])].concat();
        let token = value(0x30, &[value(0x06, &SIGNED_DATA), value(0xA0, &value(0x30, &signed))].concat());
        value(0x30, &[value(0x30, &value(0x02, &[status])), token].concat())
    }

    #[test]
    fn a_request_is_the_bytes_of_the_standard_and_reads_back() {
        let der = request().der();
        assert_eq!((der.len(), der[0], usize::from(der[1])), (69, 0x30, 67));
        assert_eq!(Request::read(&der), Ok(request()));
        for at in 0..der.len() {
            let mut other = der.clone();
            other[at] ^= 0x80;
            assert_ne!(Request::read(&other), Ok(request()), "byte {at}");
        }
        assert_eq!(Request::read(&der[..60]), Err(TimestampError::Request));
    }

    #[test]
    fn a_response_is_accepted_for_its_request_alone() {
        let asked = request();
        let digest = *asked.digest.as_bytes();
        let stamp = accept(&response(0, &digest, &asked.nonce), &asked).expect("granted");
        assert_eq!(stamp.at.to_rfc3339(), "2026-11-25T10:45:30.250+00:00");
        assert_eq!((stamp.serial.as_str(), stamp.policy.as_str()), ("0abc", "1.2.3.4"));
        assert!(accept(&response(1, &digest, &asked.nonce), &asked).is_ok(), "granted with modifications");
        assert_eq!(accept(&response(2, &digest, &asked.nonce), &asked), Err(TimestampError::NotGranted(2)));
        assert_eq!(accept(&response(0, &[0; 32], &asked.nonce), &asked), Err(TimestampError::OtherDigest));
        assert_eq!(accept(&response(0, &digest, &[0x41; 8]), &asked), Err(TimestampError::OtherNonce));
        let mut longer = response(0, &digest, &asked.nonce);
        longer.push(0);
        assert!(matches!(accept(&longer, &asked), Err(TimestampError::Form(_))));
        // A refusal has no token (RFC 3161 2.4.2).
        let refused = value(0x30, &value(0x30, &value(0x02, &[2])));
        assert_eq!(accept(&refused, &asked), Err(TimestampError::NotGranted(2)));
    }

    #[test]
    fn a_response_that_breaks_off_anywhere_is_none() {
        let asked = request();
        let whole = response(0, asked.digest.as_bytes(), &asked.nonce);
        for length in 0..whole.len() {
            assert!(accept(&whole[..length], &asked).is_err(), "{length} bytes");
        }
        // Lengths without a number, and lengths beyond any file.
        for hostile in [&[0x30, 0x80, 0x30, 0x00, 0x00, 0x00][..], &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], &[0x30]] {
            assert!(accept(hostile, &asked).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_of_a_stranger_stop_the_program(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = accept(&bytes, &request());
            let _ = Request::read(&bytes);
        }
    }
}
