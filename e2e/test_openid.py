"""The console before a certified OpenID provider, npm's `oidc-provider`, in a real browser: with scripts,
and without."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jira import JIRA, JIRAError

from browser import Person, chromium
from harness import Process, Serving, free_port, wait_until
from tls_front import Authority

HERE = Path(__file__).parent / "openid"
SECRET = "a secret of the client"

PEOPLE = {
    name: {
        "preferred_username": username,
        "name": f"{name.title()} of OpenID",
        "email": f"{name}@example.com",
        "groups": groups,
    }
    for name, username, groups in [
        ("bob", "bob", ["builders", "staff"]),
        ("dave", "dave", ["staff"]),
        # Somebody who may choose what he is called.
        ("mallory", "bob", ["builders"]),
    ]
}


class Provider:
    def __init__(self, folder, clients, tls=None):
        self.folder, self.clients, self.port, self.tls = folder, clients, free_port(), tls
        self.issuer = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self.start()

    def start(self):
        told = {"port": self.port, "tls": self.tls, "people": PEOPLE, "clients": self.clients}
        command = ["node", HERE / "provider.mjs", json.dumps(told)]
        self.process = Process(command, self.folder, "provider")
        try:
            wait_until(self.is_up, "the provider listens", patience=60)
        except BaseException:
            self.process.kill()
            raise

    def is_up(self):
        self.process.check_runs()
        return f"{self.issuer}\n" in self.process.out.read_text()

    def sign_ins(self):
        lines = self.process.out.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


class Here(Serving):
    """A gate before the stand-in Jira of a demo, whose people sign in at the provider."""

    def __init__(self, folder, demo, tls=None, more=""):
        super().__init__(folder / "here")
        self.redirect = f"{self.url}/gatepass/signed-in/main"
        client = {"client_id": "gate", "client_secret": SECRET, "redirect_uris": [self.redirect]}
        self.provider = Provider(folder, [client], tls)
        (self.folder / "openid.secret").write_text(SECRET + "\n")
        self.config.write_text(
            f"""
[server]
listen = ["127.0.0.1:{self.port}"]
operations_listen = "{urlsplit(self.operations).netloc}"
[store]
url = "sqlite:gatepass.db"
[secrets]
key_file = "gatepass.key"
[log]
format = "json"
[[directories]]
name = "main"
kind = "oidc"
issuer = "{self.provider.issuer}"
client_id = "gate"
client_secret_file = "openid.secret"
title = "Company account"
scopes = ["profile", "email", "groups"]
{more}
[[instances]]
name = "jira"
product = "jira"
base_url = "{demo.jira_url}"
identity = ["native-token"]
"""
        )
        self.apply_policy(
            '[[rules]]\nname = "builders"\ngroups = ["builders"]\nuse = "allow"\ncreate = "allow"\n'
        )
        try:
            self.serve()
        except BaseException:
            self.process.kill()
            self.provider.process.kill()
            raise


@pytest.fixture(scope="module")
def browser():
    if not (HERE / "node_modules").exists():
        pytest.fail("e2e/openid has no node_modules: npm ci --prefix e2e/openid")
    with chromium() as browser:
        yield browser


@pytest.fixture
def gate(demo, tmp_path):
    gate = Here(tmp_path, demo)
    yield gate
    gate.process.kill()
    gate.provider.process.kill()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request):
    return request.param


@pytest.fixture
def people(browser, gate):
    made = []

    def somebody(name, **options):
        made.append(Person(browser, gate, name, **options))
        return made[-1]

    yield somebody
    for person in made:
        person.close()


def at_provider(person, name=None):
    """Signs in at the provider's own page."""
    page = person.page
    assert urlsplit(page.url).hostname == "localhost", page.url
    page.fill("[name=login]", name or person.name)
    page.fill("[name=password]", "any")
    page.click("[type=submit]")
    page.wait_for_url(lambda url: urlsplit(url).hostname != "localhost")


def sign_in(person, path="/"):
    person.go(path)
    at_provider(person)
    return person


def create(person, name):
    """Makes a token; who the person is at Jira, Jira asks him itself."""
    page = person.page
    person.go("/tokens/new")
    if "/proof" in page.url:
        page.click("main a.primary")
        at_provider(person)
    page.fill("#name", name)
    page.click("button[name=do][value=create]")
    if "/login.jsp" in page.url:
        page.fill("[name=os_username]", person.name)
        page.fill("[name=os_password]", f"{person.name}-password")
        page.click("#login-form-submit")
    page.wait_for_url(re.compile(r"/tokens/tok_[0-9a-f]+/created"))
    return person.secret()


def client(gate, secret):
    return JIRA(gate.url, token_auth=secret, max_retries=0, get_server_info=False)


def is_revoked(gate, secret):
    """Whether the token has ended; nothing else may be wrong with it."""
    try:
        client(gate, secret).myself()
    except JIRAError as error:
        assert error.response.headers["X-Gatepass-Reason"] == "token_revoked", error
        return True
    return False


def test_a_person_signs_in_there_and_makes_a_token_by_the_groups_that_are_told(
    gate, people, scripts
):
    bob = sign_in(people("bob", java_script_enabled=scripts))
    assert bob.page.url == f"{gate.url}/gatepass/"
    assert "My API tokens" in bob.page.inner_text("h1")
    assert "Bob of OpenID" in bob.text()
    secret = create(bob, "Nightly export")
    assert client(gate, secret).issue("ABC-1").key == "ABC-1"
    assert client(gate, secret).myself()["name"] == "bob"

    first, proof = gate.provider.sign_ins()
    assert first["who"] == proof["who"] == "bob"
    assert first["params"]["code_challenge_method"] == "S256" and first["params"]["nonce"]
    assert "prompt" not in first["params"]
    # No product's script could have done that in his name.
    assert proof["params"]["prompt"] == "login"
    assert first["params"]["state"] != proof["params"]["state"]
    assert bob.complaints == []

    # Who is in no group that may is told so, and makes none.
    dave = sign_in(people("dave", java_script_enabled=scripts))
    assert "My API tokens" in dave.page.inner_text("h1")
    refused = dave.context.request.get(f"{gate.url}/gatepass/tokens/new")
    assert "gpass_" not in refused.text()
    known = gate.run("audit", "list")
    assert "signed in with the OpenID provider of main" in known


def test_a_name_that_is_another_accounts_is_refused_until_it_is_let_go(gate, people):
    bob = sign_in(people("bob"))
    secret = create(bob, "Bob's own")
    mallory = people("mallory")
    sign_in(mallory)
    assert "The name" in mallory.page.inner_text("h1") and "is taken" in mallory.text()
    cookies = [one["name"] for one in mallory.context.cookies(gate.url)]
    assert "gatepass-session" not in cookies
    assert client(gate, secret).myself()["name"] == "bob"

    gate.run("admin", "release", "--owner", "bob")
    assert "person.released" in gate.run("audit", "list")
    wait_until(lambda: is_revoked(gate, secret), "the token has ended")
    # He is signed in there already.
    mallory.go()
    assert "My API tokens" in mallory.page.inner_text("h1")
    bob.go()
    assert "My API tokens" not in bob.text(), "his session has ended"


def test_whoever_goes_back_or_comes_twice_or_from_elsewhere_is_not_signed_in(gate, people):
    bob = people("bob", locale="de-DE")
    bob.go("/sessions")
    bob.page.click("text=Cancel")
    assert "Company account" in bob.page.inner_text("h1") and "access_denied" in bob.text()
    assert bob.page.get_attribute("html", "lang") == "de"
    addresses = []
    bob.context.on("request", lambda request: addresses.append(request.url))
    bob.page.click("main a.primary")
    at_provider(bob)
    assert bob.page.url == f"{gate.url}/gatepass/"
    (back,) = [one for one in addresses if one.startswith(f"{gate.redirect}?")]
    # The same address once more, here and in another browser.
    for other in (bob, people("dave")):
        answer = other.page.goto(back)
        assert answer.status == 400, other.text()
        cookies = [one["name"] for one in other.context.cookies(gate.url)]
        assert ("gatepass-session" in cookies) == (other is bob)
    # Nothing of it is left where it could be read.
    code = re.search(r"code=([^&]+)", back)[1]
    for path in gate.folder.rglob("*"):
        assert not path.is_file() or code.encode() not in path.read_bytes(), path


def test_a_provider_that_is_not_there_signs_nobody_in_and_who_is_in_stays(gate, people):
    bob = sign_in(people("bob"))
    secret = create(bob, "Goes on")
    gate.provider.process.stop()
    # What is known of a provider is kept for a while, but not by a gate that has just started.
    gate.process.stop()
    gate.serve()
    dave = people("dave")
    assert dave.go().status == 502
    assert "does not answer" in dave.page.inner_text("h1")
    bob.go()
    assert "My API tokens" in bob.page.inner_text("h1")
    assert client(gate, secret).myself()["name"] == "bob"
    found = gate.ask("check", code=1)["checks"]
    words = [one["words"] for one in found if one["state"] == "failed"]
    assert any("can't be asked" in one for one in words), words


def test_check_says_what_must_be_registered_and_what_nobody_can_know(gate):
    found = [one for one in gate.ask("check")["checks"] if one["check"] == "directory main"]
    good = [one["words"] for one in found if one["state"] == "ok"]
    assert any("RS256" in one and "ES256" in one and "keys: 4" in one for one in good), good
    warned = [one["words"] for one in found if one["state"] == "warning"]
    assert any("stale_limit" in one for one in warned), warned
    assert not any("PKCE" in one or "scopes" in one for one in warned), warned
    # It listens on 127.0.0.1, and no host was configured.
    assert any(gate.redirect in one for one in good), good


def test_an_administrator_is_made_by_the_link_and_administers_after_a_proof(gate, people):
    (link,) = gate.run("admin", "bootstrap").split()
    bob = sign_in(people("bob"))
    bob.page.goto(link)
    bob.page.click("main button[type=submit]")
    bob.go("/settings")
    assert "/proof" in bob.page.url
    # Somebody else who sits down there proves nothing.
    bob.page.click("main a.primary")
    at_provider(bob, "dave")
    assert "somebody else" in bob.page.inner_text("h1")
    bob.go("/settings")
    bob.page.click("main a.primary")
    at_provider(bob)
    assert urlsplit(bob.page.url).path == "/gatepass/settings"


def test_a_provider_by_https_is_trusted_by_the_companys_own_authority(browser, demo, tmp_path):
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.sign("localhost", "DNS:localhost")
    tls = {"certificate": str(certificate), "key": str(key)}
    gate = Here(tmp_path, demo, tls, f'ca = "{authority.certificate}"')
    try:
        bob = sign_in(Person(browser, gate, "bob", ignore_https_errors=True))
        assert "My API tokens" in bob.page.inner_text("h1")
        bob.close()
        words = [one["words"] for one in gate.ask("check")["checks"]]
        assert any(one.startswith("it calls itself by the issuer") for one in words), words
        without = gate.config.read_text().replace(f'ca = "{authority.certificate}"', "")
        gate.config.write_text(without)
        words = [one["words"] for one in gate.ask("check", code=1)["checks"]]
        assert any("can't be asked" in one and "no authority" in one for one in words), words
    finally:
        gate.process.kill()
        gate.provider.process.kill()


def test_every_algorithm_that_is_believed_signs_people_in(browser, demo, tmp_path):
    gate = Here(tmp_path, demo)
    gate.process.kill()
    gate.provider.process.kill()
    algorithms = ["RS256", "PS256", "ES256", "EdDSA"]
    clients, tables = [], ""
    for algorithm in algorithms:
        name = algorithm.lower()
        client = {
            "client_id": name,
            "redirect_uris": [f"{gate.url}/gatepass/signed-in/{name}"],
            "token_endpoint_auth_method": "none",
            "id_token_signed_response_alg": algorithm,
        }
        clients.append(client)
        tables += (
            f'[[directories]]\nname = "{name}"\nkind = "oidc"\nissuer = "ISSUER"\n'
            f'client_id = "{name}"\nscopes = ["profile", "groups"]\n'
        )
    provider = Provider(tmp_path, clients)
    config = gate.config.read_text().replace("[[instances]]", f"{tables}[[instances]]")
    config = config.replace("ISSUER", provider.issuer)
    gate.config.write_text(config.replace("[[instances]]\n", '[[instances]]\ndirectory = "main"\n'))
    try:
        gate.serve()
        for algorithm in algorithms:
            bob = Person(browser, gate, "bob")
            bob.go("/sign-in")
            bob.page.click(f"text=Sign in with {algorithm.lower()}")
            at_provider(bob)
            assert "My API tokens" in bob.page.inner_text("h1"), algorithm
            bob.close()
    finally:
        gate.process.kill()
        provider.process.kill()
