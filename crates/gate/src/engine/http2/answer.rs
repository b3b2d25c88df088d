//! The bytes of an answer of HTTP/1.1, as the exchange writes them, read back into what goes out
//! on a stream.

use http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::engine::http1::chunked::ChunkDecoder;
use crate::engine::http1::framing::Framing;
use crate::engine::http1::response::{self, ResponseHead};
use crate::engine::http1::scan::Scan;

/// What was written is no answer: an error of the gate's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoAnswer;

/// Where in an answer the reader stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Left {
    /// Its head has not ended.
    Head,
    /// So many bytes of its body are to come.
    Bytes(u64),
    /// Chunks are to come.
    Chunks(ChunkDecoder),
    /// The body lasts until the exchange ends.
    UntilEnd,
    /// Nothing is to come.
    Nothing,
}

/// A head, ready to go out.
#[derive(Debug)]
pub(super) enum Head {
    /// More of it must come; all bytes were taken.
    Incomplete,
    /// An interim one (RFC 9110 15.2).
    Interim(Response<()>),
    /// The final one.
    Final(Response<()>),
}

/// Reads one answer.
#[derive(Debug)]
pub(super) struct AnswerReader {
    pub(super) left: Left,
    is_to_head: bool,
    /// A head that did not come at once.
    begun: Vec<u8>,
}

impl AnswerReader {
    /// Of the answer to a HEAD, or to something else.
    pub(super) const fn new(is_to_head: bool) -> Self {
        Self { left: Left::Head, is_to_head, begun: Vec::new() }
    }

    /// Whether the whole answer was read.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self.left, Left::Nothing)
    }

    /// Reads on in a head; gives how many bytes were used, too.
    pub(super) fn read_head(&mut self, bytes: &[u8]) -> Result<(usize, Head), NoAnswer> {
        let mut begun = std::mem::take(&mut self.begun);
        let before = begun.len();
        if before > 0 {
            begun.extend_from_slice(bytes);
        }
        let all = if before > 0 { &begun } else { bytes };
        let mut scan = Scan::default();
        let Some((head, end)) = response::read(all, &mut scan).map_err(|_| NoAnswer)? else {
            self.begun = if before > 0 { begun } else { bytes.to_vec() };
            return Ok((bytes.len(), Head::Incomplete));
        };
        let answer = convert(&head)?;
        let head = if answer.status().is_informational() {
            Head::Interim(answer)
        } else {
            self.left = if self.is_to_head { Left::Nothing } else { left_of(head.framing) };
            Head::Final(answer)
        };
        Ok((end.saturating_sub(before), head))
    }

    /// Reads on in a body, of which at most `room` bytes may go out now: they are appended to
    /// `data`. Gives how many bytes were used; none when nothing can be done without room.
    pub(super) fn read_body(
        &mut self,
        bytes: &[u8],
        room: usize,
        data: &mut Vec<u8>,
    ) -> Result<usize, NoAnswer> {
        match &mut self.left {
            Left::Head => Err(NoAnswer),
            // Nothing is written behind an answer, and nothing of it would go out.
            Left::Nothing => Ok(bytes.len()),
            Left::UntilEnd => {
                let here = bytes.get(..room.min(bytes.len())).unwrap_or_default();
                data.extend_from_slice(here);
                Ok(here.len())
            }
            Left::Bytes(left) => {
                let most = usize::try_from(*left).unwrap_or(usize::MAX).min(room);
                let here = bytes.get(..most.min(bytes.len())).unwrap_or_default();
                data.extend_from_slice(here);
                *left -= here.len() as u64;
                if *left == 0 {
                    self.left = Left::Nothing;
                }
                Ok(here.len())
            }
            Left::Chunks(decoder) => {
                let used = read_chunks(decoder, bytes, room, data)?;
                if decoder.is_done() {
                    self.left = Left::Nothing;
                }
                Ok(used)
            }
        }
    }
}

fn read_chunks(
    decoder: &mut ChunkDecoder,
    bytes: &[u8],
    room: usize,
    data: &mut Vec<u8>,
) -> Result<usize, NoAnswer> {
    let mut used = 0;
    while used < bytes.len() && !decoder.is_done() {
        let rest = bytes.get(used..).unwrap_or_default();
        let mut ahead = *decoder;
        let mut step = ahead.step(rest).map_err(|_| NoAnswer)?;
        if step.data.len() > room - data.len() {
            // Framing, which needs no room, stands before the data of a step.
            let upto = step.data.start + (room - data.len());
            if upto == 0 {
                break;
            }
            ahead = *decoder;
            step = ahead.step(rest.get(..upto).unwrap_or_default()).map_err(|_| NoAnswer)?;
        }
        *decoder = ahead;
        data.extend_from_slice(rest.get(step.data).unwrap_or_default());
        used += step.consumed;
    }
    Ok(used)
}

fn left_of(framing: Framing) -> Left {
    match framing {
        Framing::None | Framing::Length(0) => Left::Nothing,
        Framing::Length(length) => Left::Bytes(length),
        Framing::Chunked => Left::Chunks(ChunkDecoder::default()),
        Framing::UntilClose => Left::UntilEnd,
    }
}

/// Without what belongs to connections of HTTP/1.1 (RFC 9113 8.2.2).
fn convert(head: &ResponseHead<'_>) -> Result<Response<()>, NoAnswer> {
    if head.status == 101 {
        return Err(NoAnswer);
    }
    let mut answer = Response::new(());
    *answer.status_mut() = StatusCode::from_u16(head.status).map_err(|_| NoAnswer)?;
    for header in head.fields.iter() {
        let name = HeaderName::from_bytes(header.name).map_err(|_| NoAnswer)?;
        if matches!(
            name.as_str(),
            "connection" | "keep-alive" | "proxy-connection" | "transfer-encoding" | "upgrade"
        ) {
            continue;
        }
        let value = HeaderValue::from_bytes(header.value).map_err(|_| NoAnswer)?;
        answer.headers_mut().append(name, value);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an answer that comes in pieces of `size` and goes out in pieces of at most `room`.
    fn read(wire: &[u8], is_to_head: bool, size: usize, room: usize) -> (Vec<u16>, Vec<u8>, bool) {
        let mut reader = AnswerReader::new(is_to_head);
        let (mut statuses, mut body) = (Vec::new(), Vec::new());
        for mut piece in wire.chunks(size) {
            while !piece.is_empty() {
                let used = if matches!(reader.left, Left::Head) {
                    let (used, head) = reader.read_head(piece).unwrap();
                    match head {
                        Head::Incomplete => {}
                        Head::Interim(head) | Head::Final(head) => {
                            statuses.push(head.status().as_u16());
                        }
                    }
                    used
                } else {
                    let mut data = Vec::new();
                    let used = reader.read_body(piece, room, &mut data).unwrap();
                    assert!(data.len() <= room);
                    body.extend(data);
                    used
                };
                assert!(used > 0);
                piece = &piece[used..];
            }
        }
        (statuses, body, reader.is_done())
    }

    #[test]
    fn answers_come_out_however_they_are_cut() {
        let length = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
        let chunked = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 \r\n\
            Transfer-Encoding: chunked\r\n\r\n3\r\n012\r\n7\r\n3456789\r\n0\r\n\r\n";
        let until_end = b"HTTP/1.1 200 OK\r\n\r\n0123456789";
        for size in [1, 2, 3, 5, 8, 13, 40, 1000] {
            for room in [1, 2, 4, 9, 10, 1000] {
                let body = b"0123456789".to_vec();
                assert_eq!(read(length, false, size, room), (vec![200], body.clone(), true));
                assert_eq!(read(chunked, false, size, room), (vec![103, 404], body.clone(), true));
                assert_eq!(read(until_end, false, size, room), (vec![200], body, false));
            }
        }
    }

    #[test]
    fn without_room_only_framing_is_read() {
        let mut reader = AnswerReader::new(false);
        reader.read_head(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        let mut data = Vec::new();
        assert_eq!(reader.read_body(b"3\r\nabc", 0, &mut data).unwrap(), 3);
        assert_eq!(reader.read_body(b"abc", 0, &mut data).unwrap(), 0);
        assert_eq!(reader.read_body(b"abc\r\n0\r\n\r\n", 3, &mut data).unwrap(), 10);
        assert!(reader.is_done() && data == b"abc");
    }

    #[test]
    fn answers_without_a_body_end_with_their_head() {
        let length = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
        assert_eq!(read(length, true, 1000, 1), (vec![200], Vec::new(), true));
        let not_modified = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n";
        assert_eq!(read(not_modified, false, 1000, 1), (vec![304], Vec::new(), true));
        assert_eq!(read(b"HTTP/1.1 204 \r\n\r\n", false, 7, 1), (vec![204], Vec::new(), true));
    }

    #[test]
    fn nothing_of_a_connection_goes_out() {
        let wire = "HTTP/1.1 200 OK\r\nConnection: close\r\nKeep-Alive: a\r\nUpgrade: b\r\n\
            Proxy-Connection: c\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n";
        let mut reader = AnswerReader::new(false);
        let Ok((_, Head::Final(answer))) = reader.read_head(wire.as_bytes()) else {
            panic!("no head")
        };
        assert_eq!(answer.headers().keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-a"]);
        assert_eq!(answer.headers().get_all("x-a").iter().count(), 2);
        let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
        assert_eq!(AnswerReader::new(false).read_head(switch).unwrap_err(), NoAnswer);
    }
}
