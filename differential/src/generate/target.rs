//! Paths: known ones, and what people do to them to have them read as others.

use crate::dice::Dice;

const PATHS: [&str; 44] = [
    "/rest/api/2/issue/ABC-1",
    "/rest/api/2/issue/ABC-1/comment/10000",
    "/rest/api/2/user",
    "/rest/api/latest/user",
    "/rest/api/2/search",
    "/rest/api/2/myself",
    "/rest/api/2/project/ABC",
    "/rest/api/2/project/ABC/versions",
    "/rest/api/2/issue/createmeta",
    "/rest/auth/1/session",
    "/rest/auth/latest/session",
    "/rest/pat/latest/tokens",
    "/rest/agile/1.0/board/1/issue",
    "/rest/greenhopper/1.0/rapidview",
    "/rest/plugins/1.0/",
    "/rest/applinks/3.0/applicationlink",
    "/rest/api/2/attachment/10000",
    "/rest/api/content/12345",
    "/rest/api/space/DS",
    "/rpc/soap/jirasoapservice-v2",
    "/rpc/xmlrpc",
    "/login.jsp",
    "/dologin.action",
    "/secure/Dashboard.jspa",
    "/secure/admin/ViewApplicationProperties.jspa",
    "/secure/WebSudoAuthenticate.jspa",
    "/secure/attachment/10000/a%20b.txt",
    "/secure/CommentAssignIssue!default.jspa",
    "/browse/ABC-1",
    "/projects/ABC/issues",
    "/plugins/servlet/oauth/request-token",
    "/plugins/servlet/applinks/listApplicationLinks",
    "/plugins/servlet/streams",
    "/sr/jira.issueviews:searchrequest-xml/temp/SearchRequest.xml",
    "/activity",
    "/images/icons/issuetypes/bug.svg",
    "/s/abc/_/download/batch/x.js",
    "/s/abc-CDN/1/_/rest/api/2/user",
    "/download/attachments/1/a.txt",
    "/display/DS/Home",
    "/pages/viewpage.action",
    "/WEB-INF/web.xml",
    "/favicon.ico",
    "/",
];

const SEGMENTS: [&str; 52] = [
    "..",
    ".",
    "",
    "%2e%2e",
    "%2E%2e",
    ".%2e",
    "%2e",
    "..;",
    "..;x=y",
    ";",
    ";x=y",
    ".;",
    "%2f",
    "%2F..",
    "%5c",
    "\\",
    "..\\",
    "%00",
    "%c0%af",
    "%c0%ae%c0%ae",
    "%e0%80%af",
    "%ef%bc%8f",
    "%u002e%u002e",
    "..%00",
    "%0a",
    "%20",
    "+",
    "*",
    "~",
    "%7e",
    "%25",
    "%252e%252e",
    "%25%32%65",
    "_",
    "s",
    "rest",
    "%72est",
    "REST",
    "rest;a=b",
    "rest%3bx",
    "api",
    "2",
    "user",
    "session",
    "below",
    "%62elow",
    "BELOW",
    "WEB-INF",
    "gatepass",
    "%c3%a4",
    "%80",
    "...",
];

const SUFFIXES: [&str; 30] = [
    "/",
    ".json",
    ".xml",
    ";jsessionid=1",
    ";jsessionid=1/",
    "%20",
    "%00",
    ".",
    "%2e",
    "%09",
    "/.",
    "/..",
    "/../",
    "//",
    "%3f",
    "%23",
    "#x",
    "%",
    "%2",
    "%zz",
    "%25",
    "%252e",
    "%3b",
    ";",
    "/;",
    "/%2e%2e/",
    "%7f",
    "%c2%85",
    ".jspa",
    "%2ejspa",
];

const SEPARATORS: [&str; 16] = [
    "//", "%2f", "%2F", "\\", "%5c", "/./", "/x/../", ";/", "/;/", "/;a=b/", "/%2e/", "/.;/",
    "%252f", "/..;/", "/%00/", "/%20/",
];

/// A path, usually below the instance's own.
pub(super) fn path(dice: &Dice, context: &str) -> Vec<u8> {
    let mut path = Vec::new();
    if dice.percent(94) {
        path.extend_from_slice(context.as_bytes());
    }
    path.extend_from_slice(dice.pick(&PATHS).as_bytes());
    let changes = match dice.below(10) {
        0..6 => 0,
        6..8 => 1,
        8 => 2,
        _ => 1 + dice.below(5),
    };
    for _ in 0..changes {
        change(dice, &mut path);
    }
    if path.first() != Some(&b'/') && dice.percent(90) {
        path.insert(0, b'/');
    }
    // A space, CR or LF would end the target: they are tried with the heads.
    path.retain(|byte| !matches!(byte, b' ' | b'\r' | b'\n'));
    path
}

fn change(dice: &Dice, path: &mut Vec<u8>) {
    let at = dice.below(path.len() + 1);
    match dice.below(14) {
        0..3 => encode_one(dice, path, at),
        3 => encode_one(dice, path, path.iter().position(|&b| b == b'%').unwrap_or(at)),
        4..7 => {
            let slash = slash_near(path, at);
            let segment = [b"/", dice.pick(&SEGMENTS).as_bytes()].concat();
            path.splice(slash..slash, segment);
        }
        7 => path.extend_from_slice(dice.pick(&SUFFIXES).as_bytes()),
        8 => {
            if let Some(byte) = path.get_mut(at) {
                *byte ^= if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
            }
        }
        9 | 10 => {
            let slash = slash_near(path, at);
            if slash < path.len() {
                path.splice(slash..=slash, dice.pick(&SEPARATORS).bytes());
            }
        }
        11 => path.insert(at, dice.byte()),
        12 => {
            let before = [
                "/s/x/_",
                "/s/a;b/_",
                "/x/..",
                "/below",
                "/below/..",
                "/;",
                "/s/_/s/_",
                "/gatepass/..",
            ];
            path.splice(0..0, dice.pick(&before).bytes());
        }
        _ => encode_all(dice, path),
    }
}

/// Where a slash stands at or before `at`; else the end.
fn slash_near(path: &[u8], at: usize) -> usize {
    let before = path.get(..at).unwrap_or_default();
    before.iter().rposition(|&byte| byte == b'/').unwrap_or(path.len())
}

fn encode_one(dice: &Dice, path: &mut Vec<u8>, at: usize) {
    if let Some(&byte) = path.get(at) {
        path.splice(at..=at, escape(dice, byte));
    }
}

/// Whole stretches of it, as a scanner does.
fn encode_all(dice: &Dice, path: &mut Vec<u8>) {
    let encoded = path.iter().flat_map(|&byte| {
        if byte != b'/' && dice.percent(30) { escape(dice, byte).to_vec() } else { vec![byte] }
    });
    *path = encoded.collect();
}

/// `%41`, its hexadecimal digits in either case.
pub(super) fn escape(dice: &Dice, byte: u8) -> [u8; 3] {
    let digits: &[u8; 16] =
        if dice.percent(50) { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
    let digit = |nibble: u8| digits.get(usize::from(nibble)).copied().unwrap_or(b'0');
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// The absolute form (RFC 9112 3.2.2), true or not.
pub(super) fn absolute(dice: &Dice, host: &str, target: &[u8]) -> Vec<u8> {
    let scheme = dice.pick(&["http://", "https://", "HTTP://", "ftp://", "http:/"]);
    let authority = match dice.below(6) {
        0 => "evil.example".to_owned(),
        1 => format!("u:p@{host}"),
        2 => host.to_ascii_uppercase(),
        3 => format!("{host}:80"),
        _ => host.to_owned(),
    };
    [scheme.as_bytes(), authority.as_bytes(), target].concat()
}
