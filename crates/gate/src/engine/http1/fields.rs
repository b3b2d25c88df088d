//! The header lines of a head (RFC 9110 5, RFC 9112 5), found in one walk.

use super::name::{Known, LONGEST, LOWER, Words};
use super::scan::{EACH, HIGH, Scan, equal};

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
pub(super) struct Line {
    start: u16,
    name_end: u16,
    value: u16,
    value_end: u16,
    known: Known,
    /// Whether it is written as the gate would write it: one space, and nothing behind the value.
    is_plain: bool,
}

/// The header lines of a head, in order.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'b> {
    head: &'b [u8],
    lines: &'b [Line],
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

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'b> Fields<'b> {
    /// Reads the lines between the first and the empty one of `head`, whose ends `scan` has found
    /// and which holds no control.
    pub(super) fn read(head: &'b [u8], scan: &'b mut Scan, names: Names) -> Result<Self, BadLine> {
        let mut present = 0;
        let (ends, lines) = scan.parts();
        let (mut start, ends) = match ends {
            [first, ends @ .., _] => (first + 1, ends),
            _ => return Err(BadLine),
        };
        lines.clear();
        for &end in ends {
            let line = read_line(head, (start, end - 1), names)?;
            present |= line.known.bit();
            lines.push(line);
            start = end + 1;
        }
        Ok(Self { head, lines, present })
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
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
        let lines = if self.has(known) { self.lines } else { &[] };
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
        for line in self.lines {
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

/// Reads the line from `start` to before `end`.
fn read_line(head: &[u8], (start, end): (u16, u16), names: Names) -> Result<Line, BadLine> {
    let (known, name_end) = match read_name(head, start) {
        Some((known, length)) => (known, start + length),
        None => read_any_name(head, (start, end), names)?,
    };
    // One space and a value follow in nearly all lines; all others are looked at closely.
    let at = |place: u16| head.get(usize::from(place));
    let value = name_end + 2;
    let is_plain = value < end
        && at(name_end + 1) == Some(&b' ')
        && !at(value).is_none_or(|&byte| is_blank(byte))
        && !at(end - 1).is_none_or(|&byte| is_blank(byte));
    if is_plain {
        return Ok(Line { start, name_end, value, value_end: end, known, is_plain });
    }
    read_any_value(head, (start, name_end, end), known)
}

/// Reads any other value, behind the colon at `name_end`.
#[cold]
fn read_any_value(
    head: &[u8],
    (start, name_end, end): (u16, u16, u16),
    known: Known,
) -> Result<Line, BadLine> {
    let range = usize::from(name_end) + 1..usize::from(end);
    let value = head.get(range).ok_or(BadLine)?;
    let before = value.iter().take_while(|byte| is_blank(**byte)).count();
    let length = value.trim_ascii().len();
    let count = |count: usize| u16::try_from(count).map_err(|_| BadLine);
    let value = name_end + 1 + count(before)?;
    let value_end = value + count(length)?;
    Ok(Line { start, name_end, value, value_end, known, is_plain: false })
}

/// Whether all bytes of a word that was set [`LOWER`] are small letters, digits and hyphens.
const fn is_name(word: u64) -> bool {
    // Without their highest bits, which are looked at last, no byte carries into the next one.
    let low = word & !HIGH;
    let from_a = low.wrapping_add((0x80 - b'a' as u64) * EACH);
    let to_z = low.wrapping_add((0x7f - b'z' as u64) * EACH);
    let from_0 = low.wrapping_add((0x80 - b'0' as u64) * EACH);
    let to_9 = low.wrapping_add((0x7f - b'9' as u64) * EACH);
    let not_hyphen = (low ^ (b'-' as u64 * EACH)).wrapping_add(0x7f * EACH);
    let is_one = (from_a & !to_z) | (from_0 & !to_9) | !not_hyphen;
    is_one & !word & HIGH == HIGH
}

/// Reads a name of letters, digits and hyphens up to its colon, eight bytes at once; `None` where
/// it is longer than all that are known, has other characters, or stands at the end of the head.
fn read_name(head: &[u8], start: u16) -> Option<(Known, u16)> {
    let mut words: Words = [LOWER; LONGEST / 8];
    let mut rest = head.get(usize::from(start)..)?;
    let mut length = 0;
    for place in &mut words {
        let (word, others) = rest.split_first_chunk::<8>()?;
        let word = u64::from_le_bytes(*word);
        let colon = equal(word, b':');
        if colon == 0 {
            *place = word | LOWER;
            length += 8;
            rest = others;
            continue;
        }
        // What stands from the colon on is no part of the name.
        let bits = colon.trailing_zeros() - 7;
        *place = (word & ((1 << bits) - 1)) | LOWER;
        length += u16::try_from(bits / 8).unwrap_or_default();
        // The head holds no control, of which one would have become a hyphen or a digit: so what
        // equals a known name is one.
        let known = Known::of_words(&words, length.into());
        let is_name = known != Known::Other || (length > 0 && are_names(&words, length));
        return is_name.then_some((known, length));
    }
    None
}

/// Whether the first `length` bytes of `words` are small letters, digits and hyphens.
#[inline(never)]
fn are_names(words: &Words, length: u16) -> bool {
    let full = usize::from(length / 8);
    let rest = length % 8 * 8;
    // Behind the end everything is right.
    let filler = (u64::from(b'a') * EACH) << rest;
    let last = words.get(full).copied().unwrap_or(LOWER);
    words.iter().take(full).all(|&word| is_name(word)) && (rest == 0 || is_name(last | filler))
}

/// Reads any other name, and says where it ends.
#[cold]
fn read_any_name(
    head: &[u8],
    (start, end): (u16, u16),
    names: Names,
) -> Result<(Known, u16), BadLine> {
    let line = head.get(usize::from(start)..usize::from(end)).ok_or(BadLine)?;
    let colon = line.iter().position(|&byte| !names.may_hold(byte)).ok_or(BadLine)?;
    // A folded line begins with a space, and a space before the colon stands here too.
    if colon == 0 || line.get(colon) != Some(&b':') {
        return Err(BadLine);
    }
    let known = Known::of(line.get(..colon).unwrap_or_default());
    Ok((known, start + u16::try_from(colon).map_err(|_| BadLine)?))
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
        let mut scan = scanned(&text);
        let fields = Fields::read(text.as_bytes(), &mut scan, Names::Plain).unwrap();
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
                assert!(
                    Fields::read(text.as_bytes(), &mut scanned(&text), names).is_err(),
                    "{lines:?}"
                );
            }
        }
        let text = head("A_B: 1\r\n");
        assert!(Fields::read(text.as_bytes(), &mut scanned(&text), Names::Plain).is_err());
        assert!(Fields::read(text.as_bytes(), &mut scanned(&text), Names::Token).is_ok());
    }

    #[test]
    fn names_are_read_alike_eight_bytes_at_once_and_one() {
        for length in 0..40 {
            let name = "Aa-9zZ0x".repeat(5)[..length].to_owned();
            for at in 0..=length {
                for byte in (b' '..127).chain(128..=255) {
                    let mut text = b"GET / HTTP/1.1\r\n".to_vec();
                    text.extend_from_slice(name.as_bytes());
                    text.extend_from_slice(b": value and more\r\n\r\n");
                    text[16 + at] = byte;
                    let mut scan = Scan::default();
                    assert_eq!(scan.advance(&text), Ok(Some(text.len())));
                    let line = (16, scan.ends()[1] - 1);
                    let one = read_any_name(&text, line, Names::Plain).ok();
                    let eight = read_name(&text, 16).map(|(known, length)| (known, 16 + length));
                    if eight.is_some() || one.is_some_and(|(_, end)| end < 16 + 32) {
                        assert_eq!(eight, one, "{byte} at {at} of {length}");
                    }
                }
            }
        }
    }
}
