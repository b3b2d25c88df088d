//! A request target as Tomcat and the products read it: the folding that a gate must know of.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Endings that REST version 1 cuts off a resource's name.
const ENDINGS: &[&str] = &[".json", ".xml", ".txt", ".html", ".htm", ".atom"];

/// What is written as it is when a path is put together again. `!` parts an action from one of its
/// commands, as in `WebSudoAuthenticate!default.jspa`.
const WRITTEN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'!');

/// Why a path is not even looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadTarget {
    /// 400, by Tomcat itself.
    Malformed,
    /// 404: outside the context path.
    Elsewhere,
}

/// The one spelling by which the router knows a path: without context path, parameters, dots,
/// aliases and endings.
pub(crate) fn fold(
    path: &str,
    context_path: &str,
    own: fn(&mut Vec<String>),
) -> Result<String, BadTarget> {
    let segments = read(path)?;
    let inside = match context_path.strip_prefix('/') {
        None => segments.as_slice(),
        Some(context) => match segments.split_first() {
            Some((first, rest)) if first == context => rest,
            _ => return Err(BadTarget::Elsewhere),
        },
    };
    let mut inside: Vec<String> = inside.to_vec();
    re_root(&mut inside);
    own(&mut inside);
    let spelled: Vec<String> =
        inside.iter().map(|segment| utf8_percent_encode(segment, WRITTEN).to_string()).collect();
    Ok(format!("/{}", spelled.join("/")))
}

/// Tomcat: parameters (`;x`) are cut from each segment before decoding, one decoding, then empty
/// segments and dots are resolved. So `/rest/api/2/issue/..;/user` is `/rest/api/2/user` here.
fn read(path: &str) -> Result<Vec<String>, BadTarget> {
    let mut segments: Vec<String> = Vec::new();
    for raw in path.split('/') {
        let raw = raw.split(';').next().unwrap_or_default();
        let segment =
            percent_decode_str(raw).decode_utf8().map_err(|_| BadTarget::Malformed)?.into_owned();
        if segment.contains(['/', '\\', '\0']) {
            return Err(BadTarget::Malformed);
        }
        match segment.as_str() {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or(BadTarget::Malformed)?;
            }
            _ => segments.push(segment),
        }
    }
    Ok(segments)
}

/// `/s/<x>/_/rest` is `/rest`: the prefix for files that browsers keep for ever.
fn re_root(segments: &mut Vec<String>) {
    if segments.first().is_some_and(|first| first == "s")
        && let Some(end) = segments.iter().position(|segment| segment == "_")
    {
        segments.drain(..=end);
    }
}

/// The version `latest` of a REST interface becomes the number of the newest. `newest` has it by the
/// interface's name.
pub(crate) fn fold_version(segments: &mut [String], newest: &[(&str, &str)]) {
    if let [rest, name, version, ..] = segments
        && rest == "rest"
        && version == "latest"
        && let Some((_, number)) = newest.iter().find(|(own, _)| own == name)
    {
        (*number).clone_into(version);
    }
}

/// A final `.json` and its kin only choose the media type, at the REST interfaces of these names.
pub(crate) fn drop_ending(segments: &mut [String], names: &[&str]) {
    if let [rest, name, _, .., last] = segments
        && rest == "rest"
        && names.contains(&name.as_str())
        && let Some(cut) = ENDINGS.iter().find_map(|ending| last.strip_suffix(ending))
    {
        *last = cut.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold_plainly(path: &str, context_path: &str) -> Result<String, BadTarget> {
        fold(path, context_path, |_| {})
    }

    #[test]
    fn tomcat_refuses_encoded_slashes_backslashes_nul_and_climbing_out() {
        for path in ["/a%2Fb", "/a%5Cb", "/a%00", "/..", "/%ff"] {
            assert_eq!(fold_plainly(path, ""), Err(BadTarget::Malformed), "{path}");
        }
    }

    #[test]
    fn the_context_path_is_a_whole_segment() {
        assert_eq!(fold_plainly("/jira/status", "/jira").as_deref(), Ok("/status"));
        assert_eq!(fold_plainly("/jirasol/status", "/jira"), Err(BadTarget::Elsewhere));
        assert_eq!(fold_plainly("/status", "/jira"), Err(BadTarget::Elsewhere));
        assert_eq!(fold_plainly("/jira", "/jira").as_deref(), Ok("/"));
    }

    #[test]
    fn file_names_keep_their_endings() {
        let path = "/secure/attachment/7/%C3%A4%20b.json";
        assert_eq!(fold(path, "", |all| drop_ending(all, &["api"])).as_deref(), Ok(path));
    }
}
