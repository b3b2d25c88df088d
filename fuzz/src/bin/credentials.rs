//! The credential reader: it never panics, and nothing that holds a token is taken for anything
//! else.
#![no_main]

use gatepass_gate::fuzzing::{Presented, read_credentials};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let split = raw.iter().position(|&byte| byte == 0).unwrap_or(raw.len());
    let (lines, query) = raw.split_at(split);
    let query = std::str::from_utf8(query.get(1..).unwrap_or_default()).ok();
    let mut head = b"GET / HTTP/1.1\r\nHost: a\r\n".to_vec();
    head.extend_from_slice(lines);
    head.extend_from_slice(b"\r\n\r\n");
    match read_credentials(&head, query) {
        Presented::Unreadable | Presented::Refused => {}
        Presented::Read { has_token, has_other_credential, token_in_query } => {
            assert!(!token_in_query, "a token in the query passed");
            assert!(!(has_token && has_other_credential), "a token beside another credential passed");
        }
    }
});
