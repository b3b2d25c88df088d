//! One search, page by page, to its very end.

use ldap3::asn1::parse_tag;
use ldap3::controls::{Control, PagedResults, RawControl};
use ldap3::{LdapResult, Scope, SearchOptions, ldap_escape};

use super::LdapKind;
use super::entry::Entry;
use super::line::Session;
use super::problem::LdapProblem;

/// Entries of a page. A server that allows smaller ones only refuses (`OpenLDAP`, `size.pr`); few
/// people are in so many groups that a larger one would save a question.
const PAGE: i32 = 100;
/// Most pages of one search; a server that sends empty ones must not hold us for ever.
const MOST_PAGES: usize = 1000;
/// Simple paged results (RFC 2696).
const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";
/// `LDAP_SERVER_DOMAIN_SCOPE_OID` of Active Directory (MS-ADTS 3.1.1.3.4.1.4): no references to
/// other domains, which would stand in every answer for the root of one.
const DOMAIN_SCOPE: &str = "1.2.840.113556.1.4.1339";
/// Result codes (RFC 4511 appendix A).
const SUCCESS: u32 = 0;
const SIZE_LIMIT: u32 = 4;

/// What is searched for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search<'a> {
    /// In words, for problems.
    pub(super) what: &'static str,
    pub(super) base: &'a str,
    pub(super) scope: Scope,
    pub(super) filter: &'a str,
    /// No others are sent.
    pub(super) attributes: &'a [&'a str],
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// Whether there may be more on other servers.
    pub(super) is_elsewhere: bool,
}

/// A value in a filter (RFC 4515 3): a `*` in a name is no wildcard.
pub(super) fn escaped(value: &str) -> String {
    ldap_escape(value).into_owned()
}

impl Search<'_> {
    /// All that there are. More than `most` are a problem, not a shorter list.
    pub(super) async fn all(self, session: &Session, most: usize) -> Result<Found, LdapProblem> {
        let mut found = Found { entries: Vec::new(), is_elsewhere: false };
        let mut cookie = Vec::new();
        for _ in 0..MOST_PAGES {
            let paging = PagedResults { size: PAGE, cookie }.into();
            let result = self.page(session, vec![paging], None, most, &mut found).await?;
            if result.rc != SUCCESS {
                return Err(LdapProblem::refused(self.what, &result));
            }
            cookie = next_page(&result)?;
            if cookie.is_empty() {
                return Ok(found);
            }
        }
        Err(LdapProblem::TooMany(self.what))
    }

    /// The first `most` of them, where more than so many make no difference.
    pub(super) async fn first(self, session: &Session, most: usize) -> Result<Found, LdapProblem> {
        let mut found = Found { entries: Vec::new(), is_elsewhere: false };
        let limit = i32::try_from(most).unwrap_or(i32::MAX);
        let result = self.page(session, Vec::new(), Some(limit), most, &mut found).await?;
        let is_our_limit = result.rc == SIZE_LIMIT && found.entries.len() >= most;
        if result.rc != SUCCESS && !is_our_limit {
            return Err(LdapProblem::refused(self.what, &result));
        }
        Ok(found)
    }

    async fn page(
        self,
        session: &Session,
        mut controls: Vec<RawControl>,
        limit: Option<i32>,
        most: usize,
        found: &mut Found,
    ) -> Result<LdapResult, LdapProblem> {
        if session.kind() == LdapKind::ActiveDirectory {
            controls.push(RawControl { ctype: DOMAIN_SCOPE.to_owned(), crit: false, val: None });
        }
        let mut ldap = session.handle();
        ldap.with_controls(controls);
        if let Some(limit) = limit {
            ldap.with_search_options(SearchOptions::new().sizelimit(limit));
        }
        let mut stream =
            ldap.streaming_search(self.base, self.scope, self.filter, self.attributes).await?;
        while let Some(item) = stream.next().await? {
            if item.is_ref() {
                found.is_elsewhere = true;
            } else if !item.is_intermediate() {
                let nonsense =
                    || LdapProblem::Nonsense("it sends an entry that is none".to_owned());
                found.entries.push(Entry::read(item).ok_or_else(nonsense)?);
                if found.entries.len() > most {
                    return Err(LdapProblem::TooMany(self.what));
                }
            }
        }
        Ok(stream.finish().await)
    }
}

/// The cookie of the page that follows; empty: there is none. A server without pages sends none.
fn next_page(result: &LdapResult) -> Result<Vec<u8>, LdapProblem> {
    let paging = result.ctrls.iter().find(|Control(_, raw)| raw.ctype == PAGED_RESULTS);
    let Some(Control(_, raw)) = paging else { return Ok(Vec::new()) };
    let read = || {
        let (_, value) = parse_tag(raw.val.as_deref()?).ok()?;
        value.expect_constructed()?.into_iter().nth(1)?.expect_primitive()
    };
    read().ok_or_else(|| LdapProblem::Nonsense("it does not say where the next page is".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(value: Option<&[u8]>) -> LdapResult {
        let value = value.map(<[u8]>::to_vec);
        let raw = RawControl { ctype: PAGED_RESULTS.to_owned(), crit: false, val: value };
        let ctrls = vec![Control(None, raw)];
        LdapResult { rc: 0, matched: String::new(), text: String::new(), refs: Vec::new(), ctrls }
    }

    #[test]
    fn what_would_mean_something_in_a_filter_is_escaped() {
        for (value, expected) in [
            ("alice", "alice"),
            ("*", "\\2a"),
            ("a(b)c", "a\\28b\\29c"),
            ("a\\b", "a\\5cb"),
            ("x)(uid=*", "x\\29\\28uid=\\2a"),
            ("cn=a\0b", "cn=a\\00b"),
            ("zoë müller", "zoë müller"),
            ("", ""),
        ] {
            assert_eq!(escaped(value), expected);
            let filter = format!("(uid={})", escaped(value));
            assert!(ldap3::parse_filter(&filter).is_ok(), "{filter}");
        }
    }

    #[test]
    fn the_next_page_is_where_its_cookie_says_and_a_broken_one_is_no_last_page() {
        let next = |value| next_page(&result(value));
        assert_eq!(next(Some(b"\x30\x08\x02\x01\x05\x04\x03abc")).unwrap(), b"abc");
        assert_eq!(next(Some(b"\x30\x05\x02\x01\x00\x04\x00")).unwrap(), b"");
        for broken in [None, Some(&b""[..]), Some(b"\x30\x03\x02\x01\x00"), Some(b"\x04\x01x")] {
            assert!(matches!(next(broken), Err(LdapProblem::Nonsense(_))), "{broken:?}");
        }
        let mut none = result(None);
        none.ctrls.clear();
        assert_eq!(next_page(&none).unwrap(), b"");
    }
}
