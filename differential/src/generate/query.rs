//! Parameters, of queries and of forms.

use super::target::escape;
use crate::dice::Dice;

/// Among them what others do with them; most are harmless, lest nothing gets through.
const ODD: [&str; 22] = [
    "os_username",
    "os_password",
    "os_username",
    "os_authType",
    "os_cookie",
    "j_username",
    "j_password",
    "webSudoPassword",
    "xoauth_requestor_id",
    "jwt",
    "oauth_token",
    "oauth_consumer_key",
    "OS_USERNAME",
    "os_username[]",
    "os.username",
    "_method",
    "os_passwor",
    "a;os_username",
    " os_username",
    "os_username ",
    "os_username;x",
    "",
];

const NAMES: [&str; 8] =
    ["jql", "expand", "fields", "x", "startAt", "user", "username", "filter[]"];

const VALUES: [&str; 26] = [
    "",
    "1",
    "admin",
    "project = ABC",
    "project%20%3D%20ABC",
    "a+b",
    "\"x\"",
    "<x>",
    "[1]",
    "{a}",
    "a|b",
    "^",
    "`",
    "\\",
    "a=b",
    "=",
    "%3D",
    "%26os_username=admin",
    ";os_username=admin",
    "&os_password=x",
    "%C3%A4",
    "%e4",
    "%f0%9f%98%80",
    "~\"text\"",
    "%2B",
    "%25",
];

/// Some of them.
pub(super) fn parameters(dice: &Dice) -> Vec<u8> {
    let mut text = Vec::new();
    for place in 0..dice.below(6) {
        if place > 0 {
            text.extend_from_slice(
                dice.pick(&["&", "&", "&", "&", "&", "&&", ";", "?"]).as_bytes(),
            );
        }
        let name = if dice.percent(25) { dice.pick(&ODD) } else { dice.pick(&NAMES) };
        add_encoded(dice, name.as_bytes(), &mut text);
        if dice.percent(92) {
            text.push(b'=');
            add_value(dice, &mut text);
        }
    }
    match dice.below(60) {
        0 => text.extend_from_slice(b"&x=%00"),
        1 => text.extend_from_slice(b"&x=%zz"),
        2 => text.extend_from_slice(b"&os_password%=x"),
        3 => text.extend_from_slice(b"&x=%c3&os%c0%9fusername=x"),
        4 => ebcdic(b"&os_username=admin", &mut text),
        5 => text.insert(dice.below(text.len() + 1), dice.byte()),
        _ => {}
    }
    text.retain(|byte| !matches!(byte, b'\r' | b'\n' | b' ' | b'#'));
    text
}

fn add_value(dice: &Dice, text: &mut Vec<u8>) {
    let value = dice.pick(&VALUES);
    // Spaces would end the target; forms have them as they are read here, too.
    text.extend(value.bytes().map(|byte| if byte == b' ' { b'+' } else { byte }));
}

/// `name` with some of its characters escaped.
fn add_encoded(dice: &Dice, name: &[u8], text: &mut Vec<u8>) {
    let chance = dice.pick(&[0, 0, 0, 20, 100]);
    for &byte in name {
        match byte {
            b' ' => text.push(b'+'),
            byte if dice.percent(chance) => text.extend(escape(dice, byte)),
            byte => text.push(byte),
        }
    }
}

/// In code page 500, as whoever names that charset in `Content-Type` may have it read.
fn ebcdic(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'&' | b'=' => out.push(byte),
            byte => {
                let coded = match byte {
                    b'a'..=b'i' => 0x81 + (byte - b'a'),
                    b'j'..=b'r' => 0x91 + (byte - b'j'),
                    b's'..=b'z' => 0xa2 + (byte - b's'),
                    _ => 0x6d,
                };
                out.extend_from_slice(format!("%{coded:02x}").as_bytes());
            }
        }
    }
}
