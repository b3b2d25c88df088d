//! The bytes of a row, and what of them must arrive when it is forwarded.

/// What is sent on one connection.
#[derive(Clone, Debug)]
pub struct Sent {
    /// All of it.
    pub bytes: Vec<u8>,
    head: usize,
}

impl Sent {
    /// Of these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        let head = memchr::memmem::find(&bytes, b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
        Self { bytes, head }
    }

    /// How long the first head is; everything when it does not end.
    pub const fn head_length(&self) -> usize {
        self.head
    }

    fn word(&self, number: usize) -> &[u8] {
        let line = self.bytes.split(|&byte| byte == b'\r').next().unwrap_or_default();
        line.split(|&byte| byte == b' ').nth(number).unwrap_or_default()
    }

    /// The method of the first request.
    pub fn method(&self) -> &[u8] {
        self.word(0)
    }

    /// The target of the first request.
    pub fn target(&self) -> &[u8] {
        self.word(1)
    }

    /// The body of the first request, read in the plain way: chunks where the head speaks of
    /// them, else as many bytes as the first `Content-Length` says.
    pub fn body(&self) -> Vec<u8> {
        let (head, rest) = self.bytes.split_at(self.head);
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let value = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.strip_prefix(name));
            lines.next().map(str::trim)
        };
        if value("transfer-encoding:").is_some_and(|coding| coding.contains("chunked")) {
            return unchunk(rest);
        }
        let length: usize =
            value("content-length:").and_then(|text| text.parse().ok()).unwrap_or_default();
        rest.get(..length.min(rest.len())).unwrap_or_default().to_vec()
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let Some(end) = memchr::memmem::find(rest, b"\r\n") else { return body };
        let (line, after) = rest.split_at(end);
        let digits = String::from_utf8_lossy(line.split(|&b| b == b';').next().unwrap_or_default());
        let size = usize::from_str_radix(digits.trim(), 16).unwrap_or_default();
        let after = after.get(2..).unwrap_or_default();
        let data = after.get(..size.min(after.len())).unwrap_or_default();
        if data.is_empty() {
            return body;
        }
        body.extend_from_slice(data);
        rest = after.get(size + 2..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_as_its_head_says() {
        let body = |text: &str| Sent::new(text.as_bytes().to_vec()).body();
        let chunked = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\nGET";
        assert_eq!(body(chunked), b"abc");
        assert_eq!(body("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET"), b"ab");
        assert_eq!(body("GET /a HTTP/1.1\r\n\r\nGET"), b"");
        let sent = Sent::new(b"GET /a HTTP/1.1\r\n\r\nGET".to_vec());
        assert_eq!(
            (sent.method(), sent.target(), sent.head_length()),
            (&b"GET"[..], &b"/a"[..], 19)
        );
    }
}
