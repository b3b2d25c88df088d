//! A request that was made up, in parts, so that parts can be taken away again.

use gatepass_model::TokenId;

/// What a request presents to the gate, as far as the comparison needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Who {
    /// Nothing of ours.
    #[default]
    Nobody,
    /// A read-only token.
    ReadOnly,
    /// A read-only token that may not `GET /rest/api/*/user`.
    Denying,
    /// A read-write token.
    ReadWrite,
}

/// Header lines that a smaller request keeps: what frames or names it is what it was judged by.
const STAY: [&[u8]; 4] = [b"content-length", b"transfer-encoding", b"host", b"authorization"];

/// The parts of a request.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Which of the world's instances it is sent to.
    pub(crate) instance: usize,
    /// The Host that names it.
    pub(crate) host: String,
    pub(crate) who: Who,
    /// The token that it presents.
    pub(crate) token: Option<TokenId>,
    pub(crate) method: String,
    pub(crate) target: Vec<u8>,
    pub(crate) version: &'static str,
    /// Header lines as they are sent, Host and the framing of the body among them.
    pub(crate) lines: Vec<Vec<u8>>,
    /// The body on the wire.
    pub(crate) wire: Vec<u8>,
    /// The body that is meant.
    pub(crate) body: Vec<u8>,
    /// Nobody can say where it ends, so nothing may follow it on its connection.
    pub(crate) is_open_ended: bool,
}

impl Plan {
    /// The bytes of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512 + self.wire.len());
        bytes.extend_from_slice(self.method.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(&self.target);
        bytes.push(b' ');
        bytes.extend_from_slice(self.version.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        for line in &self.lines {
            bytes.extend_from_slice(line);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.wire);
        bytes
    }

    /// Header lines as (name in lower case, value without the space around it).
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.lines.iter().filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let (name, value) = line.split_at(colon);
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            Some((name, value.get(1..).unwrap_or_default().trim_ascii()))
        })
    }

    /// The value of its first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The body that its head frames: a length that is sent beside another meaning wins.
    pub(crate) fn framed_body(&self) -> &[u8] {
        let all = |name: &'static str| self.headers().filter(move |(own, _)| own == name);
        let mut lengths = all("content-length");
        let (first, second) = (lengths.next(), lengths.next());
        match (first, second, all("transfer-encoding").next()) {
            (Some((_, digits)), None, None) => {
                let length = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
                length.and_then(|length: usize| self.wire.get(..length)).unwrap_or(&self.wire)
            }
            (None, _, None) => b"",
            _ => &self.body,
        }
    }

    /// The target in origin form: what stands behind the authority of an absolute one.
    pub(crate) fn origin_form(&self) -> &[u8] {
        let target = self.target.as_slice();
        if target.starts_with(b"/") {
            return target;
        }
        let Some(end) = target.windows(3).position(|window| window == b"://") else {
            return target;
        };
        let rest = target.get(end + 3..).unwrap_or_default();
        match rest.iter().position(|&byte| byte == b'/' || byte == b'?') {
            Some(path) => rest.get(path..).unwrap_or_default(),
            None => b"/",
        }
    }

    /// The same without one part of it, one plan for each part that may go.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let line = line.to_ascii_lowercase();
            if STAY.iter().any(|name| line.starts_with(name)) {
                continue;
            }
            let mut less = self.clone();
            less.lines.remove(at);
            all.push(less);
        }
        for separator in [b'/', b'&', b'?', b';', b'%'] {
            for target in without_each_piece(&self.target, separator) {
                all.push(Self { target, ..self.clone() });
            }
        }
        all.retain(|plan| !plan.target.is_empty());
        all
    }
}

/// `text` without one of the pieces that begin with `separator`, for each of them.
fn without_each_piece(text: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let starts: Vec<usize> =
        text.iter().enumerate().filter(|(_, byte)| **byte == separator).map(|(at, _)| at).collect();
    let mut all = Vec::new();
    for (place, &start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(text.len());
        let (before, rest) = text.split_at(start);
        let after = rest.get(end - start..).unwrap_or_default();
        all.push([before, after].concat());
    }
    all
}
