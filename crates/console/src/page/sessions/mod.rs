//! `GET /sessions`: where am I signed in?
//!
//! Forms: `POST /sessions/{id}/end`, `POST /sessions/end-others` (both `csrf`).

pub(crate) mod sample;
mod text;

use std::net::IpAddr;

use gatepass_model::Timestamp;

crate::page::page!(Sessions, "page/sessions/template.html");

/// The sessions of who is looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// This one among them; the page puts it first.
    pub sessions: Vec<SessionRow>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What its form names it by. Safe to show: not what the cookie holds. `[0-9A-Za-z_-]` only.
    pub id: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was seen last.
    pub last_seen: Timestamp,
    /// From where it was seen last.
    pub address: IpAddr,
    /// The browser's user agent; may be empty.
    pub agent: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl Sessions {
    /// This one first, then those seen last.
    fn ordered(&self) -> Vec<&SessionRow> {
        let mut sessions: Vec<&SessionRow> = self.sessions.iter().collect();
        sessions.sort_by_key(|session| (!session.is_this, std::cmp::Reverse(session.last_seen)));
        sessions
    }
}
