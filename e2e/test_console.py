"""The console as people see it, in a real browser: with scripts, and without."""

import json
import re
import urllib.request
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from jira import JIRA, JIRAError

from browser import Person, chromium
from harness import Demo, wait_until
from test_secrets import spellings


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

    calls = [call for call in demo.log() if "/rest/api/2/issue" in call["target"]]
    assert calls and {(call["user"], call["identified"]) for call in calls} == {
        ("bob", "NativeToken")
    }
    assert bob.complaints == [] and carol.complaints == []


def test_the_products_own_page_of_native_tokens_leads_here_where_policy_says_so(demo, people):
    page = people("bob").page
    tab = "com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens"
    address = f"{demo.url}/secure/ViewProfile.jspa?selectedTab={tab}"
    page.goto(address)
    page.fill("#login-form-username", "bob")
    page.fill("#login-form-password", "bob-password")
    page.click("#login-form-submit")
    page.goto(address)
    assert urlsplit(page.url).path == "/secure/ViewProfile.jspa"
    before = demo.run("policy", "export")
    demo.apply_policy(f'[instances.jira]\nnative_token_page = "gatepass"\n{before}')
    assert 'native_token_page = "gatepass"' in demo.run("policy", "export")
    page.goto(address)
    assert "My API tokens" in page.inner_text("h1")
    # The rest of the profile is the product's still, and so is what its own scripts fetch.
    page.goto(address.split("?")[0])
    assert urlsplit(page.url).path == "/secure/ViewProfile.jspa"
    request = urllib.request.Request(address, headers={"X-Requested-With": "XMLHttpRequest"})
    with urllib.request.urlopen(request) as answer:
        assert urlsplit(answer.url).path != "/gatepass/"


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


AXE = Path(__file__).parent / "console/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(demo, browser, theme):
    axe = AXE.read_text()
    carol = Person(browser, demo, "carol", color_scheme=theme)
    try:
        carol.sign_in()
        _, address = create(carol, "Nightly export", purpose="For the data warehouse")
        token = address.removeprefix(f"{demo.url}/gatepass")
        paths = ["/", "/tokens/new", token, f"{token}/created", f"{token}/rotate"]
        paths += [f"{token}/suspend", f"{token}/revoke", "/all", "/all?q=nothing", "/settings"]
        paths += ["/settings/rules/new", "/settings/rules/everybody", "/audit", "/sessions"]
        paths += ["/settings/rules/everybody/delete", "/proof", "/sign-in?out=1", "/nothing"]
        found = []
        for path in paths:
            carol.go(path)
            carol.page.evaluate(axe)
            options = {"runOnly": {"type": "tag", "values": RULES}}
            result = carol.page.evaluate("options => axe.run(document, options)", options)
            for violation in result["violations"]:
                places = [" ".join(node["target"]) for node in violation["nodes"]]
                found.append(f"{path}: {violation['id']}: {places}")
        assert found == []
        # A page that is not there says so; nothing else does.
        assert [text for text in carol.complaints if "404" not in text] == []
    finally:
        carol.close()


def test_no_secret_of_a_sign_in_is_left_behind(demo, browser, tmp_path):
    bob = Person(browser, demo, "bob")
    addresses = []
    bob.context.on("request", lambda request: addresses.append(request.url))
    bob.sign_in()
    secret, address = create(bob, "kept nowhere")
    secrets = {"the token": secret, "the password": "bob-password"}
    for cookie in bob.context.cookies():
        if cookie["name"] != "gatepass-notice":
            secrets[cookie["name"]] = cookie["value"]
    for text in addresses:
        for name, value in parse_qsl(urlsplit(text).query):
            if name in ("code", "to"):
                secrets[f"{name} {len(secrets)}"] = value
    bob.page.goto(address)
    secrets["the mark of forms"] = bob.page.locator("[name=csrf]").first.input_value()
    assert len(secrets) >= 8, secrets.keys()
    client(demo, secret).myself()
    bob.close()
    backup = demo.folder / "backup.db"
    said = demo.run("backup", backup) + demo.run("audit", "list") + demo.run("token", "list")
    operations = json.loads(demo.process.out.read_text())["operations"]
    with urllib.request.urlopen(f"{operations}/metrics") as metrics:
        said += metrics.read().decode()
    places = {
        str(path.relative_to(demo.folder)): path.read_bytes()
        for path in demo.folder.rglob("*")
        if path.is_file()
    }
    places["what was printed"] = said.encode()
    places["what the demo said"] = demo.process.err.read_bytes()
    assert b"kept nowhere" in b"".join(places.values()), "it is not where it is searched for"
    for kept in ("gatepass.db", "gatepass.activity.db", "backup.db/gatepass.db"):
        assert any(place.endswith(kept) for place in places), (kept, places.keys())
    leaks = [
        f"{name} ({how}) in {place}"
        for name, value in secrets.items()
        for how, spelling in spellings(value)
        # Sessions and codes are found by it; nobody makes 256 random bits of it.
        if not how.startswith("SHA-256") or name == "the token"
        for place, content in places.items()
        if spelling in content
    ]
    assert leaks == []
