//! Files out of a `multipart/form-data` body that is in memory (RFC 7578).

use axum::body::Bytes;
use memchr::memmem;

/// One part that has a file name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: Bytes,
}

/// The boundary that a `Content-Type` names.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    content_type
        .split(';')
        .filter_map(|part| part.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value.trim_matches('"').to_owned())
        .filter(|value| !value.is_empty())
}

/// The files in a body; `None` when it is not what the boundary says.
pub(super) fn files(body: &Bytes, boundary: &str) -> Option<Vec<File>> {
    let line = format!("--{boundary}");
    // The first boundary has no line end of its own when there is no preamble.
    let start = memmem::find(body, line.as_bytes())?;
    let mut rest = body.slice(start + line.len()..);
    let next = format!("\r\n--{boundary}");
    let mut files = Vec::new();
    while !rest.starts_with(b"--") {
        let head_end = memmem::find(&rest, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(rest.get(..head_end)?).into_owned();
        let after = rest.slice(head_end + 4..);
        let end = memmem::find(&after, next.as_bytes())?;
        if let Some(name) = file_name(&head) {
            let media_type = field(&head, "content-type").unwrap_or("application/octet-stream");
            let media_type = media_type.to_owned();
            files.push(File { name, media_type, bytes: after.slice(..end) });
        }
        rest = after.slice(end + next.len()..);
    }
    Some(files)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(own, _)| own.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// `filename*=utf-8''…` before `filename="…"`: clients send either for names outside ASCII.
fn file_name(head: &str) -> Option<String> {
    let disposition = field(head, "content-disposition")?;
    if let Some((_, rest)) = disposition.split_once("filename*=") {
        let encoded = rest.split(';').next()?.trim().trim_matches('"');
        let (_, encoded) = encoded.split_once("''").unwrap_or(("", encoded));
        let name = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
        return Some(last_part(&name));
    }
    let (_, rest) = disposition.split_once("filename=")?;
    let name = match rest.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        None => rest.split(';').next()?.trim(),
    };
    Some(last_part(name))
}

/// A name is not a path.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_byte_for_byte_and_fields_are_left() {
        let body = Bytes::from_static(
            b"--x\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\nno file\r\n\
              --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n\
              Content-Type: text/plain\r\n\r\nline\r\n--y\r\n\r\n--x\r\n\
              content-disposition: form-data; name=file; filename*=utf-8''%C3%A4.bin\r\n\r\n\
              \x00\xff\r\n--x--\r\n",
        );
        let files = files(&body, "x").unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].name, "a b.txt");
        assert_eq!(files[0].media_type, "text/plain");
        assert_eq!(&files[0].bytes[..], b"line\r\n--y\r\n");
        assert_eq!((files[1].name.as_str(), &files[1].bytes[..]), ("ä.bin", &b"\x00\xff"[..]));
    }

    #[test]
    fn a_body_that_breaks_off_is_none() {
        let body = Bytes::from_static(b"--x\r\nContent-Disposition: form-data\r\n\r\nabc");
        assert_eq!(files(&body, "x"), None);
        assert_eq!(files(&Bytes::from_static(b""), "x"), None);
    }

    #[test]
    fn the_boundary_may_be_quoted() {
        assert_eq!(boundary("multipart/form-data; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("multipart/form-data; Boundary=ab; x=y").as_deref(), Some("ab"));
        assert_eq!(boundary("multipart/form-data"), None);
    }
}
