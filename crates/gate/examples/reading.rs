//! What reading heads costs: a request's and an answer's, as a script and Jira send them. Prints
//! nanoseconds; below `valgrind --tool=callgrind` it tells instructions.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::hint::black_box;
use std::time::Instant;

use gatepass_gate::engine::http1::scan::Scan;
use gatepass_gate::engine::http1::{request, response};

const ROUNDS: u32 = 200_000;

const REQUEST: &[u8] = b"GET /rest/api/2/issue/EX-1234?fields=summary,status,assignee HTTP/1.1\r\n\
Host: jira.example.com\r\nUser-Agent: python-requests/2.32.3 nightly-report/14\r\n\
Accept: application/json\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-GB,en;q=0.8\r\n\
Cache-Control: no-cache\r\nX-Atlassian-Token: no-check\r\n\
X-Correlation-Id: 4bf92f3577b34da6a3ce929d0e0e4736\r\nContent-Type: application/json\r\n\
Authorization: Bearer gpass_00000000000000000000000000000000000000\r\n\r\n";

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 28 Nov 2026 07:00:00 GMT\r\n\
Content-Type: application/json\r\nContent-Length: 3000\r\n\
Last-Modified: Sat, 28 Nov 2026 07:00:00 GMT\r\nConnection: keep-alive\r\n\
ETag: \"6565a5b0-bb8\"\r\nX-AREQUESTID: 871x41823x1\r\nX-ANODEID: node1\r\n\
Referrer-Policy: strict-origin-when-cross-origin\r\nX-XSS-Protection: 1; mode=block\r\n\
X-Content-Type-Options: nosniff\r\nX-Frame-Options: SAMEORIGIN\r\n\
Content-Security-Policy: frame-ancestors 'self'\r\n\
Cache-Control: no-cache, no-store, no-transform\r\nX-AUSERNAME: user-17\r\n\
Accept-Ranges: bytes\r\n\r\n";

fn measure(name: &str, mut one: impl FnMut() -> bool) {
    let began = Instant::now();
    for _ in 0..ROUNDS {
        assert!(one(), "{name} is not read");
    }
    println!("{name}: {} ns", began.elapsed().as_nanos() / u128::from(ROUNDS));
}

fn main() {
    let (mut scan, mut other) = (Scan::default(), Scan::default());
    let limits = request::HeadLimits::default();
    measure("a request", || request::read(black_box(REQUEST), &mut scan, &limits).is_ok());
    measure("an answer", || {
        response::read(black_box(ANSWER), &mut other).is_ok_and(|head| head.is_some())
    });
}
