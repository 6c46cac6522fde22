//! Encrypted originals and derived text, and the keys that open them.
//!
//! A family is sealed under its own random key into one contiguous *stretch* of a pack file; destroying the key
//! destroys the family wherever copies of the pack may be. Keys live in a key set outside the repository, in two
//! places. Everything that tells content is sealed; what stands clear is a random seal id and lengths.
//!
//! ```text
//! vault/<month>/<nnnn>.pack   stretch, stretch, ...                        (see `stretch`)
//! <key set>/root.key          two slots for the root key                   (see `keys::root`)
//! <key set>/wrapped.json      month keys, digest secret, signing seed      (see `keys::ring`)
//! <key set>/months/*.keys     family keys, 64 bytes each                   (see `keys::month_keys`)
//! ```
//!
//! Reading order: [`month`], [`cipher`], `frame`, [`seal`], `stretch`, [`pack`], [`writer`], [`keys`], [`probe`].
//!
//! *Invariant:* the vault knows nothing of what a family contains, decides nothing, and imports `base` alone. It never
//! writes inside a committed stretch except to release it, and it keeps no key after it was erased.

pub mod cipher;
pub mod error;
mod frame;
pub mod keys;
pub mod month;
pub mod pack;
pub mod probe;
pub mod seal;
mod stretch;
#[cfg(test)]
mod tests;
pub mod writer;

pub use cipher::{FamilyKey, SealId, open_small, seal_small};
pub use error::VaultError;
pub use keys::{GivenNumbers, KeyReader, KeySet, Mark, SecondPlace};
pub use month::Month;
pub use pack::{Location, PackFile, Vault, Verified};
pub use probe::{ProbeCount, decrypt_everything};
pub use seal::{SealedFamily, Section, SectionInfo, seal_family};
pub use writer::{StreamSeal, Streamed, Writer};
