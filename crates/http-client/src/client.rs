//! The client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;

use crate::{Answer, ClientError, PeerCertificate};

const USER_AGENT: &str = concat!("Gatepass/", env!("CARGO_PKG_VERSION"));
/// Below Tomcat's 20 s: a connection must not be closed there while it is taken up here.
const IDLE_CONNECTIONS: Duration = Duration::from_secs(15);

/// What a body is.
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

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

/// How a client speaks TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Whom it trusts: see [`client_config`](crate::tls::client_config).
    pub config: Arc<rustls::ClientConfig>,
    /// Where a certificate is for another name than the URL's.
    pub renamed: Option<Renamed>,
}

/// A host whose certificate is for another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The host of the URLs, a name or an address, in lower case.
    pub host: String,
    /// The name that its certificate must have.
    pub server_name: String,
}

/// Asks. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
    body_limit: usize,
    is_secure: bool,
    renamed: Option<Renamed>,
}

impl Client {
    /// With these bounds, for http alone.
    pub fn new(settings: Settings) -> Result<Self, ClientError> {
        Self::build(settings, None, None)
    }

    /// With these bounds, for https too.
    pub fn with_tls(settings: Settings, tls: &Tls) -> Result<Self, ClientError> {
        Self::build(settings, Some(tls), None)
    }

    /// With these bounds, and for https too where `tls` is given: `host`, a name as it stands in
    /// the URLs, is asked at this address alone, whatever else the name stands for. The port is the
    /// URL's.
    pub fn pinned(
        settings: Settings,
        tls: Option<&Tls>,
        host: &str,
        address: SocketAddr,
    ) -> Result<Self, ClientError> {
        Self::build(settings, tls, Some((host, address)))
    }

    fn build(
        settings: Settings,
        tls: Option<&Tls>,
        pinned: Option<(&str, SocketAddr)>,
    ) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .pool_idle_timeout(IDLE_CONNECTIONS)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only();
        let renamed = tls.and_then(|tls| tls.renamed.clone());
        if let Some(tls) = tls {
            let config = rustls::ClientConfig::clone(&tls.config);
            builder = builder.tls_backend_preconfigured(config).tls_info(true);
        } else {
            // Never used, but the default would read all of the system's authorities.
            builder = builder.tls_certs_only([]);
        }
        if let Some(renamed) = &renamed {
            builder = builder.dns_resolver(renamed.clone());
        }
        if let Some((host, address)) = pinned {
            builder = builder.resolve(host, address);
        }
        let inner = builder.build().map_err(|_| ClientError::Unaskable("the set of bounds"))?;
        Ok(Self { inner, body_limit: settings.body_limit, is_secure: tls.is_some(), renamed })
    }

    /// Asks for JSON at `url`, once. `headers` are names and values; their values are kept out of
    /// every error and log. Any status is an answer.
    pub async fn get_json(
        &self,
        url: &str,
        headers: &[(&str, &[u8])],
    ) -> Result<Answer, ClientError> {
        self.ask(Method::GET, url, headers, None).await
    }

    /// Sends `form`, fields as forms have them (WHATWG URL 5), to `url`, once, and asks for JSON. An
    /// error after it was sent leaves open whether it had an effect.
    pub async fn post_form(
        &self,
        url: &str,
        headers: &[(&str, &[u8])],
        form: String,
    ) -> Result<Answer, ClientError> {
        self.ask(Method::POST, url, headers, Some((FORM, form))).await
    }

    /// Sends `body`, a JSON document, to `url`, once. An error after it was sent leaves open whether
    /// it had an effect.
    pub async fn post_json(
        &self,
        url: &str,
        headers: &[(&str, &[u8])],
        body: String,
    ) -> Result<Answer, ClientError> {
        self.ask(Method::POST, url, headers, Some((JSON, body))).await
    }

    /// As [`Client::post_json`], by PUT.
    pub async fn put_json(
        &self,
        url: &str,
        headers: &[(&str, &[u8])],
        body: String,
    ) -> Result<Answer, ClientError> {
        self.ask(Method::PUT, url, headers, Some((JSON, body))).await
    }

    /// Asks that what stands at `url` be deleted, once.
    pub async fn delete(
        &self,
        url: &str,
        headers: &[(&str, &[u8])],
    ) -> Result<Answer, ClientError> {
        self.ask(Method::DELETE, url, headers, None).await
    }

    async fn ask(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &[u8])],
        body: Option<(&'static str, String)>,
    ) -> Result<Answer, ClientError> {
        let mut parsed = reqwest::Url::parse(url).map_err(|_| ClientError::Unaskable("the URL"))?;
        if parsed.scheme() != "http" && !(parsed.scheme() == "https" && self.is_secure) {
            return Err(ClientError::Unaskable("the URL's scheme"));
        }
        let mut headers = header_map(headers)?;
        if let Some(renamed) = &self.renamed {
            renamed.apply(&mut parsed, &mut headers)?;
        }
        let mut request = self.inner.request(method, parsed).headers(headers);
        if let Some((kind, body)) = body {
            request = request.header(CONTENT_TYPE, kind).body(body);
        }
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
        let certificate = response
            .extensions()
            .get::<reqwest::tls::TlsInfo>()
            .and_then(|tls| PeerCertificate::parse(tls.peer_certificate()?));
        Ok(Answer { status: response.status().as_u16(), headers, body, certificate })
    }
}

impl Renamed {
    /// The name goes into the URL, for that is what a certificate is checked against; the Host
    /// stays as it was, and so does whom it is sent to.
    fn apply(&self, url: &mut reqwest::Url, headers: &mut HeaderMap) -> Result<(), ClientError> {
        let is_meant = url.scheme() == "https"
            && url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(&self.host));
        if !is_meant {
            return Ok(());
        }
        let host = match url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        };
        let host =
            HeaderValue::from_str(&host).map_err(|_| ClientError::Unaskable("the URL's host"))?;
        headers.insert(HOST, host);
        url.set_host(Some(&self.server_name)).map_err(|_| ClientError::Unaskable("the URL's host"))
    }
}

/// Gives the addresses of the host for the name that stands in its place.
impl Resolve for Renamed {
    fn resolve(&self, name: Name) -> Resolving {
        let is_meant = name.as_str().eq_ignore_ascii_case(&self.server_name);
        let host = if is_meant { self.host.as_str() } else { name.as_str() };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Box::pin(async move {
            // The port is the URL's, whatever stands here.
            let found = tokio::net::lookup_host((host, 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
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
