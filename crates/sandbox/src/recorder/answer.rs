//! What a recorder writes back.

use std::fmt::Write as _;
use std::time::Duration;

/// Bytes to write, with pauses: nothing is added and nothing is checked.
#[derive(Clone, Debug, Default)]
pub struct RawAnswer {
    pub(super) steps: Vec<Step>,
}

/// A step of an answer.
#[derive(Clone, Debug)]
pub enum Step {
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Writes these bytes so many times: a long body that needs no memory.
    Repeat(Vec<u8>, u64),
    /// Waits.
    Wait(Duration),
    /// Never goes on; the connection stays open until the other side closes it.
    Hang,
    /// Gives back every byte that comes, until the other side ends: a tunnel after `101`.
    Echo,
    /// Closes the connection.
    Close,
}

impl RawAnswer {
    /// Nothing yet; an answer that stays so leaves the request without one.
    pub fn new() -> Self {
        Self::default()
    }

    /// An answer with these bytes, status line and all.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new().then(Step::Write(bytes.into()))
    }

    /// 200 with a JSON body and further header lines (each without its line end).
    pub fn json(body: &str, headers: &[&str]) -> Self {
        Self::with_body(body, headers, true)
    }

    /// As [`RawAnswer::json`], without the body itself: what a HEAD gets.
    pub fn json_head(body: &str, headers: &[&str]) -> Self {
        Self::with_body(body, headers, false)
    }

    /// The same, with a step more.
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn with_body(body: &str, headers: &[&str], writes_body: bool) -> Self {
        let mut text = String::from("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        for line in headers {
            text.push_str(line);
            text.push_str("\r\n");
        }
        let _ = write!(text, "Content-Length: {}\r\n\r\n", body.len());
        if writes_body {
            text.push_str(body);
        }
        Self::raw(text)
    }
}
