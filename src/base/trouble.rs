//! What the operating system says about a file, in plain words.

use std::io::{Error, ErrorKind};

/// The reason of a failed read or write as a clerk would say it, without an error number.
pub fn plain(error: &Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::PermissionDenied => "this user may not use it",
        ErrorKind::AlreadyExists => "it is there already",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::IsADirectory => "it is a folder and not a file",
        ErrorKind::NotADirectory => "a part of its path is a file and not a folder",
        ErrorKind::InvalidData => "it is not a text file",
        ErrorKind::UnexpectedEof => "it ends too early",
        _ => "",
    };
    // An error that a reader made itself carries its own sentence.
    if words.is_empty() || error.raw_os_error().is_none() && error.kind() != ErrorKind::InvalidData {
        let text = error.to_string();
        let end = text.find(" (os error").unwrap_or(text.len());
        return text[..end].to_owned();
    }
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_words() {
        // ENOSPC 28, EROFS 30, EMFILE 24 of Linux and every other Unix this is built for.
        let cases = [
            (Error::from_raw_os_error(28), "the disk is full"),
            (Error::from_raw_os_error(30), "the disk is read-only"),
            (Error::new(ErrorKind::NotFound, "the member is gone"), "the member is gone"),
            (Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8"), "it is not a text file"),
        ];
        for (error, words) in cases {
            assert_eq!(plain(&error), words);
        }
        assert!(!plain(&Error::from_raw_os_error(24)).contains("os error"));
    }
}
