//! The table, row by row.

use anyhow::{Context as _, bail};

use super::escape::{expand, unescape};
use super::expect::{self, Alternative};
use super::request::Sent;
use super::world::Secrets;

/// One row, its cells as written but for what is expected.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub id: String,
    /// What kind of confusion it is.
    pub class: String,
    /// To which part of the work it belongs.
    pub since: String,
    /// The instance that it is sent to.
    pub product: String,
    /// Which token is meant by default.
    pub token: String,
    method: String,
    target: String,
    headers: String,
    body: String,
    wire: String,
    /// What must come of it, as written.
    pub expected: String,
    /// What it is about.
    pub why: String,
}

const COLUMNS: [&str; 12] = [
    "id", "class", "since", "product", "token", "method", "target", "headers", "body", "wire",
    "expect", "why",
];

/// Says that no `Authorization` is to be added.
const NO_DEFAULT: &str = "(no default Authorization) ";

/// Reads a table. Lines that begin with `#` are for people; the first other one names the columns.
pub fn parse(text: &str) -> anyhow::Result<Vec<Row>> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let columns: Vec<&str> = lines.next().context("the table is empty")?.split('\t').collect();
    if columns != COLUMNS {
        bail!("the columns are {columns:?}, not {COLUMNS:?}");
    }
    lines.map(Row::parse).collect()
}

impl Row {
    fn parse(line: &str) -> anyhow::Result<Self> {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let cells: [String; 12] = cells
            .try_into()
            .map_err(|cells: Vec<String>| anyhow::anyhow!("{} cells in {line:?}", cells.len()))?;
        let [id, class, since, product, token, method, target, headers, body, wire, expected, why] =
            cells;
        Ok(Self {
            id,
            class,
            since,
            product,
            token,
            method,
            target,
            headers,
            body,
            wire,
            expected,
            why,
        })
    }

    /// Whether it is a request that any version of HTTP can carry: it does not fix its bytes.
    pub fn is_plain(&self) -> bool {
        self.wire.is_empty()
    }

    /// The same row with another expectation.
    #[must_use]
    pub fn expecting(&self, expected: &str) -> Self {
        Self { expected: expected.to_owned(), ..self.clone() }
    }

    /// What must come of it: one of these.
    pub fn alternatives(&self) -> anyhow::Result<Vec<Alternative>> {
        expect::parse(&self.expected).with_context(|| format!("row {}", self.id))
    }

    /// What is sent.
    pub fn sent(&self, secrets: &Secrets) -> anyhow::Result<Sent> {
        let token = secrets.of(&self.token)?;
        let cell = |cell: &str| expand(&unescape(cell)?, token, secrets);
        if !self.wire.is_empty() {
            return Ok(Sent::new(cell(&self.wire)?));
        }
        let (headers, brings_own) = match self.headers.strip_prefix(NO_DEFAULT) {
            Some(headers) => (headers, true),
            // A last empty cell may have lost its space in an editor.
            None if self.headers == NO_DEFAULT.trim_end() => ("", true),
            None => (self.headers.as_str(), false),
        };
        let (headers, body) = (cell(headers)?, cell(&self.body)?);
        let mut bytes = cell(&self.method)?;
        bytes.push(b' ');
        bytes.extend(cell(&self.target)?);
        bytes.extend(format!(" HTTP/1.1\r\nHost: {}.example\r\n", self.product).into_bytes());
        if !brings_own {
            bytes.extend(format!("Authorization: Bearer {token}\r\n").into_bytes());
        }
        if !headers.is_empty() {
            bytes.extend_from_slice(&headers);
            bytes.extend_from_slice(b"\r\n");
        }
        if !body.is_empty() && !has_framing(&headers) {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend(body);
        Ok(Sent::new(bytes))
    }
}

fn has_framing(headers: &[u8]) -> bool {
    let text = String::from_utf8_lossy(headers).to_ascii_lowercase();
    text.lines()
        .any(|line| line.starts_with("content-length:") || line.starts_with("transfer-encoding:"))
}
