//! A request target as Tomcat and Jira read it: the folding that a gate must know of.

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
pub(crate) fn fold(path: &str, context_path: &str) -> Result<String, BadTarget> {
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
    fold_action(&mut inside);
    fold_rest(&mut inside);
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

/// Jira's actions answer under any prefix: `/x/y/Logout.jspa` is `/secure/Logout.jspa`.
fn fold_action(segments: &mut Vec<String>) {
    if let Some(last) = segments.last()
        && last.rsplit_once('.').is_some_and(|(_, ending)| ending == "jspa")
    {
        *segments = vec!["secure".to_owned(), last.clone()];
    }
}

/// `latest` is a version, and a final `.json` and its kin only choose the media type.
fn fold_rest(segments: &mut [String]) {
    let [rest, name, version, tail @ ..] = segments else { return };
    if rest != "rest" {
        return;
    }
    let newest = match name.as_str() {
        "api" => "2",
        "auth" => "1",
        "pat" => "1.0",
        _ => return,
    };
    if version == "latest" {
        newest.clone_into(version);
    }
    if let Some(last) = tail.last_mut()
        && let Some(cut) = ENDINGS.iter().find_map(|ending| last.strip_suffix(ending))
    {
        *last = cut.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_resource_has_many_spellings() {
        for spelling in [
            "/rest/api/2/user",
            "/rest/api/latest/user",
            "/rest/api/2/user.json",
            "/rest/api/2/user/",
            "//rest//api/2/./user",
            "/rest/api/2/issue/..;/user",
            "/rest;a=b/api/2/%75ser",
            "/rest/api/2/issue/%2e%2e/user",
            "/s/x/_/rest/api/2/user",
        ] {
            assert_eq!(fold(spelling, "").as_deref(), Ok("/rest/api/2/user"), "{spelling}");
        }
    }

    #[test]
    fn actions_answer_under_any_prefix() {
        assert_eq!(fold("/x/y/Logout.jspa", "").as_deref(), Ok("/secure/Logout.jspa"));
        let command = fold("/secure/admin/WebSudoAuthenticate%21default.jspa", "");
        assert_eq!(command.as_deref(), Ok("/secure/WebSudoAuthenticate!default.jspa"));
    }

    #[test]
    fn tomcat_refuses_encoded_slashes_backslashes_nul_and_climbing_out() {
        for path in ["/a%2Fb", "/a%5Cb", "/a%00", "/..", "/%ff"] {
            assert_eq!(fold(path, ""), Err(BadTarget::Malformed), "{path}");
        }
    }

    #[test]
    fn the_context_path_is_a_whole_segment() {
        assert_eq!(fold("/jira/status", "/jira").as_deref(), Ok("/status"));
        assert_eq!(fold("/jirasol/status", "/jira"), Err(BadTarget::Elsewhere));
        assert_eq!(fold("/status", "/jira"), Err(BadTarget::Elsewhere));
        assert_eq!(fold("/jira", "/jira").as_deref(), Ok("/"));
    }

    #[test]
    fn file_names_keep_their_endings() {
        let path = "/secure/attachment/7/%C3%A4%20b.json";
        assert_eq!(fold(path, "").as_deref(), Ok(path));
    }
}
