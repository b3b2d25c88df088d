//! Folding: spellings that the products take for one thing become one.
//!
//! Folding too much is harmless where it joins a resource with a name that answers nothing;
//! folding too little lets a spelling slip by a rule. What can be read in two ways is not folded
//! but called ambiguous, and no token gets it.

use std::borrow::Cow;

use gatepass_model::Segments;

/// What the module for REST takes off the end of a path, and makes an `Accept` of.
const EXTENSIONS: [&str; 6] = ["json", "xml", "txt", "html", "htm", "atom"];

/// What stands behind `/s/<anything>/_/`, by which pages load what browsers may keep for ever:
/// the product serves any of its paths behind it. Again and again, as long as it is repeated.
///
/// `None` when the path has such a prefix and it is not clear where that ends: the product's rule
/// takes the last `_`, others might take the first.
pub(crate) fn below_resource_prefix<S: AsRef<str>>(segments: &[S]) -> Option<&[S]> {
    let mut rest = segments;
    while rest.first().is_some_and(|first| first.as_ref() == "s") {
        match rest.iter().position(|segment| segment.as_ref() == "_") {
            None => return Some(rest),
            Some(end) if end >= 2 => rest = rest.get(end + 1..).unwrap_or_default(),
            Some(_) => return None,
        }
    }
    let was_cut = rest.len() < segments.len();
    let has_another_end = || rest.iter().any(|segment| segment.as_ref() == "_");
    (!was_cut || !has_another_end()).then_some(rest)
}

/// Whether the path has a resource prefix that can be read in two ways.
pub(crate) fn has_ambiguous_prefix<S: AsRef<str>>(segments: &[S]) -> bool {
    below_resource_prefix(segments).is_none()
}

/// Takes the extension off a REST path. The product does so once; doing it for as long as there
/// is one costs nothing, for what has two is no resource. `user/.json` is `user/`.
pub(crate) fn strip_extension(segments: &mut Segments<'_>) {
    while segments.len() > 1 {
        let Some(last) = segments.last_mut() else { return };
        let Some((name, extension)) = last.rsplit_once('.') else { return };
        if !EXTENSIONS.contains(&extension) {
            return;
        }
        let length = name.len();
        if length == 0 {
            segments.pop();
            continue;
        }
        match last {
            Cow::Borrowed(text) => *text = text.get(..length).unwrap_or(text),
            Cow::Owned(text) => text.truncate(length),
        }
    }
}

/// The same path with every segment borrowed.
pub(crate) fn borrow<'b>(segments: &'b [Cow<'_, str>]) -> Segments<'b> {
    segments.iter().map(|segment| Cow::Borrowed(segment.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(path: &str) -> Option<String> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        below_resource_prefix(&segments).map(|rest| rest.join("/"))
    }

    #[test]
    fn a_resource_prefix_is_taken_off_as_often_as_it_stands_there() {
        assert_eq!(below("/s/x/_/rest/api"), Some("rest/api".into()));
        assert_eq!(below("/s/a/b/c/_/rest"), Some("rest".into()));
        assert_eq!(below("/s/a/_/s/b/_/rest"), Some("rest".into()));
        assert_eq!(below("/s/a/rest"), Some("s/a/rest".into()));
        assert_eq!(below("/rest/_/x"), Some("rest/_/x".into()));
    }

    #[test]
    fn a_resource_prefix_of_two_readings_is_none() {
        for path in ["/s/x/_/rest/_/secure", "/s/_/rest", "/s/a/_/s/_/rest", "/s/a/_/_/rest"] {
            assert_eq!(below(path), None, "{path}");
        }
    }
}
