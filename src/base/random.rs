//! The only place that draws randomness: keys and nonces from the operating system.

/// Draws `N` unpredictable bytes.
///
/// # Panics
/// When the operating system has no randomness to give: sealing with guessable keys would be worse than stopping.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    assert!(getrandom::fill(&mut out).is_ok(), "the operating system gives no random numbers");
    out
}
