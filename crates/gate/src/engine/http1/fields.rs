//! The header lines of a head (RFC 9110 5, RFC 9112 5), found in one walk.

use smallvec::SmallVec;

use super::name::Known;
use super::scan::Scan;

/// One header line, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'b> {
    /// In the letter case of the sender.
    pub name: &'b [u8],
    /// Which name that is.
    pub known: Known,
    /// Without the white space around it. May hold bytes above 0x7f, never a control but tab.
    pub value: &'b [u8],
}

/// Where a line stands in its head, which is shorter than 64 KiB.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: u16,
    name_end: u16,
    value: u16,
    value_end: u16,
    known: Known,
    /// Whether it is written as the gate would write it: one space, and nothing behind the value.
    is_plain: bool,
}

/// The header lines of a head, in order.
#[derive(Clone, Debug)]
pub struct Fields<'b> {
    head: &'b [u8],
    lines: SmallVec<[Line; 24]>,
    /// Which of the known names there are, by [`Known::bit`].
    present: u64,
}

/// What a name may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Letters, digits and hyphens: other characters are one thing to one server and another
    /// thing to the next (`_` is `-` to CGI).
    Plain,
    /// All that RFC 9110 5.6.2 calls a token.
    Token,
}

/// A line is no header line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadLine;

const PLAIN: u8 = 1;
const TOKEN: u8 = 2;
static CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "computed when the program is built")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            classes[byte as usize] = PLAIN | TOKEN;
        }
        byte += 1;
    }
    let mut others: &[u8] = b"!#$%&'*+.^_`|~";
    while let [first, rest @ ..] = others {
        classes[*first as usize] = TOKEN;
        others = rest;
    }
    classes
}

impl Names {
    pub(super) fn may_hold(self, byte: u8) -> bool {
        let class = CLASSES.get(usize::from(byte)).copied().unwrap_or_default();
        class & if self == Self::Plain { PLAIN } else { TOKEN } != 0
    }
}

const fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a whole head holds no control but tab and the ends of its `lines`.
pub(super) fn is_clean(head: &[u8], lines: usize) -> bool {
    let (mut has_control, mut returns) = (false, 0);
    // Pieces in which a byte can count the carriage returns, so that many bytes are looked at at
    // once.
    for piece in head.chunks(128) {
        let mut counted = 0_u8;
        for &byte in piece {
            has_control |=
                byte == 0x7f || (byte < b' ' && byte != b'\t' && byte != b'\r' && byte != b'\n');
            counted += u8::from(byte == b'\r');
        }
        returns += usize::from(counted);
    }
    // Each line feed has one before it: so there is none elsewhere.
    !has_control && returns == lines
}

impl<'b> Fields<'b> {
    /// Reads the lines between the first and the empty one of `head`, whose ends `scan` has found
    /// and which [`is_clean`].
    pub(super) fn read(head: &'b [u8], scan: &Scan, names: Names) -> Result<Self, BadLine> {
        let mut fields = Self { head, lines: SmallVec::new(), present: 0 };
        let (mut start, lines) = match scan.ends() {
            [first, lines @ .., _] => (first + 1, lines),
            _ => return Err(BadLine),
        };
        for &end in lines {
            let bytes = head.get(usize::from(start)..usize::from(end) - 1).ok_or(BadLine)?;
            fields.lines.push(read_line(bytes, start, names)?);
            fields.present |= fields.lines.last().map_or(0, |line| line.known.bit());
            start = end + 1;
        }
        Ok(fields)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Header<'b>> + '_ {
        self.lines.iter().map(|line| self.header(line))
    }

    /// Whether there is one of this name.
    pub const fn has(&self, known: Known) -> bool {
        self.present & known.bit() != 0
    }

    /// The values of all lines of this name.
    pub fn all(&self, known: Known) -> impl Iterator<Item = &'b [u8]> + '_ {
        let lines = if self.has(known) { self.lines.as_slice() } else { &[] };
        let of_name = lines.iter().filter(move |line| line.known == known);
        of_name.map(|line| self.between(line.value, line.value_end))
    }

    /// The value of the one line of this name; `None` when it is missing or stands there twice.
    pub fn single(&self, known: Known) -> Option<&'b [u8]> {
        let mut values = self.all(known);
        let first = values.next()?;
        if values.next().is_some() { None } else { Some(first) }
    }

    /// The same for any name, in any letter case.
    pub fn single_named(&self, name: &str) -> Option<&'b [u8]> {
        let mut lines =
            self.iter().filter(|header| header.name.eq_ignore_ascii_case(name.as_bytes()));
        let first = lines.next()?;
        if lines.next().is_some() { None } else { Some(first.value) }
    }

    /// Appends those that `keeps` to `out`. Lines that stand together and are written as the gate
    /// writes them go over in one piece.
    pub fn copy(&self, out: &mut Vec<u8>, mut keeps: impl FnMut(Header<'b>) -> bool) {
        let mut from = 0;
        let mut upto = 0;
        for line in &self.lines {
            if !keeps(self.header(line)) {
                continue;
            }
            if line.is_plain && line.start == upto {
                upto = line.value_end + 2;
                continue;
            }
            out.extend_from_slice(self.between(from, upto));
            (from, upto) = if line.is_plain { (line.start, line.value_end + 2) } else { (0, 0) };
            if !line.is_plain {
                out.extend_from_slice(self.between(line.start, line.name_end));
                out.extend_from_slice(b": ");
                out.extend_from_slice(self.between(line.value, line.value_end));
                out.extend_from_slice(b"\r\n");
            }
        }
        out.extend_from_slice(self.between(from, upto));
    }

    fn header(&self, line: &Line) -> Header<'b> {
        Header {
            name: self.between(line.start, line.name_end),
            known: line.known,
            value: self.between(line.value, line.value_end),
        }
    }

    fn between(&self, from: u16, upto: u16) -> &'b [u8] {
        self.head.get(usize::from(from)..usize::from(upto)).unwrap_or_default()
    }
}

/// Reads one line, without its end, that begins at `start` of its head.
fn read_line(bytes: &[u8], start: u16, names: Names) -> Result<Line, BadLine> {
    let colon = bytes.iter().position(|&byte| !names.may_hold(byte)).ok_or(BadLine)?;
    let (name, value) = bytes.split_at_checked(colon).ok_or(BadLine)?;
    // A folded line begins with a space, and a space before the colon stands here too.
    let [b':', value @ ..] = value else { return Err(BadLine) };
    if name.is_empty() {
        return Err(BadLine);
    }
    let before = value.iter().take_while(|byte| is_blank(byte)).count();
    let value = value.get(before..).unwrap_or_default();
    let behind = value.iter().rev().take_while(|byte| is_blank(byte)).count();
    let is_plain = before == 1 && behind == 0 && bytes.get(colon + 1) == Some(&b' ');
    let at = |place: usize| u16::try_from(place).map_err(|_| BadLine);
    let (colon, before) = (at(colon)?, at(before)?);
    let name_end = start + colon;
    let value_begins = name_end + 1 + before;
    let value_end = value_begins + at(value.len() - behind)?;
    Ok(Line { start, name_end, value: value_begins, value_end, known: Known::of(name), is_plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Scan {
        let mut scan = Scan::default();
        assert_eq!(scan.advance(text.as_bytes()), Ok(Some(text.len())), "{text:?}");
        scan
    }

    fn head(lines: &str) -> String {
        format!("GET / HTTP/1.1\r\n{lines}\r\n")
    }

    #[test]
    fn lines_are_copied_as_they_came_and_odd_spaces_are_not() {
        let text = head("A: 1\r\nB:2\r\nC: 3 \r\nD:\t4\r\nE:\r\nF: 6\r\nG: 7\r\nHost: 8\r\n");
        let fields = Fields::read(text.as_bytes(), &scanned(&text), Names::Plain).unwrap();
        let copied = |kept: &str| {
            let mut out = Vec::new();
            fields.copy(&mut out, |header| kept.as_bytes().contains(&header.name[0]));
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            copied("ABCDEFGH"),
            "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: \r\nF: 6\r\nG: 7\r\nHost: 8\r\n"
        );
        assert_eq!(copied("AFH"), "A: 1\r\nF: 6\r\nHost: 8\r\n");
        assert_eq!(copied("BG"), "B: 2\r\nG: 7\r\n");
        assert_eq!(copied("GH"), "G: 7\r\nHost: 8\r\n");
        assert_eq!(copied(""), "");
        assert_eq!(fields.single(Known::Host), Some(&b"8"[..]));
        assert_eq!(fields.single_named("c"), Some(&b"3"[..]));
        assert!(!fields.has(Known::Cookie) && fields.len() == 8);
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for lines in ["A\r\n", ": 1\r\n", " A: 1\r\n", "A: 1\r\n B: 2\r\n", "A : 1\r\n", "Ä: 1\r\n"]
        {
            let text = head(lines);
            for names in [Names::Plain, Names::Token] {
                assert!(Fields::read(text.as_bytes(), &scanned(&text), names).is_err(), "{lines:?}");
            }
        }
        let text = head("A_B: 1\r\n");
        assert!(Fields::read(text.as_bytes(), &scanned(&text), Names::Plain).is_err());
        assert!(Fields::read(text.as_bytes(), &scanned(&text), Names::Token).is_ok());
    }

    #[test]
    fn controls_are_seen_wherever_they_stand() {
        let clean = head(&format!("A: {}\tä\r\n", "x".repeat(300)));
        assert!(is_clean(clean.as_bytes(), 3));
        for at in 0..clean.len() {
            for control in [0_u8, 1, 8, 11, 12, 14, 31, 127, b'\r'] {
                let mut bytes = clean.clone().into_bytes();
                if bytes[at] == b'\r' || bytes[at] == b'\n' {
                    continue;
                }
                bytes[at] = control;
                assert!(!is_clean(&bytes, 3), "{control} at {at}");
            }
        }
    }
}
