//! Patterns of requests, as grants and exemptions write them.

use std::fmt;
use std::str::FromStr;

use crate::operation::{Method, MethodSet};

/// `[METHOD[,METHOD]] PATH`, where `*` is one segment and a final `**` any rest, none included.
///
/// It is matched on decoded, folded segments below the context path, so one spelling covers all:
/// whoever matches must have folded the pattern's own segments by the product's rules first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    methods: MethodSet,
    segments: Vec<PatternSegment>,
    rest: bool,
    written: String,
}

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PatternSegment {
    /// Exactly this text.
    Literal(String),
    /// Any one segment.
    Any,
}

/// Why a pattern was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is not a pattern of requests: {problem}")]
pub struct InvalidPattern {
    pattern: String,
    problem: &'static str,
}

impl Pattern {
    /// Most characters of a pattern.
    pub const MAX_CHARS: usize = 500;

    /// The methods that it is about.
    pub const fn methods(&self) -> MethodSet {
        self.methods
    }

    /// Its segments, without a final `**`.
    pub fn segments(&self) -> &[PatternSegment] {
        &self.segments
    }

    /// Whether it ends in `**`.
    pub const fn has_rest(&self) -> bool {
        self.rest
    }

    /// The same pattern about other segments: how a product's folding is applied to it.
    #[must_use]
    pub fn with_segments(&self, segments: Vec<PatternSegment>) -> Self {
        Self { segments, ..self.clone() }
    }

    /// Whether a request with this method and these segments is meant.
    pub fn matches<S: AsRef<str>>(&self, method: Method, segments: &[S]) -> bool {
        if !self.methods.contains(method) || segments.len() < self.segments.len() {
            return false;
        }
        if !self.rest && segments.len() != self.segments.len() {
            return false;
        }
        self.segments.iter().zip(segments).all(|(pattern, segment)| match pattern {
            PatternSegment::Literal(text) => text == segment.as_ref(),
            PatternSegment::Any => true,
        })
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let wrong = |problem| InvalidPattern { pattern: text.to_owned(), problem };
        if text.chars().count() > Self::MAX_CHARS {
            return Err(wrong("it is longer than 500 characters"));
        }
        let (methods, path) = match text.trim().rsplit_once(' ') {
            None => (MethodSet::ANY, text.trim()),
            Some((methods, path)) => {
                let mut set = MethodSet::NONE;
                for name in methods.split(',') {
                    let method = Method::find(name.trim().as_bytes()).ok_or_else(|| {
                        wrong("methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
                    })?;
                    set = set.with(method);
                }
                (set, path)
            }
        };
        let path = path.strip_prefix('/').ok_or_else(|| wrong("its path begins with /"))?;
        let mut segments = Vec::new();
        let mut rest = false;
        for segment in path.strip_suffix('/').unwrap_or(path).split('/') {
            if rest {
                return Err(wrong("** stands at the end only"));
            }
            match segment {
                "**" => rest = true,
                "*" => segments.push(PatternSegment::Any),
                "" if path.is_empty() => {}
                "" => return Err(wrong("it has an empty segment")),
                "." | ".." => return Err(wrong("it has a . or .. segment")),
                text if text.contains('*') => return Err(wrong("* stands for a whole segment")),
                text if text.contains(['%', ';', '\\', '?', '#'])
                    || text.chars().any(char::is_control) =>
                {
                    return Err(wrong("it is written decoded, without % ; \\ ? and #"));
                }
                text => segments.push(PatternSegment::Literal(text.to_owned())),
            }
        }
        Ok(Self { methods, segments, rest, written: text.trim().to_owned() })
    }
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, method: Method, path: &str) -> bool {
        let segments: Vec<&str> = path.split('/').skip(1).filter(|s| !s.is_empty()).collect();
        pattern.parse::<Pattern>().unwrap().matches(method, &segments)
    }

    #[test]
    fn a_star_is_one_segment_and_two_are_any_rest() {
        assert!(matches("/rest/api/*/user", Method::Post, "/rest/api/2/user"));
        assert!(!matches("/rest/api/*/user", Method::Get, "/rest/api/2/user/x"));
        assert!(matches("/rest/**", Method::Get, "/rest"));
        assert!(matches("/rest/**", Method::Get, "/rest/api/2/issue/A-1"));
        assert!(matches("/**", Method::Get, "/"));
        assert!(matches("/", Method::Get, "/") && !matches("/", Method::Get, "/a"));
    }

    #[test]
    fn get_means_head_too_and_other_methods_are_exact() {
        assert!(matches("GET /a", Method::Head, "/a"));
        assert!(!matches("HEAD /a", Method::Get, "/a"));
        assert!(matches("POST, PUT /a", Method::Put, "/a"));
    }

    #[test]
    fn patterns_that_cannot_match_what_they_seem_to_are_refused() {
        for text in [
            "",
            "rest",
            "get /a",
            "GET",
            "/a/**/b",
            "/a*",
            "/a//b",
            "/a/../b",
            "/a%2fb",
            "/a;b",
            "/a?b",
            "PROPFIND /a",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
