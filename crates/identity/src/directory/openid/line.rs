//! How the crate `openidconnect` asks a provider: by our own client, with its bounds.

use std::fmt;
use std::pin::Pin;

use gatepass_http_client::{Client, ClientError};
use openidconnect::http::header::{AUTHORIZATION, CONTENT_TYPE};
use openidconnect::http::{Method, Response};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// Asks.
#[derive(Clone)]
pub(super) struct HttpLine(Client);

/// Why there is no answer, with all that lies below it in one line.
#[derive(Debug)]
pub(super) struct Unasked(String);

impl fmt::Display for Unasked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unasked {}

impl From<ClientError> for Unasked {
    fn from(error: ClientError) -> Self {
        Self(error.to_string())
    }
}

impl HttpLine {
    pub(super) const fn new(client: Client) -> Self {
        Self(client)
    }

    /// What is told of a person to who has this access token.
    pub(super) async fn user_info(
        &self,
        url: &str,
        access_token: &str,
    ) -> Result<gatepass_http_client::Answer, ClientError> {
        let bearer = format!("Bearer {access_token}");
        self.0.get_json(url, &[("authorization", bearer.as_bytes())]).await
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Unasked> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        // All else that it has is what our client says by itself.
        let proof = parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes().to_vec());
        let headers: Vec<(&str, &[u8])> =
            proof.iter().map(|value| ("authorization", value.as_slice())).collect();
        let answer = if parts.method == Method::POST {
            let form = String::from_utf8(body).map_err(|_| Unasked("a form is none".to_owned()))?;
            self.0.post_form(&url, &headers, form).await?
        } else {
            self.0.get_json(&url, &headers).await?
        };
        let mut response = Response::builder().status(answer.status());
        if let Some(kind) = answer.header("content-type") {
            response = response.header(CONTENT_TYPE, kind);
        }
        response.body(answer.body().to_vec()).map_err(|error| Unasked(error.to_string()))
    }
}

impl<'c> AsyncHttpClient<'c> for HttpLine {
    type Error = Unasked;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unasked>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
