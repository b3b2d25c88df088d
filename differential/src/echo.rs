//! What Tomcat read of a request, as its echo tells.

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use gatepass_testkit::raw::Answer;

/// What the container read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) method: String,
    /// The path as it came.
    pub(crate) uri: String,
    /// The path of the web application: empty or `/below`.
    pub(crate) context: String,
    /// The servlet's path and what follows it, decoded.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) server: String,
    /// Header lines by name, in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Parameters by name, as `getParameterMap` gives them.
    pub(crate) parameters: Vec<(String, String)>,
    /// Length and CRC-32 of what was left of the body.
    pub(crate) body: String,
}

impl Reading {
    /// From an answer; `None` when it is not the echo's.
    pub(crate) fn of(answer: &Answer) -> Result<Option<Self>> {
        if answer.header("content-type") != Some("application/x-echo") {
            return Ok(None);
        }
        match answer.header("x-echo") {
            Some(text) => {
                Self::parse(&base64::engine::general_purpose::STANDARD.decode(text)?).map(Some)
            }
            None => Self::parse(&answer.body).map(Some),
        }
    }

    fn parse(mut rest: &[u8]) -> Result<Self> {
        let mut read = Self::default();
        let mut name = String::new();
        while let Some((&kind, after)) = rest.split_first() {
            let (length, after) = after.split_first_chunk::<4>().context("the echo is cut")?;
            let length = usize::try_from(u32::from_be_bytes(*length))?;
            let (text, after) = after.split_at_checked(length).context("the echo is cut")?;
            rest = after;
            let text = String::from_utf8(text.to_vec())?;
            match kind {
                b'M' => read.method = text,
                b'U' => read.uri = text,
                b'C' => read.context = text,
                b'P' => read.path = text,
                b'Q' => read.query = Some(text),
                b'S' => read.server = text,
                b'H' => name = text.to_ascii_lowercase(),
                b'V' => read.headers.push((name.clone(), text)),
                b'N' => name = text,
                b'W' => read.parameters.push((name.clone(), text)),
                b'B' => read.body = text,
                other => bail!("the echo has a field {other}"),
            }
        }
        Ok(read)
    }

    /// The values of a header.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The decoded path from the server's root on.
    pub(crate) fn whole_path(&self) -> String {
        format!("{}{}", self.context, self.path)
    }
}
