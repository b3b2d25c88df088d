"""Sessions are for pages: a script that signed in and kept its cookie is refused on REST.

The script is `requests`, the pages are those of the stand-in in a real browser.
"""

import re

import pytest
import requests

from browser import Person, chromium
from harness import call, policy, wait_until

MYSELF = "/rest/api/2/myself"
DASHBOARD = "/secure/Dashboard.jspa"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def person(browser, demo):
    """Bob at a browser of his own, signed in to the product."""
    bob = Person(browser, demo, "bob")
    page = bob.page
    page.goto(f"{demo.url}/login.jsp")
    page.fill("[name=os_username]", "bob")
    page.fill("[name=os_password]", "bob-password")
    page.click("#login-form-submit")
    page.wait_for_url(re.compile(DASHBOARD))
    yield bob
    bob.close()


@pytest.fixture
def script(demo):
    """A script that signs in once and keeps the cookie, while passwords still do."""
    demo.apply_policy(policy())
    script = requests.Session()
    signed_in = script.post(
        f"{demo.url}/rest/auth/1/session", json={"username": "bob", "password": "bob-password"}
    )
    assert signed_in.status_code == 200 and "JSESSIONID" in script.cookies
    assert script.get(demo.url + MYSELF).json()["name"] == "bob"
    return script


def check_refused(answer):
    assert (answer.status_code, answer.headers["X-Gatepass-Reason"]) == (403, "sessions_disabled")
    assert "only with what a browser's page sends" in answer.text
    assert "use an API token" in answer.text


def test_a_script_that_kept_its_cookie_is_refused_and_told_what_to_use(demo, script):
    demo.apply_policy(policy(passwords="block", sessions="browser"))
    check_refused(script.get(demo.url + MYSELF))
    check_refused(script.post(f"{demo.url}/rest/api/2/search", json={"jql": "project = ABC"}))
    # Its pages are pages still; and so is what it says of itself, which any script can.
    assert "Signed in as Bob Burton" in script.get(demo.url + DASHBOARD).text
    forged = script.get(demo.url + MYSELF, headers={"Sec-Fetch-Site": "same-origin"})
    assert forged.json()["name"] == "bob"
    secret = demo.issue("--read-only", owner="alice")["secret"]
    with_token = script.get(demo.url + MYSELF, headers={"Authorization": f"Bearer {secret}"})
    assert with_token.json()["name"] == "alice"


def test_a_script_is_exempt_where_policy_says_so(demo, script):
    exempt = """[[instances.jira.exempt]]
credentials = ["session"]
paths = ["GET /rest/api/*/myself"]
"""
    demo.apply_policy(policy(sessions="browser") + exempt)
    assert script.get(demo.url + MYSELF).json()["name"] == "bob"
    check_refused(script.get(f"{demo.url}/rest/api/2/issue/ABC-1"))


FETCH = """async ([method, path, body]) => {
    const headers = body ? {"Content-Type": "application/json"} : {};
    const answer = await fetch(path, {method, headers, body});
    return [answer.status, await answer.text()];
}"""


def test_a_page_in_a_browser_goes_on_working(demo, person):
    demo.apply_policy(policy(passwords="block", sessions="browser"))
    page = person.page
    page.goto(demo.url + DASHBOARD)
    assert "Signed in as Bob Burton" in page.inner_text("body")
    status, body = page.evaluate(FETCH, ["GET", MYSELF, None])
    assert status == 200 and '"bob"' in body
    status, body = page.evaluate(FETCH, ["POST", "/rest/api/2/search", '{"jql": "project = ABC"}'])
    assert status == 200 and "ABC-1" in body
    # A link of the page, in the same window and in a new one; and what somebody types.
    links = f"<a id=a href={MYSELF}>a</a><a id=b target=_blank href={MYSELF}>b</a>"
    page.evaluate("(links) => { document.body.innerHTML = links }", links)
    with person.context.expect_page() as opened:
        page.click("#b")
    opened.value.wait_for_load_state()
    assert '"bob"' in opened.value.content()
    page.click("#a")
    page.wait_for_url(demo.url + MYSELF)
    assert '"bob"' in page.content()
    typed = person.context.new_page()
    assert typed.goto(demo.url + MYSELF).status == 200


def test_a_page_elsewhere_does_not_use_the_session(demo, person):
    demo.apply_policy(policy(sessions="browser"))
    page = person.page
    elsewhere = "http://elsewhere.example/"
    link = f'<a href="{demo.url}{MYSELF}">look</a>'
    page.route(elsewhere, lambda route: route.fulfill(body=link, content_type="text/html"))
    page.goto(elsewhere)
    with page.expect_response(demo.url + MYSELF) as told:
        page.click("a")
    assert told.value.status == 403
    assert told.value.headers["x-gatepass-reason"] == "sessions_disabled"
    # Another port is the same site, and another origin all the same.
    page.unroute(elsewhere)
    beside = "http://127.0.0.1:9/"
    page.route(beside, lambda route: route.fulfill(body=link, content_type="text/html"))
    page.goto(beside)
    with page.expect_response(demo.url + MYSELF) as told:
        page.click("a")
    assert told.value.status == 403
    assert told.value.headers["x-gatepass-reason"] == "sessions_disabled"


def test_who_would_be_refused_is_seen_before(demo, script, browser, person):
    demo.apply_policy(policy(sessions="observe") + ADMINISTRATORS)
    agent = {"User-Agent": "nightly-export/7"}
    for _ in range(3):
        assert script.get(demo.url + MYSELF, headers=agent).status_code == 200
    page = person.page
    page.goto(demo.url + DASHBOARD)
    assert page.evaluate(FETCH, ["GET", MYSELF, None])[0] == 200
    told = demo.run(
        *("explain", "--instance", "jira", "--url", demo.url + MYSELF, "--credential", "session")
    )
    assert 'which sessions = "browser" refuses' in told
    carol = Person(browser, demo, "carol").sign_in("/settings")
    try:

        def is_named():
            carol.go("/settings")
            if not re.search(r"\d+ calls? came without what a page sends", carol.text()):
                return False
            carol.page.check("[name=sessions][value=browser]", force=True)
            carol.page.click("[name=do][value=preview]")
            return "nightly-export/7 3 requests" in carol.text()

        # Activity is written each second.
        wait_until(is_named, "the preview names the script")
        told = carol.text()
        assert "Pages only" in told
        assert "Chrome" not in told and "Mozilla" not in told
        carol.page.click("[name=do][value=save]")
        carol.page.wait_for_url(re.compile("/settings$"))
        assert 'sessions = "browser"' in demo.run("policy", "export")
        assert carol.complaints == []
    finally:
        carol.close()
    check_refused(script.get(demo.url + MYSELF, headers=agent))
    assert page.evaluate(FETCH, ["GET", MYSELF, None])[0] == 200


ADMINISTRATORS = """[[rules]]
name = "administrators"
people = ["carol"]
administer = "allow"
"""


def test_only_sessions_have_the_mode(demo):
    said = demo.finish("policy", "apply", "/dev/stdin", stdin=policy(passwords="browser"))
    assert said.returncode != 0
    assert b'"browser" is a mode of sessions only' in said.stdout + said.stderr


def test_a_refused_session_is_an_answer_that_scripts_can_read(demo, script):
    demo.apply_policy(policy(sessions="browser"))
    cookie = "Cookie: JSESSIONID=" + script.cookies["JSESSIONID"]
    answer = call(demo.url, "GET", MYSELF, [cookie, "Accept: application/json"])
    assert (answer.status, answer.reason) == (403, "sessions_disabled")
    assert answer.headers["Content-Type"].startswith("application/json") and answer.json()
