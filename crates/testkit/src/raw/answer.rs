//! The head of an answer, read strictly.

use anyhow::{Context as _, bail};

/// A final answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Header lines in order, names as they came.
    pub headers: Vec<(String, String)>,
    /// Its body, without framing.
    pub body: Vec<u8>,
    /// The interim answers (RFC 9110 15.2) before it.
    pub interim: Vec<Answer>,
}

/// A head.
pub(super) struct Head {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
}

/// Where the body of an answer ends.
pub(super) enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClose,
}

impl Answer {
    pub(super) fn new(head: Head, interim: Vec<Self>) -> Self {
        Self { status: head.status, headers: head.headers, body: Vec::new(), interim }
    }

    /// Every value of a header, letter case of the name ignored.
    pub fn all(&self, name: &str) -> Vec<&str> {
        all(&self.headers, name).collect()
    }

    /// The value of the one line of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = all(&self.headers, name);
        let first = lines.next()?;
        if lines.next().is_some() { None } else { Some(first) }
    }

    /// Why the gate refused, if it says so.
    pub fn reason(&self) -> Option<&str> {
        self.header("x-gatepass-reason")
    }

    /// Whether it says that the connection ends.
    pub fn closes(&self) -> bool {
        self.all("connection").iter().any(|value| value.eq_ignore_ascii_case("close"))
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Head {
    pub(super) fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(bytes).context("the head of the answer is not UTF-8")?;
        let text = text.strip_suffix("\r\n\r\n").unwrap_or(text);
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
        let status = status.and_then(|digits| digits.parse().ok());
        let status = status.with_context(|| format!("no status line: {first:?}"))?;
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(": ").with_context(|| format!("{line:?}"))?;
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_plain) || line.contains(['\r', '\n']) {
                bail!("no header line: {line:?}");
            }
            headers.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self { status, headers })
    }

    /// RFC 9112 6.3.
    pub(super) fn framing(&self, method: &str) -> anyhow::Result<Framing> {
        let lengths: Vec<&str> = all(&self.headers, "content-length").collect();
        let codings: Vec<&str> = all(&self.headers, "transfer-encoding").collect();
        if lengths.len() + codings.len() > 1 {
            bail!("the answer is framed twice: {:?}", self.headers);
        }
        if method == "HEAD" || matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(Framing::None);
        }
        match (lengths.first(), codings.first()) {
            (Some(length), _) => Ok(Framing::Length(length.parse()?)),
            (None, Some(&"chunked")) => Ok(Framing::Chunked),
            (None, Some(coding)) => bail!("the answer has the transfer coding {coding:?}"),
            (None, None) => Ok(Framing::UntilClose),
        }
    }
}

fn all<'a>(headers: &'a [(String, String)], name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
