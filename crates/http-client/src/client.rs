//! The client.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;

use crate::{Answer, ClientError};

const USER_AGENT: &str = concat!("Gatepass/", env!("CARGO_PKG_VERSION"));
/// Below Tomcat's 20 s: a connection must not be closed there while it is taken up here.
const IDLE_CONNECTIONS: Duration = Duration::from_secs(15);

/// The client's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// For a connection.
    pub connect_timeout: Duration,
    /// From the question to the last byte of the answer, the connection included.
    pub timeout: Duration,
    /// Longest body of an answer, in bytes.
    pub body_limit: usize,
}

impl Default for Settings {
    /// 5 s, 15 s, 1 MiB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            body_limit: 1 << 20,
        }
    }
}

/// Asks. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
    body_limit: usize,
}

impl Client {
    /// With these bounds.
    pub fn new(settings: Settings) -> Result<Self, ClientError> {
        let inner = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .pool_idle_timeout(IDLE_CONNECTIONS)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .build()
            .map_err(|_| ClientError::Unaskable("the set of bounds"))?;
        Ok(Self { inner, body_limit: settings.body_limit })
    }

    /// Asks for JSON at `url`, once. `headers` are names and values; their values are kept out of
    /// every error and log. Any status is an answer.
    pub async fn get_json(
        &self,
        url: &str,
        headers: &[(&str, &[u8])],
    ) -> Result<Answer, ClientError> {
        let parsed = reqwest::Url::parse(url).map_err(|_| ClientError::Unaskable("the URL"))?;
        if parsed.scheme() != "http" {
            return Err(ClientError::Unaskable("the URL's scheme"));
        }
        let request = self.inner.get(parsed).headers(header_map(headers)?);
        let sorted = |error| ClientError::sorted(url, error);
        let mut response = request.send().await.map_err(sorted)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(sorted)? {
            if body.len() + chunk.len() > self.body_limit {
                return Err(ClientError::TooLong { url: url.to_owned(), limit: self.body_limit });
            }
            body.extend_from_slice(&chunk);
        }
        let headers = std::mem::take(response.headers_mut());
        Ok(Answer { status: response.status().as_u16(), headers, body })
    }
}

fn header_map(headers: &[(&str, &[u8])]) -> Result<HeaderMap, ClientError> {
    let mut map = HeaderMap::new();
    map.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| ClientError::Unaskable("a header's name"))?;
        let mut value = HeaderValue::from_bytes(value)
            .map_err(|_| ClientError::Unaskable("a header's value"))?;
        value.set_sensitive(true);
        map.append(name, value);
    }
    Ok(map)
}
