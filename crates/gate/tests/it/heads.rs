//! Heads, read by the gate's reader and by another one: the crate `httparse`, which is older and more
//! lenient. What the gate takes, the other takes too, and reads in it the same.

use gatepass_gate::engine::http1::scan::Scan;
use gatepass_gate::engine::http1::{request, response};
use proptest::collection::vec;
use proptest::prelude::*;

/// What heads are made of: what is right, and what somebody has read in two ways.
const PIECES: [&[u8]; 44] = [
    b"GET",
    b"POST",
    b" ",
    b"/",
    b"/rest/api/2/issue/EX-1?a=b",
    b" HTTP/1.1\r\n",
    b" HTTP/1.0\r\n",
    b"HTTP/1.1 ",
    b"HTTP/1.0 ",
    b"200",
    b"404",
    b" OK",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\t",
    b":",
    b": ",
    b" :",
    b"Host: a\r\n",
    b"host:a\r\n",
    b"HOST:\ta \r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive, X-A\r\n",
    b"X-A: 1\r\n",
    b"X_A: 1\r\n",
    b"X-B:\r\n",
    b"X-C: \xc3\xa4 \t \r\n",
    b"X-D: a  b\r\n",
    b" folded\r\n",
    b"\x00",
    b"\x0b",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"a",
    b"Z",
    b";",
    b"#",
];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    vec(prop::sample::select(PIECES.to_vec()), 0..14).prop_map(|pieces| pieces.concat())
}

fn around(first: &'static [u8], last: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    pieces().prop_map(move |middle| [first, &middle, last].concat())
}

fn requests() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        pieces(),
        around(b"GET / HTTP/1.1\r\n", b"\r\n"),
        around(b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"),
        around(b"POST /x HTTP/1.1\r\n", b"Host: a\r\n\r\n"),
    ]
}

fn answers() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        pieces(),
        around(b"HTTP/1.1 200 OK\r\n", b"\r\n"),
        around(b"HTTP/1.1 ", b"\r\n\r\n")
    ]
}

/// Names and values, as another reader reads them.
fn lines<'b>(headers: &[httparse::Header<'b>]) -> Vec<(&'b [u8], &'b [u8])> {
    headers.iter().map(|header| (header.name.as_bytes(), header.value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_request_that_is_taken_is_read_alike_by_another_reader(bytes in requests()) {
        let mut scan = Scan::default();
        let Ok(head) = request::read(&bytes, &mut scan, &request::HeadLimits::default()) else { return Ok(()) };
        let mut other = [httparse::EMPTY_HEADER; 100];
        let mut read = httparse::Request::new(&mut other);
        prop_assert_eq!(read.parse(&bytes), Ok(httparse::Status::Complete(bytes.len())));
        prop_assert_eq!(read.method, Some(head.method.as_str()));
        prop_assert_eq!(read.path.map(str::as_bytes), Some(head.target));
        prop_assert_eq!(read.version == Some(1), head.version == request::Version::Http11);
        let ours: Vec<_> = head.fields.iter().map(|header| (header.name, header.value)).collect();
        prop_assert_eq!(lines(read.headers), ours);
        for header in head.fields.iter() {
            prop_assert!(head.fields.all(header.known).any(|value| value == header.value));
        }
    }

    #[test]
    fn an_answer_that_is_taken_is_read_alike_by_another_reader(bytes in answers()) {
        let mut scan = Scan::default();
        let Ok(Some((head, end))) = response::read(&bytes, &mut scan) else { return Ok(()) };
        let mut other = [httparse::EMPTY_HEADER; 100];
        let mut read = httparse::Response::new(&mut other);
        prop_assert_eq!(read.parse(&bytes), Ok(httparse::Status::Complete(end)));
        prop_assert_eq!(read.code, Some(head.status));
        let ours: Vec<_> = head.fields.iter().map(|header| (header.name, header.value)).collect();
        prop_assert_eq!(lines(read.headers), ours);
    }

    #[test]
    fn a_plain_head_is_taken(
        names in vec("[A-Za-z][A-Za-z0-9-]{0,20}", 0..20),
        values in vec("[ -~]{0,60}", 20),
    ) {
        let mut text = String::from("GET /a HTTP/1.1\r\nHost: a\r\n");
        for (name, value) in names.iter().zip(&values) {
            // Names that mean something must not stand there twice, or with any value.
            text.extend(["Q", name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        let mut scan = Scan::default();
        let head = request::read(text.as_bytes(), &mut scan, &request::HeadLimits::default());
        prop_assert!(head.is_ok_and(|head| head.fields.len() == names.len() + 1), "{}", text);
    }
}
