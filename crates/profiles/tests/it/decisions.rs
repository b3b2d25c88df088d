//! Single requests, and what they must come to.

use gatepass_model::Effect::{self, Admin, Mint, Read, Write};
use gatepass_model::{Family, Product};
use gatepass_profiles::{ClaimedUser, Profile, is_kept_from_tokens, profile};

use crate::sample::{jira, see};

fn assert_effects(expected: &[(&str, Option<Effect>)]) {
    for &(line, effect) in expected {
        assert_eq!(see(line).effect, effect, "{line}");
    }
}

#[test]
fn reading_is_not_the_same_as_get() {
    assert_effects(&[
        ("GET /rest/api/2/issue/ABC-1", Some(Read)),
        ("HEAD /rest/api/2/issue/ABC-1", Some(Read)),
        ("OPTIONS /rest/api/2/issue/ABC-1", Some(Read)),
        ("OPTIONS /rest/pat/latest/tokens", Some(Mint)),
        ("POST /rest/api/2/search", Some(Read)),
        ("POST /rest/api/latest/search", Some(Read)),
        ("DELETE /rest/api/2/issue/ABC-1", Some(Write)),
        ("GET /rest/api/2/issue/ABC-1/comment/%7Ealice", Some(Read)),
        ("GET /rest/api/2/issue/ABC-1/attachment/%C3%A4.txt", Some(Read)),
        ("GET /secure/Logout.jspa", Some(Write)),
        ("GET /logout", Some(Write)),
        ("GET /secure/VoteOrWatchIssue.jspa", Some(Write)),
        ("GET /secure/WorkflowUIDispatcher.jspa", Some(Write)),
        ("GET /anything/Whatever.jspa", Some(Write)),
        ("GET /secure/EditIssue!default.jspa", Some(Read)),
        ("GET /secure/EditIssue!Default.jspa", Some(Read)),
        ("GET /secure/AddUser!default.jspa", Some(Admin)),
        ("GET /rest/api/2/email-templates", Some(Admin)),
        ("GET /rest/agile/1.0/issue/ABC-1", Some(Read)),
    ]);
}

#[test]
fn what_mints_is_known_by_every_method() {
    for path in [
        "/rest/pat/latest/tokens",
        "/rest/pat/1.0/tokens/7",
        "/rest/access-tokens/1.0/users/alice",
        "/rest/applinks/1.0/applicationlink",
        "/rest/applinks/3.0/applicationlink/x/authentication/consumer",
        "/rest/oauth2/latest/token",
        "/rest/de.resolution.apitokenauth/latest/user/token",
        "/rest/tsv/1.0/authenticate",
        "/rest/tsv/latest/elevate-permissions/password",
        "/rest/scriptrunner/latest/user/exec",
        "/rest/auth/1/websudo",
        "/rest/api/2/user/password",
        "/rest/api/2/myself/password",
        "/plugins/servlet/oauth/users/access-tokens",
        "/plugins/servlet/applinks/listApplicationLinks",
        "/secure/admin/SetPassword.jspa",
        "/ChangePassword!default.jspa",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(see(&format!("{method} {path}")).effect, Some(Mint), "{method} {path}");
        }
    }
    assert_effects(&[
        ("POST /rest/plugins/1.0/", Some(Mint)),
        ("PUT /rest/plugins/1.0/x-key", Some(Mint)),
        ("GET /rest/plugins/1.0/", Some(Admin)),
        ("POST /rest/auth/1/session", Some(Mint)),
        ("GET /rest/auth/1/session", Some(Read)),
        ("GET /plugins/servlet/applinks/whoami", Some(Read)),
    ]);
}

#[test]
fn administration_is_told_from_work() {
    assert_effects(&[
        ("POST /rest/api/2/user", Some(Admin)),
        ("GET /rest/api/2/user", Some(Read)),
        ("GET /rest/api/2/group/member", Some(Admin)),
        ("GET /rest/api/2/groups/picker", Some(Read)),
        ("PUT /rest/api/2/application-properties/x", Some(Admin)),
        ("POST /rest/api/2/reindex", Some(Admin)),
        ("GET /rest/webhooks/1.0/webhook", Some(Admin)),
        ("PUT /rest/basicauth/1.0/config", Some(Admin)),
        ("GET /rest/authconfig/1.0/sso", Some(Admin)),
        ("POST /rest/api/2/version", Some(Write)),
        ("GET /secure/admin/ViewApplicationProperties.jspa", Some(Admin)),
        ("POST /rest/api/2/permissionscheme", Some(Admin)),
    ]);
}

#[test]
fn what_nobody_knows_stays_unknown() {
    assert_effects(&[
        ("GET /rest/api/2/USER", None),
        ("GET /rest/api/2/user%20", None),
        ("GET /rest/api/3/issue/ABC-1", None),
        ("GET /rest/some-addon/1.0/things", None),
        ("GET /rest/tempo-timesheets/4/worklogs/10001", None),
        ("GET /rest/scriptrunner/latest/custom/report", None),
        ("GET /jira/rest/api/2/user", None),
        ("GET /Rest/api/2/user", None),
        ("GET /%24%7B%40java.lang.Runtime%40getRuntime%28%29%7D/", None),
        ("GET /secure/attachment/1/WEB-INF/web.xml", None),
        ("GET /s/x/_/META-INF/maven", None),
    ]);
}

#[test]
fn what_reads_in_two_ways_is_out_of_reach() {
    for line in [
        "GET /s/x/_/rest/api/2/issue/A-1/_/rest/pat/latest/tokens",
        "GET /s/_/rest/api/2/user",
        "GET /rest/some/Logout.jspa",
        "GET /rest/api/2/issue/ABC-1/properties/x.jspa",
        "GET /plugins/servlet/x/Logout.jspa",
        "GET /secure/attachment/1/x.jspa",
        "GET /secure/EditIssue!save!default.jspa",
    ] {
        assert_eq!(see(line).effect, Some(Mint), "{line}");
    }
    assert_eq!(see("GET /s/x/_/a/_/rest/api/2/user").family, Family::Rest);
    assert_eq!(see("GET /rest/some/Logout.jspa").family, Family::Rest);
}

#[test]
fn doors_are_where_a_password_comes_in() {
    use gatepass_model::operation::PasswordDoor::{Browser, Program};
    for (line, door) in [
        ("POST /login.jsp", Some(Browser)),
        ("GET /login.jsp", None),
        ("POST /j_atl_security_check", Some(Browser)),
        ("POST /dologin.action", Some(Browser)),
        ("POST /rest/tsv/latest/authenticate", Some(Browser)),
        ("POST /s/x/_/rest/tsv/1.0/authenticate/totp-code", Some(Browser)),
        ("POST /rest/gadget/1.0/login", Some(Browser)),
        ("POST /rest/gadget/latest/login.json", Some(Browser)),
        ("POST /servicedesk/customer/user/login", Some(Browser)),
        ("POST /x/WebSudoAuthenticate.jspa", Some(Browser)),
        ("POST /rest/auth/latest/session", Some(Program)),
        ("POST /rest/auth/1.0/session.json", Some(Program)),
        ("GET /rest/auth/1/session", None),
        ("POST /rpc/soap/jirasoapservice-v2", Some(Program)),
        ("GET /rpc/xmlrpc", Some(Program)),
        ("GET /rest/api/2/issue/ABC-1", None),
    ] {
        let (method, path) = line.split_once(' ').unwrap();
        let method = gatepass_model::Method::find(method.as_bytes()).unwrap();
        let target = gatepass_model::CanonicalTarget::parse(path.as_bytes()).unwrap();
        let folded = jira().fold(target.segments());
        assert_eq!(jira().operation(method, &folded).door, door, "{line}");
    }
}

#[test]
fn families_follow_the_path_and_the_doors() {
    for (line, family) in [
        ("GET /rest/api/2/issue/ABC-1", Family::Rest),
        ("GET /rest/unknown", Family::Rest),
        ("POST /rest/auth/1/session", Family::Rest),
        ("POST /rest/tsv/1.0/authenticate", Family::Login),
        ("GET /rest/tsv/1.0/settings", Family::Rest),
        ("POST /rest/gadget/1.0/login", Family::Login),
        ("GET /secure/attachment/1/a.txt", Family::File),
        ("GET /secure/thumbnail/1/a.png", Family::File),
        ("GET /secure/attachmentzip/1.zip", Family::File),
        ("GET /secure/viewavatar", Family::File),
        ("GET /download/temporary/x", Family::File),
        ("GET /download/batch/x/y.js", Family::Static),
        ("GET /s/x/y/z.css", Family::Static),
        ("GET /s/x/_/download/batch/x/y.js", Family::Static),
        ("GET /secure/Dashboard.jspa", Family::Page),
        ("GET /browse/ABC-1", Family::Page),
        ("GET /", Family::Page),
        ("GET /login.jsp", Family::Login),
        ("GET /secure/Logout!default.jspa", Family::Login),
        ("GET /sr/x/1/y.xml", Family::Feed),
        ("GET /plugins/servlet/streams", Family::Feed),
        ("GET /plugins/servlet/anything", Family::Servlet),
        ("POST /rpc/xmlrpc", Family::Rpc),
    ] {
        assert_eq!(see(line).family, family, "{line}");
    }
}

#[test]
fn the_project_is_known_from_the_path() {
    for (line, project) in [
        ("GET /rest/api/2/project/abc", Some("ABC")),
        ("GET /rest/api/2/project/10000", None),
        ("GET /rest/api/2/project/type", None),
        ("GET /rest/api/2/issue/abc_2-17/comment", Some("ABC_2")),
        ("GET /rest/api/2/issue/10000", None),
        ("GET /rest/api/2/issue/createmeta/abc/issuetypes", Some("ABC")),
        ("GET /browse/ABC-1", Some("ABC")),
        ("GET /projects/ABC/summary", Some("ABC")),
        ("GET /rest/agile/1.0/epic/ABC-3/issue", Some("ABC")),
        ("GET /rest/bamboo/latest/deploy/ABC/ABC-1", Some("ABC")),
        ("GET /rest/api/2/search", None),
    ] {
        assert_eq!(see(line).project.as_deref(), project, "{line}");
    }
}

#[test]
fn cookies_that_sign_in_are_known_in_any_letter_case() {
    for name in ["JSESSIONID", "jsessionid", "seraph.rememberme.cookie", "crowd.token_key"] {
        assert!(jira().is_session_cookie(name.as_bytes()), "{name}");
    }
    for name in ["atlassian.xsrf.token", "JSESSIONID2", "AJS.conglomerate.cookie", ""] {
        assert!(!jira().is_session_cookie(name.as_bytes()), "{name}");
    }
    assert!(profile(Product::Bitbucket).is_session_cookie(b"BITBUCKETSESSIONID"));
    assert!(profile(Product::Confluence).is_session_cookie(b"seraph.confluence"));
}

#[test]
fn headers_of_the_answer_are_read_and_kept_back() {
    let somebody = ClaimedUser::Somebody("a b".to_owned());
    assert_eq!(jira().user_from_header(b"a+b"), Some(somebody));
    assert!(is_kept_from_tokens(b"Set-Cookie") && is_kept_from_tokens(b"x-asessionid"));
    assert!(!is_kept_from_tokens(b"etag"));
    assert!(!is_kept_from_tokens(Profile::USER_HEADER.as_bytes()));
}
