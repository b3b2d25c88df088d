//! Secrets of service accounts, in files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gatepass_model::Username;
use gatepass_vault::SecretText;

use crate::credential::{ReadyCredential, UnusableSecret};

/// Why there is no credential in a file. Holds nothing of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It can't be read, or is not text.
    #[error("{}: this file can't be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in it can't be sent.
    #[error("{}: {source}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: UnusableSecret,
    },
}

/// The native token in the file at `path`, of `user`, or of whom it may be. One line break at its
/// end is cut.
pub fn service_token(
    path: &Path,
    user: Option<Username>,
) -> Result<ReadyCredential, SecretFileError> {
    let token = read(path)?;
    ReadyCredential::service_token(user, &token).map_err(|source| unusable(path, source))
}

/// The password of `user` in the file at `path`. One line break at its end is cut.
pub fn service_password(user: Username, path: &Path) -> Result<ReadyCredential, SecretFileError> {
    let password = read(path)?;
    ReadyCredential::service_password(user, &password).map_err(|source| unusable(path, source))
}

/// The password in the file at `path` by which an account of a directory asks. One line break at its
/// end is cut. It may hold any character, but it is not empty.
pub fn bind_password(path: &Path) -> Result<SecretText, SecretFileError> {
    let password = read(path)?;
    match password.expose().len() {
        0 => Err(unusable(path, UnusableSecret::Empty)),
        length if length > ReadyCredential::MAX_BYTES => {
            Err(unusable(path, UnusableSecret::TooLong))
        }
        _ => Ok(password),
    }
}

/// The secret in the file at `path` by which a client proves itself to an OpenID provider; the same
/// holds for it as for [`bind_password`].
pub fn client_secret(path: &Path) -> Result<SecretText, SecretFileError> {
    bind_password(path)
}

fn unusable(path: &Path, source: UnusableSecret) -> SecretFileError {
    SecretFileError::Unusable { path: path.to_owned(), source }
}

fn read(path: &Path) -> Result<SecretText, SecretFileError> {
    // Two more, for a line break, and one by which it shows that it is longer.
    let whole = read_text(path, ReadyCredential::MAX_BYTES as u64 + 3)
        .map_err(|source| SecretFileError::Unreadable { path: path.to_owned(), source })?;
    let text = whole.expose();
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(SecretText::new(text.to_owned()))
}

/// The text of a file, or its first `most` bytes.
pub(crate) fn read_text(path: &Path, most: u64) -> io::Result<SecretText> {
    // Long enough from the start: what a buffer grew out of would not be wiped.
    let mut text = String::with_capacity(usize::try_from(most).unwrap_or_default() + 64);
    let read = File::open(path).and_then(|file| file.take(most).read_to_string(&mut text));
    let whole = SecretText::new(text);
    read.map(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_is_cut_and_no_error_quotes_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (text, header) in
            [("abc", "Bearer abc"), ("abc\n", "Bearer abc"), ("abc\r\n", "Bearer abc")]
        {
            std::fs::write(&path, text).unwrap();
            let credential = service_token(&path, None).unwrap();
            assert_eq!(credential.header().1, header.as_bytes());
        }
        for text in ["", "\n", "s3cret\n\n", "s3cret two", &"s3cret".repeat(2000)] {
            std::fs::write(&path, text).unwrap();
            let error = service_token(&path, None).unwrap_err();
            assert!(matches!(error, SecretFileError::Unusable { .. }), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
        std::fs::write(&path, "s3cret ä two\n").unwrap();
        assert_eq!(bind_password(&path).unwrap().expose(), "s3cret ä two");
        for text in ["", "\n", &"s3cret".repeat(2000)] {
            std::fs::write(&path, text).unwrap();
            let error = bind_password(&path).unwrap_err();
            assert!(matches!(error, SecretFileError::Unusable { .. }), "{error}");
        }
        std::fs::remove_file(&path).unwrap();
        let error = service_password("a".parse().unwrap(), &path).unwrap_err();
        assert!(error.to_string().contains("secret: this file can't be read"), "{error}");
    }
}
