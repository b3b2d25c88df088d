//! What a token may do.

use std::fmt;
use std::str::FromStr;

use crate::limits::Limits;
use crate::name::InstanceName;
use crate::network::Network;
use crate::pattern::Pattern;

/// Whether a token may change things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Only what the catalogue knows to be a read.
    ReadOnly,
    /// Whatever its owner may, but administration.
    ReadWrite,
}

impl Access {
    /// As stored and printed: `read-only`, `read-write`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        }
    }
}

/// A header that a request must carry with exactly this value, beside the token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequiredHeader {
    name: String,
    value: String,
}

/// A text that is no header line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a header to require; write it as \"X-Caller: build\"")]
pub struct InvalidHeader(String);

impl RequiredHeader {
    /// In lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Compared byte for byte.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl FromStr for RequiredHeader {
    type Err = InvalidHeader;

    fn from_str(text: &str) -> Result<Self, InvalidHeader> {
        let wrong = || InvalidHeader(text.to_owned());
        let (name, value) = text.split_once(':').ok_or_else(wrong)?;
        let value = value.trim();
        let name_is_plain = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let value_is_plain = !value.is_empty() && value.bytes().all(|b| (0x20..0x7f).contains(&b));
        if !name_is_plain || !value_is_plain || text.len() > 1000 {
            return Err(wrong());
        }
        Ok(Self { name: name.to_ascii_lowercase(), value: value.to_owned() })
    }
}

impl fmt::Display for RequiredHeader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.name, self.value)
    }
}

/// What a token may do. An empty list limits nothing, but for what its field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Reads, or reads and writes.
    pub access: Access,
    /// Whether operations that the catalogue calls `admin` are within it.
    pub admin: bool,
    /// The instances on which it works; empty: all of its owner's directory.
    pub instances: Vec<InstanceName>,
    /// Where its requests may come from; empty: anywhere.
    pub networks: Vec<Network>,
    /// Where there is any, what matches none is refused. The only way to pages.
    pub allow: Vec<Pattern>,
    /// What matches one is refused, whatever else allows it.
    pub deny: Vec<Pattern>,
    /// Each must be there, with its value.
    pub required_headers: Vec<RequiredHeader>,
    /// How much load it may cause. What policy says of its owner's tokens counts beside it: of
    /// each limit the stricter one.
    pub limits: Limits,
}

impl Grant {
    /// Reads everywhere its owner may, and nothing else.
    pub const fn read_only() -> Self {
        Self {
            access: Access::ReadOnly,
            admin: false,
            instances: Vec::new(),
            networks: Vec::new(),
            allow: Vec::new(),
            deny: Vec::new(),
            required_headers: Vec::new(),
            limits: Limits::NONE,
        }
    }

    /// Reads and writes everywhere its owner may, without administration.
    pub fn read_write() -> Self {
        Self { access: Access::ReadWrite, ..Self::read_only() }
    }
}
