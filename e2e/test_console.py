"""The console as people see it, in a real browser: with scripts, and without."""

import json
import re
import urllib.request

import pytest
from jira import JIRA, JIRAError

from browser import Person, chromium
from harness import Demo, wait_until


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path, "--json")
    yield demo
    demo.process.kill()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def people(request, browser, demo):
    made = []

    def somebody(name, **options):
        made.append(Person(browser, demo, name, java_script_enabled=request.param, **options))
        return made[-1]

    yield somebody
    for person in made:
        person.close()


def create(person, name, **fields):
    """Makes a token as a person does; gives its secret and its page."""
    page = person.page
    person.go()
    page.click("text=Create an API token")
    page.fill("#name", name)
    for field, value in fields.items():
        page.fill(f"#{field}", value)
    page.click("button[name=do][value=create]")
    page.wait_for_url(re.compile(r"/tokens/tok_[0-9a-f]+/created"))
    return person.secret(), page.url.removesuffix("/created")


def client(demo, secret):
    return JIRA(demo.url, token_auth=secret, max_retries=0, get_server_info=False)


def log_of(demo):
    with urllib.request.urlopen(f"{demo.jira_url}/stand-in/log") as answer:
        return json.load(answer)


def test_a_person_makes_a_token_and_an_administrator_ends_it(demo, people):
    bob = people("bob").sign_in()
    assert "My API tokens" in bob.page.inner_text("h1")
    secret, address = create(bob, "Nightly export", purpose="For the data warehouse")
    # Shown once: the same page does not show it again.
    bob.page.reload()
    assert secret not in bob.page.content()

    jira = client(demo, secret)
    assert jira.issue("ABC-1").key == "ABC-1"
    assert jira.myself()["name"] == "bob"
    with pytest.raises(JIRAError) as refused:
        jira.create_issue(project="ABC", summary="x", issuetype={"name": "Task"})
    assert refused.value.status_code == 403
    assert refused.value.response.headers["X-Gatepass-Reason"] == "read_only"

    def has_activity():
        bob.page.goto(address)
        return "Issue" in bob.text() or "issue" in bob.text()

    wait_until(has_activity, "the token's page tells of its requests")
    assert "403" in bob.text()

    carol = people("carol").sign_in("/all")
    carol.page.fill("[name=q]", "nightly")
    carol.page.press("[name=q]", "Enter")
    carol.page.wait_for_url(re.compile("q=nightly"))
    carol.page.click("text=Nightly export")
    carol.page.wait_for_url(address)
    assert "bob" in carol.text()
    carol.page.goto(f"{address}/revoke")
    carol.page.fill("[name=reason]", "nobody knows what it is for")
    carol.page.click("main form [type=submit]")
    carol.page.wait_for_url(address)
    assert "Revoked" in carol.text()

    with pytest.raises(JIRAError) as refused:
        jira.issue("ABC-1")
    assert refused.value.status_code == 401
    assert refused.value.response.headers["X-Gatepass-Reason"] == "token_revoked"

    calls = [call for call in log_of(demo) if "/rest/api/2/issue" in call["target"]]
    assert calls and {(call["user"], call["identified"]) for call in calls} == {
        ("bob", "NativeToken")
    }
    assert bob.complaints == [] and carol.complaints == []


def test_what_policy_refuses_is_said_at_the_field_and_what_was_typed_stays(demo, people):
    bob = people("bob").sign_in("/tokens/new")
    page = bob.page
    page.fill("#name", "<b>Ünïcode</b> \N{KEY}")
    page.fill("#networks", "10.0.0.0/8\nnot a network")
    page.click("button[name=do][value=create]")
    assert page.input_value("#name") == "<b>Ünïcode</b> \N{KEY}"
    assert page.input_value("#networks") == "10.0.0.0/8\nnot a network"
    assert "not a network" in page.inner_text("#networks-fault")
    page.fill("#networks", "")
    page.check("input[name=expires][value=date]")
    page.fill("#expires_date", "2099-01-01")
    page.click("button[name=do][value=create]")
    assert "everybody" in bob.text()
    assert page.input_value("#expires_date") == "2099-01-01"
    assert page.input_value("#name") == "<b>Ünïcode</b> \N{KEY}"


def test_a_form_that_is_sent_twice_is_done_once(demo, people):
    bob = people("bob").sign_in("/tokens/new")
    form = bob.page.input_value("form[action$='/tokens/new'] [name=form_id]")
    csrf = bob.page.input_value("form[action$='/tokens/new'] [name=csrf]")
    fields = {"csrf": csrf, "form_id": form, "name": "twice", "do": "create", "access": "read-only"}
    headers = {"Origin": demo.url}
    address = f"{demo.url}/gatepass/tokens/new"
    places = set()
    for _ in range(2):
        answer = bob.context.request.post(
            address, form=fields, headers=headers, max_redirects=0
        )
        assert answer.status == 303, answer.text()
        places.add(re.search(r"tok_[0-9a-f]+", answer.headers["location"] + " tok_0")[0])
    bob.go()
    assert bob.page.locator("text=twice").count() == 1


def test_it_speaks_german_and_keeps_to_what_was_chosen(demo, people):
    bob = people("bob", locale="de-DE").sign_in()
    assert bob.page.get_attribute("html", "lang") == "de"
    assert "Meine API-Token" in bob.page.inner_text("h1")


def test_signing_out_ends_the_session(demo, people):
    bob = people("bob").sign_in()
    cookies = bob.context.cookies()
    session = [cookie for cookie in cookies if cookie["name"].endswith("gatepass-session")]
    assert len(session) == 1 and session[0]["httpOnly"]
    bob.go("/sessions")
    assert "192." in bob.text() or "127.0.0.1" in bob.text()
    csrf = bob.page.locator("form[action$='/sign-out'] [name=csrf]").first.input_value()
    answer = bob.context.request.post(
        f"{demo.url}/gatepass/sign-out",
        form={"csrf": csrf},
        headers={"Origin": demo.url},
        max_redirects=0,
    )
    assert answer.status == 303
    # With the old cookie nobody is signed in any more.
    bob.context.add_cookies(session)
    answer = bob.context.request.get(f"{demo.url}/gatepass/sessions", max_redirects=0)
    assert answer.status == 303 and "/sign-in" in answer.headers["location"]
