//! What came back.

use std::fmt;

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::{ClientError, PeerCertificate};

/// An answer, whole.
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) certificate: Option<PeerCertificate>,
}

impl Answer {
    /// The status, 100 to 999.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 200 to 299.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The value of the first header of this name, letter case ignored.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.get(name).map(reqwest::header::HeaderValue::as_bytes)
    }

    /// The values of all headers of this name, letter case ignored.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(reqwest::header::HeaderValue::as_bytes)
    }

    /// How many headers have this name, letter case ignored.
    pub fn header_count(&self, name: &str) -> usize {
        self.headers.get_all(name).iter().count()
    }

    /// The body, at most [`Settings::body_limit`](crate::Settings::body_limit) bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the one who answered proved himself by; `None` without TLS.
    pub const fn certificate(&self) -> Option<&PeerCertificate> {
        self.certificate.as_ref()
    }

    /// The body as JSON, whatever its type says.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(ClientError::NotJson)
    }
}

/// Without headers and body: cookies and people's data are in them.
impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}
