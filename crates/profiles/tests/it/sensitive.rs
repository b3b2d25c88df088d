//! Readings of targets that are not canonical.

use crate::sample::jira;

fn is_sensitive(path: &str) -> bool {
    let segments: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    jira().is_sensitive_reading(&segments)
}

#[test]
fn a_reading_for_programs_or_of_a_sign_in_is_sensitive() {
    for path in [
        "/rest/api/2/user",
        "/REST/api",
        "/s/x/_/rest/api/2/user",
        "/s/x/_/a/_/rest/api/2/user",
        "/s/_/rest/api/2/user",
        "/rpc/xmlrpc",
        "/login.jsp",
        "/Login.jsp",
        "/logout",
        "/a/WebSudoAuthenticate.jspa",
        "/secure/Logout.jspa",
        "/secure/admin/AddUser.jspa",
        "/servicedesk/customer/user/login",
        "/sr/jira.issueviews:x/1/y.xml",
        "/activity",
        "/plugins/servlet/oauth/authorize",
        "/j_security_check",
        "/a/b/j_security_check",
        "/secure/attachment/1/web-inf/web.xml",
        "/WEB-INF/web.xml",
        "/scm/abc/r.git/info/refs",
    ] {
        assert!(is_sensitive(path), "{path}");
    }
}

#[test]
fn a_page_or_a_file_is_not() {
    for path in [
        "/browse/ABC-1",
        "/",
        "/secure/Dashboard.jspa",
        "/secure/attachment/1/100%25.txt",
        "/projects/ABC",
        "/s/x/_/download/batch/a.js",
        "/servicedesk/customer/portal/1",
        "/favicon.ico",
    ] {
        assert!(!is_sensitive(path), "{path}");
    }
}
