"""An administrator creates a token on behalf of somebody who never signed in. An application link makes
his native token; what it signs is judged by PyPI's oauthlib, and the stand-in's log names the owner."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from jira import JIRA

from browser import Person, chromium
from harness import Demo, Serving, Upstream
from links import enter_link


class Linked(Serving):
    """A gate before the stand-in of a demo, with oauthlib between them."""

    def __init__(self, folder, demo):
        super().__init__(folder / "linked")
        self.demo = demo
        self.key_file = self.folder / "jira-link.pem"
        self.write("http://127.0.0.1:1", linked=False)
        made = self.ask("impersonation", "keygen")
        self.public_key = self.folder / "public.pem"
        self.public_key.write_text(made["public_key"])
        assert made["key_file"] == str(self.key_file)
        product = urlsplit(demo.jira_url)
        self.front = Upstream(folder, "oauth_front.py", self.public_key, product.port)
        self.base_url = f"{self.front.url}{product.path}"
        self.write(self.base_url)

    def write(self, base_url, linked=True):
        link = f'[instances.impersonation]\nkey_file = "{self.key_file}"\n' if linked else ""
        identity = '["native-token", "impersonation"]' if linked else '["native-token"]'
        self.config.write_text(
            f"""
[server]
listen = ["127.0.0.1:{self.port}"]
operations_listen = "{urlsplit(self.operations).netloc}"
[store]
url = "sqlite:gatepass.db"
[secrets]
key_file = "gatepass.key"
[[directories]]
name = "main"
kind = "product"
instance = "jira"
[[instances]]
name = "jira"
product = "jira"
base_url = "{base_url}"
identity = {identity}
{link}
"""
        )

    def enter_link(self):
        enter_link(self.demo.jira_url, self.public_key)

    def end(self):
        for process in (self.process, self.front.process):
            if process is not None:
                process.kill()


@pytest.fixture
def gate(tmp_path):
    demo = Demo(tmp_path / "demo", "--json")
    gate = None
    try:
        gate = Linked(tmp_path, demo)
        yield gate
    finally:
        if gate is not None:
            gate.end()
        demo.process.kill()


POLICY = """
[[rules]]
name = "everybody"
use = "allow"
create = "allow"
[[rules]]
name = "administrators"
groups = ["jira-administrators"]
create_on_behalf = "allow"
administer = "allow"
"""


def checks(gate, *words, code=0):
    found = gate.ask("check", *words, code=code)["checks"]
    return [(one["state"], one["words"]) for one in found if "application link" in one["check"]]


def test_check_becomes_a_person_and_somebody_who_does_not_exist(gate):
    ((state, words),) = checks(gate, "--person", "ci-bot", code=1)
    assert state == "failed" and "consumer_key_unknown" in words
    gate.enter_link()
    somebody, nobody = checks(gate, "--person", "ci-bot")
    assert somebody == ("ok", "jira takes it for ci-bot, a user")
    assert nobody[0] == "ok" and "for nobody" in nobody[1]
    assert all(call["passed"] for call in gate.front.lines())
    # The key is not made twice, and is its owner's alone.
    assert gate.ask("impersonation", "keygen", code=1)["error"]["code"] == "occupied"
    assert gate.key_file.stat().st_mode & 0o777 == 0o600
    assert gate.ask("impersonation", "show")["consumer_key"] == "gatepass"


def test_a_token_for_a_robot_works_without_the_robot(gate):
    gate.enter_link()
    gate.apply_policy(POLICY)
    gate.serve()
    with chromium() as browser:
        carol = Person(browser, gate, "carol").sign_in()
        carol.go("/tokens/new")
        page = carol.page
        page.fill("[name=name]", "Nightly report")
        page.click("details:has([name=owner]) > summary")
        page.fill("[name=owner]", "ci-bot")
        page.fill("[name=reason]", "the robot has no browser")
        page.click("button[value=create]")
        secret = carol.secret()
        assert carol.complaints == []

    jira = JIRA(gate.url + urlsplit(gate.base_url).path, token_auth=secret)
    assert jira.myself()["name"] == "ci-bot"
    assert jira.search_issues("project = ABC", maxResults=1)

    signed = gate.front.lines()
    assert signed and all(call["passed"] for call in signed)
    for one in signed:
        query = parse_qsl(urlsplit(one["target"]).query)
        assert query[0][0] == "xoauth_requestor_id", one
    assert {call["method"] for call in signed if "/tokens" in call["target"]} == {"POST"}
    mine = [one for one in gate.demo.log() if one["identified"] == "ApplicationLink"]
    assert [one["target"] for one in mine] == [one["target"] for one in signed]
    assert all(dict(parse_qsl(urlsplit(one["target"]).query))["xoauth_requestor_id"] == one["user"] for one in mine)
    # Requests themselves go up by the native token, and are never signed.
    asked = [one for one in gate.demo.log() if "/rest/api/2/search" in one["target"]]
    assert asked and all(
        (one["user"], one["identified"]) == ("ci-bot", "NativeToken") for one in asked
    )
