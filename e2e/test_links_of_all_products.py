"""A Jira, a Confluence and a Bitbucket, each with an application link: one token of somebody who never
signed in works at all of them, as himself. PyPI's oauthlib judges what is signed."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from atlassian import Bitbucket, Confluence
from jira import JIRA

from browser import Person, chromium
from harness import bearer, call, policy
from links import LinkedGate

PRODUCTS = ["jira", "confluence", "bitbucket"]


@pytest.fixture
def gate(tmp_path):
    linked = LinkedGate(
        tmp_path, PRODUCTS, identity=["native-token", "impersonation"], credential="native-token"
    )
    yield linked
    linked.end()


@pytest.fixture
def old_gate(tmp_path):
    """Before versions that know no native tokens."""
    linked = LinkedGate(
        tmp_path,
        PRODUCTS,
        "before-native-tokens",
        identity=["impersonation"],
        credential="session",
    )
    yield linked
    linked.end()


def checks(gate, *words, code=0):
    found = gate.ask("check", *words, code=code)["checks"]
    said = {product: [] for product in PRODUCTS}
    for one in found:
        if one["check"].startswith("application link at "):
            said[one["check"].split()[-1]].append((one["state"], one["words"]))
    return said


def robots_token(gate):
    gate.apply_policy(policy())
    reason = ["--on-behalf-of-reason", "it has no browser"]
    issued = gate.ask("token", "issue", "--owner", "ci-bot", "--name", "nightly", *reason)
    return issued["secret"]


def ask_all(gate, secret):
    """By the clients that people have."""
    assert JIRA(f"{gate.url}/jira", token_auth=secret).myself()["name"] == "ci-bot"
    wiki = Confluence(url=f"{gate.url}/confluence", token=secret)
    assert wiki.get_all_spaces()["results"]
    assert list(Bitbucket(url=f"{gate.url}/bitbucket", token=secret).project_list())


def test_check_becomes_a_person_at_each_product_and_nobody_by_a_wrong_name(gate):
    for said in checks(gate, "--person", "ci-bot", code=1).values():
        ((state, words),) = said
        assert state == "failed" and "consumer_key_unknown" in words
    gate.enter_links()
    said = checks(gate, "--person", "ci-bot")
    assert said["jira"][0] == ("ok", "jira takes it for ci-bot, a user")
    assert said["confluence"][0] == ("ok", "confluence takes it for ci-bot")
    assert said["bitbucket"][0] == ("ok", "bitbucket takes it for ci-bot")
    for product in PRODUCTS:
        state, words = said[product][1]
        assert state == "ok" and "for nobody" in words, words
        assert all(one["passed"] for one in gate.products[product].front.lines())


def test_one_token_of_somebody_who_never_signed_in_works_at_all(gate):
    gate.enter_links()
    secret = robots_token(gate)
    gate.serve()
    ask_all(gate, secret)
    for stand_in in gate.products.values():
        signed = stand_in.front.lines()
        assert signed and all(one["passed"] for one in signed)
        for one in signed:
            query = parse_qsl(urlsplit(one["target"]).query)
            assert query[0] == ("xoauth_requestor_id", "ci-bot"), one
        log = stand_in.log()
        linked = [one["target"] for one in log if one["identified"] == "ApplicationLink"]
        assert linked == [one["target"] for one in signed]
        # Requests themselves go up by the native token, and are never signed.
        asked = [one for one in log if one["identified"] == "NativeToken"]
        assert asked and {one["user"] for one in asked} == {"ci-bot"}
    # A name in the query that somebody smuggles in is refused at each.
    for product, path in [("confluence", "/rest/api/space"), ("bitbucket", "/rest/api/1.0/projects")]:
        target = f"/{product}{path}?xoauth_requestor_id=carol"
        refused = call(gate.url, "GET", target, [bearer(secret)])
        assert (refused.status, refused.reason) == (403, "forged_identity"), refused
    made = {one["instance"] for one in gate.ask("credential", "list")}
    assert made == set(PRODUCTS)


def test_before_native_tokens_sessions_are_opened_at_each(old_gate):
    old_gate.enter_links()
    for product, said in checks(old_gate, "--person", "ci-bot").items():
        assert [state for state, _ in said] == ["ok"] * 3, (product, said)
        assert said[1][1] == f"{product} takes a session of ci-bot's"
    secret = robots_token(old_gate)
    old_gate.serve()
    for _ in range(2):
        ask_all(old_gate, secret)
    for product, stand_in in old_gate.products.items():
        log = stand_in.log()
        begin = max(at for at, one in enumerate(log) if one["identified"] == "ApplicationLink")
        later = {(one["user"], one["identified"]) for one in log[begin + 1 :]}
        assert later == {("ci-bot", "Session")}, (product, later)


@pytest.fixture
def plain_gate(tmp_path):
    """Without links: who is there makes his native tokens by his own sessions."""
    linked = LinkedGate(tmp_path, PRODUCTS, identity=["native-token"])
    yield linked
    linked.end()


FORMS = {
    "Confluence": ("[name=os_username]", "[name=os_password]"),
    "Bitbucket": ("[name=j_username]", "[name=j_password]"),
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_somebody_connects_each_product_where_he_signs_in(plain_gate, scripts):
    gate = plain_gate
    gate.apply_policy(policy())
    gate.serve()
    with chromium() as browser:
        alice = Person(browser, gate, "alice", java_script_enabled=scripts).sign_in()
        alice.go("/tokens/new")
        page = alice.page
        page.fill("[name=name]", "Everywhere")
        page.check("[name=access][value=read-write]")
        page.click("button[value=create]")
        # Jira, where she is signed in, is connected at once; no other login page comes before this.
        secret = alice.secret()
        for title, (username, password) in FORMS.items():
            page.click(f"text=Connect {title}")
            page.fill(username, "alice")
            page.fill(password, "alice-password")
            page.press(password, "Enter")
            page.wait_for_url("**/gatepass/**")
            assert f"Connect {title}" not in alice.text()
        assert alice.complaints == []
    assert JIRA(f"{gate.url}/jira", token_auth=secret).myself()["name"] == "alice"
    assert Confluence(url=f"{gate.url}/confluence", token=secret).get_all_spaces()["results"]
    assert list(Bitbucket(url=f"{gate.url}/bitbucket", token=secret).project_list())
    for stand_in in gate.products.values():
        asked = [one for one in stand_in.log() if one["identified"] == "NativeToken"]
        assert asked and {one["user"] for one in asked} == {"alice"}
