//! Frames and fields as they are: nothing is checked, nothing is repaired.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::support::within;

pub(super) const DATA: u8 = 0x0;
pub(super) const HEADERS: u8 = 0x1;
pub(super) const PRIORITY: u8 = 0x2;
pub(super) const RST_STREAM: u8 = 0x3;
pub(super) const SETTINGS: u8 = 0x4;
pub(super) const PING: u8 = 0x6;
pub(super) const GOAWAY: u8 = 0x7;
pub(super) const WINDOW_UPDATE: u8 = 0x8;
pub(super) const CONTINUATION: u8 = 0x9;

pub(super) const END_STREAM: u8 = 0x1;
pub(super) const ACK: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const NO_ERROR: u32 = 0x0;
pub(super) const PROTOCOL_ERROR: u32 = 0x1;
pub(super) const CANCEL: u32 = 0x8;
pub(super) const ENHANCE_YOUR_CALM: u32 = 0xb;

/// A name and a value.
pub(super) type Field = (Vec<u8>, Vec<u8>);

pub(super) fn field(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Field {
    (name.as_ref().to_vec(), value.as_ref().to_vec())
}

/// The fields of a GET with a token.
pub(super) fn get(path: &str, token: &str) -> Vec<Field> {
    vec![
        field(":method", "GET"),
        field(":scheme", "https"),
        field(":authority", "jira.example"),
        field(":path", path),
        field("authorization", format!("Bearer {token}")),
    ]
}

/// Sets the value of a field.
pub(super) fn set(fields: &mut [Field], name: &str, value: impl AsRef<[u8]>) {
    let found = fields.iter_mut().find(|(own, _)| own == name.as_bytes()).unwrap();
    found.1 = value.as_ref().to_vec();
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn integer(mut value: usize, prefix: u32, first: u8, out: &mut Vec<u8>) {
    let most = (1_usize << prefix) - 1;
    if value < most {
        return out.push(first | u8::try_from(value).unwrap());
    }
    out.push(first | u8::try_from(most).unwrap());
    value -= most;
    while value >= 128 {
        out.push(u8::try_from(value % 128).unwrap() | 128);
        value /= 128;
    }
    out.push(u8::try_from(value).unwrap());
}

fn literal(first: u8, fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.push(first);
        for text in [name, value] {
            integer(text.len(), 7, 0, &mut out);
            out.extend(text);
        }
    }
    out
}

/// A block of literal fields that change no table (RFC 7541 6.2.2).
pub(super) fn block(fields: &[Field]) -> Vec<u8> {
    literal(0x00, fields)
}

/// A block of literal fields that are put into the table (RFC 7541 6.2.1).
pub(super) fn indexing(fields: &[Field]) -> Vec<u8> {
    literal(0x40, fields)
}

/// HEADERS with all of a request without a body.
pub(super) fn request(stream: u32, fields: &[Field]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &block(fields))
}

/// HEADERS of a request whose body follows.
pub(super) fn begin(stream: u32, fields: &[Field]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &block(fields))
}

/// A frame that came.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    fn word(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }

    /// The status that a head begins with: `h2` indexes it, or writes its three digits in Huffman
    /// code.
    fn status(&self) -> u16 {
        match self.payload[0] {
            0x88 => 200,
            0x89 => 204,
            0x8a => 206,
            0x8b => 304,
            0x8c => 400,
            0x8d => 404,
            0x8e => 500,
            0x48 => digits(&self.payload[2..2 + usize::from(self.payload[1] & 0x7f)]),
            other => panic!("a head begins with {other:#x}"),
        }
    }
}

/// RFC 7541 appendix B, for digits: `0` to `2` in five bits, the others in six.
fn digits(bytes: &[u8]) -> u16 {
    let mut bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1));
    let mut number = 0;
    for _ in 0..3 {
        let mut code = 0;
        (0..5).for_each(|_| code = code << 1 | u16::from(bits.next().unwrap()));
        let digit =
            if code < 3 { code } else { (code << 1 | u16::from(bits.next().unwrap())) - 22 };
        number = number * 10 + digit;
    }
    number
}

/// What became of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was answered.
    Answered(u16),
    /// It was reset, with this code.
    Reset(u32),
    /// The connection ended, by a GOAWAY with this code.
    GoneAway(u32),
    /// The connection ended without a word.
    Cut,
}

/// A connection.
pub(super) struct Wire {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

impl Wire {
    /// Sends the preface and our SETTINGS.
    pub(super) async fn greet(stream: TlsStream<TcpStream>) -> Self {
        let mut wire = Self::new(stream);
        wire.send([PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await;
        wire
    }

    /// Sends nothing.
    pub(super) fn new(stream: TlsStream<TcpStream>) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// Sends bytes. That the gate takes no more is no error: it may have said goodbye.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let sending = async {
            self.stream.write_all(bytes.as_ref()).await?;
            self.stream.flush().await
        };
        within("the sending", sending).await.is_ok()
    }

    /// The next frame; `None` at the end.
    pub(super) async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(head) = self.buffer.get(..9) {
                let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
                if self.buffer.len() >= 9 + length {
                    let kind = head[3];
                    let stream = u32::from_be_bytes(head[5..9].try_into().unwrap());
                    let payload = self.buffer[9..9 + length].to_vec();
                    self.buffer.drain(..9 + length);
                    return Some(Frame { kind, stream, payload });
                }
            }
            let read = within("a frame", self.stream.read_buf(&mut self.buffer)).await;
            if matches!(read, Ok(0) | Err(_)) {
                return None;
            }
        }
    }

    /// The next frame of this kind.
    pub(super) async fn next(&mut self, kind: u8) -> Option<Frame> {
        loop {
            let frame = self.frame().await?;
            if frame.kind == kind {
                return Some(frame);
            }
        }
    }

    /// What becomes of a stream.
    pub(super) async fn fate(&mut self, stream: u32) -> Fate {
        while let Some(frame) = self.frame().await {
            match frame.kind {
                HEADERS if frame.stream == stream => return Fate::Answered(frame.status()),
                RST_STREAM if frame.stream == stream => return Fate::Reset(frame.word(0)),
                GOAWAY => return Fate::GoneAway(frame.word(4)),
                _ => {}
            }
        }
        Fate::Cut
    }

    /// How the connection ends: by which GOAWAY, the last one that comes.
    pub(super) async fn end(&mut self) -> Fate {
        let mut fate = Fate::Cut;
        while let Some(frame) = self.frame().await {
            if frame.kind == GOAWAY {
                fate = Fate::GoneAway(frame.word(4));
            }
        }
        fate
    }
}
