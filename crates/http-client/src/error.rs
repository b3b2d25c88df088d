//! How asking fails, as far as a caller treats it differently.

use std::error::Error;

/// Why there is no answer. Safe to log: no header's value is part of it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The question can't be asked: a bad URL or header. Asking again won't help.
    #[error("{0} is not valid")]
    Unaskable(&'static str),
    /// Nobody answers there.
    #[error("{url} can't be reached")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Somebody answers there, but does not prove that he is who was meant.
    #[error("{url} can't be trusted: {words}")]
    Untrusted {
        /// Where.
        url: String,
        /// Which check failed, for an administrator.
        words: String,
    },
    /// It took longer than [`Settings::timeout`](crate::Settings::timeout).
    #[error("{url} did not answer in time")]
    TimedOut {
        /// Where.
        url: String,
    },
    /// The answer broke off, or is no HTTP.
    #[error("the answer of {url} can't be read")]
    Broken {
        /// Where.
        url: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The answer is longer than [`Settings::body_limit`](crate::Settings::body_limit).
    #[error("the answer of {url} is longer than {limit} bytes")]
    TooLong {
        /// Where.
        url: String,
        /// The bound, in bytes.
        limit: usize,
    },
    /// The answer is not the JSON that was expected.
    #[error("the answer is not the JSON that was expected")]
    NotJson(#[source] serde_json::Error),
}

impl ClientError {
    pub(crate) fn sorted(url: &str, error: reqwest::Error) -> Self {
        let url = url.to_owned();
        let (is_timeout, is_connect) = (error.is_timeout(), error.is_connect());
        // Its own words would name the URL a second time.
        let source = Box::new(error.without_url());
        if is_timeout {
            Self::TimedOut { url }
        } else if let Some(error) = tls_error(&*source) {
            Self::Untrusted { url, words: crate::tls::explain(error) }
        } else if is_connect {
            Self::Unreachable { url, source }
        } else {
            Self::Broken { url, source }
        }
    }
}

/// The TLS error at the bottom of others, if that is what it was. An I/O error does not name the
/// one that it holds as its source.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}
