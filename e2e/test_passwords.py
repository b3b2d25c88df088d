"""Passwords are blocked: by which door a script comes, nothing signs in. A browser's does.

The stand-in counts what it takes a password for, right and wrong: the proof that a refused one
never reached it.
"""

import base64
import json
from urllib.parse import urlencode, urlsplit

import pytest

from harness import basic, bearer, call, policy

USER, PASSWORD = "alice", "alice-password"
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
QUERY = urlencode({"os_username": USER, "os_password": PASSWORD})
SIGN_IN = json.dumps({"username": USER, "password": PASSWORD})
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
ISSUE = "/rest/api/2/issue/ABC-1"
DASHBOARD = "/secure/Dashboard.jspa"
FEED = "/sr/jira.issueviews:searchrequest-rss/temp/SearchRequest.xml?jqlQuery=project%3DABC"
SOAP = f"""<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">
<e:Body><login><in0>{USER}</in0><in1>{PASSWORD}</in1></login></e:Body></e:Envelope>"""

DISABLED = (403, "passwords_disabled")
MALFORMED = (400, "malformed_request")
UNREADABLE = (415, "body_unreadable")


@pytest.fixture(scope="module", autouse=True)
def blocked(demo):
    demo.apply_policy(policy(passwords="block"))


@pytest.fixture(scope="module")
def native_token(demo):
    return demo.native_token(USER)


@pytest.fixture
def sign_ins(demo, native_token):
    """How often the stand-in was given alice's name with a password: right, wrong."""

    def count():
        target = urlsplit(demo.jira_url).path + "/rest/auth/1/session"
        info = call(demo.jira_url, "GET", target, [bearer(native_token)]).json()["loginInfo"]
        return info["loginCount"], info["failedLoginCount"]

    return count


def check_refused(answer, expected):
    assert (answer.status, answer.reason) == expected, answer.body
    assert answer.headers.get_all("Set-Cookie") is None
    if expected == DISABLED:
        assert b"Basic Authentication has been disabled on this instance." in answer.body


BASICS = {
    "as usual": (f"Authorization: Basic {PAIR}", DISABLED),
    "in lower case": (f"authorization: basic {PAIR}", DISABLED),
    "in upper case": (f"AUTHORIZATION: BASIC {PAIR}", DISABLED),
    "in mixed case": (f"Authorization: bAsIc {PAIR}", DISABLED),
    "with two spaces": (f"Authorization: Basic  {PAIR}", DISABLED),
    "with a tab": (f"Authorization: Basic\t{PAIR}", MALFORMED),
    "after a tab": (f"Authorization:\tBasic {PAIR}", DISABLED),
    "with spaces behind it": (f"Authorization: Basic {PAIR}   ", DISABLED),
    "without padding": (f"Authorization: Basic {PAIR.rstrip('=')}", DISABLED),
    "not in base64": (f"Authorization: Basic {USER}:{PASSWORD}", DISABLED),
    "as Negotiate": ("Authorization: Negotiate YIIabc", DISABLED),
    "as Digest": (f'Authorization: Digest username="{USER}"', DISABLED),
}


@pytest.mark.parametrize("spelling", BASICS)
@pytest.mark.parametrize("target", [ISSUE, DASHBOARD, FEED, "/activity?os_authType=basic"])
def test_basic_is_refused_in_every_spelling(demo, sign_ins, target, spelling):
    line, expected = BASICS[spelling]
    before = sign_ins()
    check_refused(call(demo.url, "GET", target, [line]), expected)
    assert sign_ins() == before


def encoded(text):
    """Every byte of it percent-encoded."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


ODD = f"{encoded('os_username')}={USER}&{encoded('os_password')}={encoded(PASSWORD)}"
NAME, WORD = urlencode({"os_username": USER}), urlencode({"os_password": PASSWORD})


# Each: what it is, method, target, header lines, body, and what is said to it.


def in_headers():
    lines = [f"Authorization: Basic {PAIR}", "Authorization: Bearer gpass_" + "0" * 38]
    yield "two headers, Basic first", "GET", ISSUE, lines, "", MALFORMED
    yield "two headers, Basic last", "GET", ISSUE, lines[::-1], "", MALFORMED
    yield "Basic twice", "GET", ISSUE, lines[:1] * 2, "", MALFORMED


def in_queries():
    for target in (ISSUE, DASHBOARD, "/login.jsp"):
        yield f"query of {target}", "GET", f"{target}?{QUERY}", [], "", DISABLED
        yield f"encoded query of {target}", "GET", f"{target}?{ODD}", [], "", DISABLED
        yield f"query of {target}, POST", "POST", f"{target}?{QUERY}", [FORM], "a=b", DISABLED
    yield "name in the query", "GET", f"{ISSUE}?{NAME}", [], "", DISABLED
    yield "password in the query", "GET", f"{ISSUE}?{WORD}", [], "", DISABLED
    yield "query that begins with &", "GET", f"{ISSUE}?&&{QUERY}", [], "", DISABLED
    yield "name in the query, password in the form", "POST", f"{ISSUE}?{NAME}", [FORM], WORD, DISABLED


def in_forms():
    for target in ("/rest/api/2/search", DASHBOARD):
        yield f"form to {target}", "POST", target, [FORM], QUERY, DISABLED
        yield f"encoded form to {target}", "POST", target, [FORM], ODD, DISABLED
        yield f"form in capitals to {target}", "POST", target, [FORM.upper()], QUERY, DISABLED
    yield "form in UTF-8", "POST", DASHBOARD, [FORM + ";charset=UTF-8"], QUERY, DISABLED
    yield "form in UTF-16", "POST", DASHBOARD, [FORM + "; charset=utf-16"], QUERY, UNREADABLE
    coded = [FORM, "Content-Encoding: gzip"]
    yield "coded form", "POST", DASHBOARD, coded, QUERY, UNREADABLE
    parts = f"{len(QUERY):x}\r\n{QUERY}\r\n0\r\n\r\n"
    chunked = [FORM, "Transfer-Encoding: chunked"]
    yield "form in chunks", "POST", DASHBOARD, chunked, parts, DISABLED


def at_doors():
    for target in (
        "/rest/auth/1/session",
        "/rest/auth/latest/session",
        "/rest/tsv/1.0/authenticate",
        "/rest/tsv/latest/authenticate",
    ):
        yield target, "POST", target, [JSON], SIGN_IN, DISABLED
    for target in ("/rest/gadget/1.0/login", "/servicedesk/customer/user/login", "/login.jsp"):
        yield target, "POST", target, [FORM], QUERY, DISABLED
    other = urlencode({"j_username": USER, "j_password": PASSWORD})
    yield "j_atl_security_check", "POST", "/j_atl_security_check", [FORM], other, DISABLED
    sudo = urlencode({"webSudoPassword": PASSWORD})
    target = "/secure/admin/WebSudoAuthenticate.jspa"
    yield "websudo", "POST", target, [FORM], sudo, DISABLED
    for target in ("/rpc/soap/jirasoapservice-v2", "/rpc/xmlrpc"):
        yield target, "POST", target, ["Content-Type: text/xml"], SOAP, DISABLED


def as_no_browser_does():
    cross = ["Sec-Fetch-Site: cross-site", "Origin: {url}", FORM]
    yield "form of another site", "POST", "/login.jsp", cross, QUERY, DISABLED
    foreign = ["Origin: https://elsewhere.example", "Referer: {url}/login.jsp", FORM]
    yield "form of another origin", "POST", "/login.jsp", foreign, QUERY, DISABLED
    same = "Sec-Fetch-Site: same-origin"
    yield "same origin, no sign-in", "POST", DASHBOARD, [same, FORM], QUERY, DISABLED
    yield "same origin, REST", "POST", "/rest/api/2/search", [same, FORM], QUERY, DISABLED
    target = "/rest/auth/1/session"
    yield "same origin, a program's door", "POST", target, [same, JSON], SIGN_IN, DISABLED


GROUPS = (in_headers, in_queries, in_forms, at_doors, as_no_browser_does)
DOORS = {name: door for group in GROUPS for name, *door in group()}


@pytest.mark.parametrize("name", DOORS)
def test_no_other_door_is_open(demo, sign_ins, name):
    method, target, headers, body, expected = DOORS[name]
    headers = [line.replace("{url}", demo.url) for line in headers]
    before = sign_ins()
    check_refused(call(demo.url, method, target, headers, body.encode()), expected)
    assert sign_ins() == before


SAME_ORIGIN = {
    "Sec-Fetch-Site": "Sec-Fetch-Site: same-origin",
    "Origin": "Origin: {url}",
    "Referer": "Referer: {url}/login.jsp",
}


@pytest.mark.parametrize("header", SAME_ORIGIN)
def test_a_browser_signs_in_and_uses_pages(demo, sign_ins, header):
    right, wrong = sign_ins()
    proof = SAME_ORIGIN[header].replace("{url}", demo.url)
    answer = call(demo.url, "POST", "/login.jsp", [FORM, proof], QUERY.encode())
    assert answer.status == 302 and answer.reason is None, answer.body
    cookies = answer.headers.get_all("Set-Cookie")
    (session,) = (cookie for cookie in cookies if cookie.startswith("JSESSIONID="))
    assert sign_ins() == (right + 1, wrong)

    cookie = "Cookie: " + session.split(";")[0]
    page = call(demo.url, "GET", DASHBOARD, [cookie, "Accept: text/html"])
    assert page.status == 200 and b"Signed in as Alice Arden." in page.body
    assert call(demo.url, "GET", "/rest/api/2/myself", [cookie]).json()["name"] == USER
    assert sign_ins() == (right + 1, wrong)


def test_a_browser_that_is_refused_gets_a_page(demo):
    headers = [basic(USER, PASSWORD), "Accept: text/html,application/xhtml+xml,*/*;q=0.8"]
    answer = call(demo.url, "GET", DASHBOARD, headers)
    check_refused(answer, DISABLED)
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_token_passes_where_a_password_would_not(demo):
    secret = demo.issue("--read-only")["secret"]
    for line in (basic(USER, secret), basic("x-token-auth", secret), bearer(secret)):
        answer = call(demo.url, "GET", "/rest/api/2/myself", [line])
        assert (answer.status, answer.json()["name"]) == (200, USER)
        assert answer.headers.get_all("Set-Cookie") is None


def test_what_is_blocked_opens_again(demo, sign_ins):
    """Also the proof that these requests would sign in, were they not refused."""
    demo.apply_policy(policy(passwords="allow"))
    try:
        right, wrong = sign_ins()
        answers = [
            call(demo.url, "GET", "/rest/api/2/myself", [basic(USER, PASSWORD)]),
            call(demo.url, "GET", f"/rest/api/2/myself?{QUERY}"),
            call(demo.url, "POST", "/rest/auth/1/session", [JSON], SIGN_IN.encode()),
            call(demo.url, "POST", DASHBOARD, [FORM], QUERY.encode()),
        ]
        assert [answer.status for answer in answers[:3]] == [200, 200, 200]
        assert sign_ins() == (right + len(answers), wrong)
    finally:
        demo.apply_policy(policy(passwords="block"))
