"""The console on a host of its own, over https, beside a product that it does not share an origin with."""

import shutil
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from browser import ARGUMENTS, CHROMIUM, Person
from harness import Demo, Serving
from tls_front import Authority

CONSOLE, JIRA = "console.gatepass.test", "jira.gatepass.test"


class Apart(Serving):
    """A second gate before the stand-in of a demo. No name server knows the hosts; the browser does."""

    def __init__(self, folder, demo):
        super().__init__(folder / "apart")
        certificate, key = Authority(folder / "ca").sign(CONSOLE, f"DNS:{CONSOLE},DNS:{JIRA}")
        shutil.copy(demo.folder / "jira-lookup.token", self.folder)
        self.url = f"https://{CONSOLE}:{self.port}"
        self.product = f"https://{JIRA}:{self.port}"
        self.config.write_text(
            f"""
[server]
listen = ["127.0.0.1:{self.port}"]
operations_listen = "{urlsplit(self.operations).netloc}"
console_host = "{CONSOLE}"
[server.tls]
certificate = "{certificate}"
key = "{key}"
[store]
url = "sqlite:gatepass.db"
[secrets]
key_file = "gatepass.key"
[[directories]]
name = "main"
kind = "product"
instance = "jira"
lookup_token_file = "jira-lookup.token"
[[instances]]
name = "jira"
product = "jira"
base_url = "{demo.jira_url}"
hosts = ["{JIRA}"]
identity = ["native-token"]
"""
        )
        self.serve()


@pytest.fixture
def gate(tmp_path):
    demo = Demo(tmp_path / "demo", "--json")
    try:
        gate = Apart(tmp_path, demo)
        yield gate
        gate.process.kill()
    finally:
        demo.process.kill()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def people(request, gate):
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {CONSOLE} 127.0.0.1,MAP {JIRA} 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rules])

        def somebody(name):
            options = {"java_script_enabled": request.param, "ignore_https_errors": True}
            return Person(browser, gate, name, **options)

        yield somebody
        browser.close()


def test_people_sign_in_by_the_products_host_and_nothing_of_the_session_reaches_it(gate, people):
    (link,) = gate.run("admin", "bootstrap").split()
    assert link.startswith(f"{gate.url}/gatepass/bootstrap?key=")
    carol = people("carol").sign_in()
    page = carol.page
    assert urlsplit(page.url).netloc == f"{CONSOLE}:{gate.port}"
    assert "My API tokens" in page.inner_text("h1")
    page.goto(link)
    page.click("main button[type=submit]")
    # No proof is asked for: no product's script can reach this origin.
    carol.go("/all")
    assert urlsplit(page.url).path == "/gatepass/all"

    cookies = carol.context.cookies()
    (session,) = [one for one in cookies if one["name"].endswith("gatepass-session")]
    assert session["name"] == "__Host-gatepass-session"
    assert session["secure"] and session["httpOnly"] and session["domain"] == CONSOLE
    assert not [one for one in cookies if one["domain"] == JIRA and "gatepass" in one["name"]]

    # Below the product's host there is no console, and its own page of native tokens leads here.
    before = gate.run("policy", "export")
    gate.apply_policy(f'[instances.jira]\nnative_token_page = "gatepass"\n{before}')
    assert carol.complaints == []
    answer = page.goto(f"{gate.product}/gatepass/")
    assert answer.status == 404 and answer.headers["x-gatepass-request-id"]
    tab = "com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens"
    page.goto(f"{gate.product}/secure/ViewProfile.jspa?selectedTab={tab}")
    assert urlsplit(page.url).netloc == f"{CONSOLE}:{gate.port}"
    assert "My API tokens" in page.inner_text("h1")
