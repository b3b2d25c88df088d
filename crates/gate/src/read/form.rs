//! Bodies that a decision needs: forms, from which products take passwords and identities, and
//! the few JSON doors.

use gatepass_model::{Method, Reason, Refusal};

use crate::engine::http1::name::Known;
use crate::engine::http1::request::RequestHead;

/// What must be read of a body before a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    /// Nothing: it streams.
    Nothing,
    /// The parameters of a form.
    Form,
    /// The credentials of a sign-in by JSON.
    Json,
}

/// What of the body a decision on this request needs.
///
/// A servlet container takes parameters from the body of POST only, and only of the type
/// `application/x-www-form-urlencoded`; more than one type, a charset that is not read alike by
/// everybody, or a coded body would let a password by unseen.
pub(crate) fn needed_of(head: &RequestHead<'_>, is_json_door: bool) -> Result<Needed, Refusal> {
    if head.method != Method::Post || !head.framing.has_body() {
        return Ok(Needed::Nothing);
    }
    if head.all(Known::ContentType).count() > 1 {
        return Err(Refusal::new(
            Reason::MalformedRequest,
            "There are two Content-Type lines. Send only one.",
        ));
    }
    let kind = head.single(Known::ContentType).unwrap_or_default();
    let end = kind.iter().position(|&byte| byte == b';').unwrap_or(kind.len());
    let (media, parameters) = kind.split_at(end);
    let is_form = media.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
    if !is_form && !is_json_door {
        return Ok(Needed::Nothing);
    }
    let plain_charset = charset_is_readable(parameters);
    let plain_coding = head
        .all(Known::ContentEncoding)
        .all(|value| value.is_empty() || value.eq_ignore_ascii_case(b"identity"));
    if !plain_charset || !plain_coding {
        return Err(Refusal::new(
            Reason::BodyUnreadable,
            "The form can't be checked for credentials. Send it in UTF-8 and without \
             Content-Encoding.",
        ));
    }
    Ok(if is_form { Needed::Form } else { Needed::Json })
}

/// Refuses a query that a container might read in other letters than the gate does.
///
/// Jira's own `server.xml` says `useBodyEncodingForURI`: Tomcat then decodes the query, of any
/// method and without a body too, in the charset that `Content-Type` names. In code page 500
/// `%96%a2m%a4%a2%85%99%95%81%94%85` is `os_username`.
pub(crate) fn check_query_charset(
    head: &RequestHead<'_>,
    query: Option<&str>,
) -> Result<(), Refusal> {
    if query.is_none_or(str::is_empty) || head.all(Known::ContentType).all(charset_is_readable) {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::BodyUnreadable,
        "The query can't be checked for credentials in the charset that Content-Type names. \
         Send it in UTF-8.",
    ))
}

/// UTF-8, ISO-8859-1, Windows-1252, US-ASCII, or none: in all of them `os_password` is spelled in
/// the same bytes.
fn charset_is_readable(parameters: &[u8]) -> bool {
    // Most say nothing of it.
    let says_charset = |at: usize| {
        let start = at.saturating_sub(1);
        parameters.get(start..start + 7).is_some_and(|part| part.eq_ignore_ascii_case(b"charset"))
    };
    if !memchr::memchr2_iter(b'h', b'H', parameters).any(says_charset) {
        return true;
    }
    let text = String::from_utf8_lossy(parameters).to_ascii_lowercase();
    // Tomcat takes the first `charset=` in the text: that of `; xcharset=ibm500; charset=utf-8`.
    if text.matches("charset").count() > 1 {
        return false;
    }
    let mut charsets = text.split(';').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        (name.trim() == "charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    let known = |name: &str| {
        matches!(name, "utf-8" | "utf8" | "iso-8859-1" | "latin1" | "windows-1252" | "us-ascii")
    };
    match (charsets.next(), charsets.next()) {
        (None, _) => !text.contains("charset"),
        (Some(one), None) => known(&one),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::http1::request::read_text;

    fn needed(lines: &str, json_door: bool) -> Result<Needed, Reason> {
        let text = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n{lines}\r\n");
        let head = read_text(&text).unwrap();
        needed_of(&head, json_door).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn forms_and_json_doors_are_read_and_nothing_else() {
        let form = "Content-Type: Application/x-www-form-urlencoded; charset=\"UTF-8\"\r\n";
        assert_eq!(needed(form, false), Ok(Needed::Form));
        assert_eq!(needed("Content-Type: application/json\r\n", false), Ok(Needed::Nothing));
        assert_eq!(needed("Content-Type: application/json\r\n", true), Ok(Needed::Json));
        assert_eq!(
            needed("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", false),
            Ok(Needed::Nothing)
        );
        assert_eq!(needed("", false), Ok(Needed::Nothing));
    }

    #[test]
    fn a_query_in_other_letters_is_refused_whatever_the_method() {
        let check = |lines: &str, query| {
            let text = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
            let head = read_text(&text).unwrap();
            check_query_charset(&head, query).map_err(|refusal| refusal.reason)
        };
        for kind in [
            "text/plain; charset=IBM500",
            "text/plain;charset=\"cp037\"",
            "charset=IBM500",
            "text/plain; xcharset=IBM500; charset=utf-8",
            "text/plain\r\nContent-Type: text/plain; charset=utf-16",
        ] {
            let line = format!("Content-Type: {kind}\r\n");
            assert_eq!(check(&line, Some("a")), Err(Reason::BodyUnreadable), "{kind}");
            assert_eq!(check(&line, Some("")), Ok(()), "{kind}");
            assert_eq!(check(&line, None), Ok(()), "{kind}");
        }
        for kind in [
            "application/json",
            "application/json; charset=UTF-8",
            "multipart/form-data; boundary=x",
        ] {
            assert_eq!(check(&format!("Content-Type: {kind}\r\n"), Some("a")), Ok(()), "{kind}");
        }
        assert_eq!(check("", Some("a")), Ok(()));
    }

    #[test]
    fn a_form_that_hides_its_names_is_refused() {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        for lines in [
            format!("{kind}; charset=utf-16\r\n"),
            format!("{kind}; charset=ibm500\r\n"),
            format!("{kind}; charset=utf-8; charset=utf-16\r\n"),
            format!("{kind}; xcharset=ibm500; charset=utf-8\r\n"),
            format!("{kind}; charset\r\n"),
            format!("{kind}\r\nContent-Encoding: gzip\r\n"),
        ] {
            assert_eq!(needed(&lines, false), Err(Reason::BodyUnreadable), "{lines}");
        }
        assert_eq!(
            needed(&format!("{kind}\r\nContent-Type: text/plain\r\n"), false),
            Err(Reason::MalformedRequest)
        );
    }
}
