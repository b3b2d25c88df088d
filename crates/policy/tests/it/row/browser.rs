//! Rows about sessions, which a page may use and a script may not.

use gatepass_model::CredentialKind::{NativeToken, Oauth, Password, Session};
use gatepass_model::operation::PasswordDoor;
use gatepass_model::{CredentialKind, Family, Mode, Reason};

use super::End::{Observed, OutsidePage, Permitted, Refused};
use super::{End, Row, exempt, mode, other};
use crate::world::{SeenIdentity, World};

type Lines = &'static [(&'static str, &'static str)];

const PAGE: Lines = &[("sec-fetch-site", "same-origin")];
const PASSES: End = Permitted(SeenIdentity::AsPresented);
const STOPPED: End = Refused(Reason::SessionsDisabled, "only with what a browser's page sends");

fn session(sentence: &'static str, lines: Lines, end: End, change: fn(&mut World)) -> Row {
    let mut world = World::with_session(lines);
    mode(&mut world, Session, Mode::Browser);
    change(&mut world);
    Row(sentence, world, end)
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        session("a page uses the session", PAGE, PASSES, |_| {}),
        session("a script does not", &[], STOPPED, |_| {}),
        session("pages themselves flow", &[], PASSES, |w| w.family = Family::Page),
        session("git is for programs", &[], STOPPED, |w| w.family = Family::Git),
        session("an exemption covers scripts", &[], PASSES, |w| {
            exempt(w, Session).paths = vec!["GET /rest/api/*/issue/*".parse().unwrap()];
        }),
        session("an exemption of another kind does not", &[], STOPPED, |w| {
            exempt(w, Password);
        }),
        session("a browser signs in with its session", &[], PASSES, |w| {
            w.door = Some(PasswordDoor::Browser);
            w.same_origin = true;
        }),
        session("a session counts beside a native token", &[], STOPPED, |w| {
            w.others.push(NativeToken);
        }),
        session("a session counts beside an exempt password", &[], STOPPED, |w| {
            w.others.push(Password);
            mode(w, Password, Mode::Block);
            exempt(w, Password);
        }),
        session("OAuth counts beside a page", PAGE, Refused(Reason::OauthDisabled, ""), |w| {
            w.others.push(Oauth);
            mode(w, Oauth, Mode::Block);
        }),
    ]
}

/// Rows about the other modes, and about kinds that may not have this one.
pub(super) fn mode_rows() -> Vec<Row> {
    use Reason as R;
    let allowed = |w: &mut World| mode(w, Session, Mode::Allow);
    let observed = |w: &mut World| mode(w, Session, Mode::Observe);
    let token = Refused(R::SessionsDisabled, "use an API token");
    vec![
        session("what to use instead is said", &[], token, |_| {}),
        session("block is for pages, too", PAGE, Refused(R::SessionsDisabled, "blocks"), |w| {
            mode(w, Session, Mode::Block);
        }),
        session("a script is counted where sessions are allowed", &[], OutsidePage(&[]), allowed),
        session("a page is not", PAGE, PASSES, allowed),
        session("observed, a script is counted as both", &[], OutsidePage(&[Session]), observed),
        session("observed, a page is what a block would hit", PAGE, Observed(Session), observed),
        session("who is exempt is not counted", &[], PASSES, |w| {
            mode(w, Session, Mode::Observe);
            exempt(w, Session);
        }),
        session("a page that is no call is not counted", &[], PASSES, |w| {
            mode(w, Session, Mode::Allow);
            w.family = Family::Page;
        }),
        other("of passwords it is a block", &[Password], Refused(R::PasswordsDisabled, ""), |w| {
            mode(w, Password, Mode::Browser);
        }),
        other(
            "of native tokens, too, whatever is sent",
            &[NativeToken],
            Refused(R::NativeTokensDisabled, ""),
            |w| {
                mode(w, NativeToken, Mode::Browser);
                w.headers = vec![("sec-fetch-site".to_owned(), "same-origin".to_owned())];
            },
        ),
    ]
}

/// How lines of a browser's are read at `https://jira.example`.
const SPELLINGS: &[(&str, Lines, bool)] = &[
    ("a page", PAGE, true),
    ("an address that was typed", &[FROM_NOWHERE, ("sec-fetch-mode", "navigate")], true),
    ("an extension", &[FROM_NOWHERE, ("sec-fetch-mode", "cors")], false),
    ("from nowhere, by nothing", &[FROM_NOWHERE], false),
    ("another host of the site", &[("sec-fetch-site", "same-site")], false),
    ("another site", &[("sec-fetch-site", "cross-site")], false),
    ("metadata come before the origin", &[("sec-fetch-site", "cross-site"), OWN], false),
    ("metadata twice count as not sent", &[PAGE[0], PAGE[0]], false),
    ("then the origin is asked", &[PAGE[0], PAGE[0], OWN], true),
    ("unknown metadata count as not sent", &[("sec-fetch-site", "Same-Origin")], false),
    ("so do empty ones", &[("sec-fetch-site", "")], false),
    ("a mode twice is none", &[FROM_NOWHERE, NAVIGATE, NAVIGATE], false),
    ("the own origin", &[OWN], true),
    ("in capitals", &[("origin", "HTTPS://Jira.EXAMPLE")], true),
    ("with its own port", &[("origin", "https://jira.example:443")], true),
    ("with another port", &[("origin", "https://jira.example:8443")], false),
    ("with the port of http", &[("origin", "https://jira.example:80")], false),
    ("by another scheme", &[("origin", "http://jira.example")], false),
    ("by no scheme of the web", &[("origin", "ftp://jira.example")], false),
    ("a longer host", &[("origin", "https://jira.example.evil.example")], false),
    ("a shorter host", &[("origin", "https://example")], false),
    ("an origin has no path", &[("origin", "https://jira.example/")], false),
    ("nor one that ends alike", &[("origin", "https://jira.example/jira.example")], false),
    ("an origin twice", &[OWN, OWN], false),
    ("two in one", &[("origin", "https://jira.example https://jira.example")], false),
    ("a foreign origin ends it", &[("origin", "https://evil.example"), AFTER_OWN], false),
    ("so does an opaque one", &[("origin", "null"), AFTER_OWN], false),
    ("an unreadable origin counts as not sent", &[("origin", "jira"), AFTER_OWN], true),
    ("after a page", &[AFTER_OWN], true),
    ("after one with a query", &[("referer", "https://jira.example?a=https://evil/")], true),
    ("after the root", &[("referer", "https://JIRA.example:443")], true),
    ("after a page elsewhere", &[("referer", "https://evil.example/https://jira.example/")], false),
    ("with a name of a user's", &[("referer", "https://jira.example@evil.example/")], false),
    ("with a user's name", &[("referer", "https://evil.example@jira.example/")], false),
    ("with a backslash", &[("referer", "https://jira.example\\@evil.example/")], false),
    ("without a scheme", &[("referer", "//jira.example/")], false),
    ("without a host", &[("referer", "https:///browse")], false),
    ("after nothing of the web", &[("referer", "about:client")], false),
    ("after two", &[AFTER_OWN, AFTER_OWN], false),
];

const FROM_NOWHERE: (&str, &str) = ("sec-fetch-site", "none");
const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");
const OWN: (&str, &str) = ("origin", "https://jira.example");
const AFTER_OWN: (&str, &str) = ("referer", "https://jira.example/browse/EX-1");

pub(super) fn spelling_rows() -> Vec<Row> {
    let row = |&(sentence, lines, passes): &(&'static str, Lines, bool)| {
        session(sentence, lines, if passes { PASSES } else { STOPPED }, |_| {})
    };
    SPELLINGS.iter().map(row).collect()
}

/// What was sent elsewhere than to `https://jira.example`.
pub(super) fn place_rows() -> Vec<Row> {
    let rows: [(&str, (bool, &str), Lines, bool); 8] = [
        ("a port", (true, "jira.example:8443"), &[("origin", "https://jira.example:8443")], true),
        ("its own port", (true, "Jira.example:443"), &[OWN], true),
        ("another port", (true, "jira.example:8443"), &[OWN], false),
        ("that of http", (false, "jira.example:80"), &[("origin", "http://jira.example")], true),
        ("http itself", (false, "jira.example"), &[OWN], false),
        ("an address", (false, "[2001:db8::1]:8"), &[("origin", "http://[2001:DB8::1]:8")], true),
        ("one like a port", (false, "[::80]:80"), &[("referer", "http://[::80]/")], true),
        ("another one", (false, "[::80]:80"), &[("referer", "http://[:]/")], false),
    ];
    let mut made = vec![
        session("to nobody knows where", &[OWN], STOPPED, |w| {
            w.origin = None;
        }),
        session("metadata need no host", PAGE, PASSES, |w| {
            w.origin = None;
        }),
    ];
    for (sentence, (is_secure, host), lines, passes) in rows {
        let mut row = session(sentence, lines, if passes { PASSES } else { STOPPED }, |_| {});
        row.1.origin = Some((is_secure, host.to_owned()));
        made.push(row);
    }
    made
}

#[test]
fn no_other_kind_may_have_the_mode() {
    for kind in CredentialKind::ALL {
        assert_eq!(Mode::find(kind, "browser").is_some(), kind == Session, "{kind:?}");
    }
}
