"""How long the pages of the console take with many tokens, over one kept connection, one after
the other."""

import http.client
import json
import re
import subprocess
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from .machine import Failed, Process, first_in_line, free_port
from .world import RIVAL_CORE

# Longest that 95 of 100 answers of a page may take, in milliseconds.
MOST_MILLIS = 50
PEOPLE = 2_000
# Somebody who can sign in at the stand-in, administers it, and owns tokens of the store.
ADMINISTRATOR = "carol"
CONSOLE_HOST = "gatepass.example.com"
# Before a page is measured: what it keeps in memory is there then, as for all but the first visitor.
WARM_UP = 3

CONFIG = """
[server]
listen = ["127.0.0.1:{port}"]
threads = 1
console_host = "gatepass.example.com"
operations_listen = ""
handover_socket = ""

[store]
url = "sqlite:{store}/gatepass.db"

[secrets]
key_file = "{store}/gatepass.key"

[log]
level = "warn"

[[directories]]
name = "main"
kind = "product"
instance = "jira"
lookup_token_file = "{store}/lookup.token"
# The people of the store are none of the stand-in's: it would say that they are gone.
refresh = "1d"
stale_limit = "30d"

[[instances]]
name = "jira"
product = "jira"
base_url = "{jira}"
directory = "main"
identity = ["native-token"]
hosts = ["jira.example.com"]

[[instances]]
name = "wiki"
product = "confluence"
base_url = "{jira}/wiki"
directory = "main"
identity = ["native-token"]
hosts = ["wiki.example.com"]
"""

POLICY = """
[instances.jira]
passwords = "observe"
native_tokens = "observe"

[[rules]]
name = "everybody"
use = "allow"
create = "allow"
longest_lifetime = "1000d"

[[rules]]
name = "administrators"
people = ["carol"]
use = "allow"
create = "allow"
create_on_behalf = "allow"
approve = "allow"
administer = "allow"
"""

# Some teams have rules of their own.
TEAM = """
[[rules]]
name = "team {number:02}"
groups = ["team-{number:02}"]
longest_lifetime = "{days}d"
most_tokens = 60
"""
TEAMS = 10


class Jira:
    """The stand-in Jira of `gatepass demo`, whose own gate nobody asks."""

    def __init__(self, gatepass, folder):
        folder.mkdir()
        port = free_port()
        words = [gatepass, "demo", "--json", "--port", port, "--data", folder]
        self.process = Process("demo", words, folder, RIVAL_CORE)
        try:
            self.process.wait_for(port)
            self.url = self.said(folder / "demo.log")["jira_url"].rstrip("/")
            self.lookup_token = (folder / "jira-lookup.token").read_text()
        except BaseException:
            self.process.stop()
            raise

    @staticmethod
    def said(log):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for line in log.read_text().splitlines():
                if line.startswith("{") and "jira_url" in line:
                    return json.loads(line)
            time.sleep(0.05)
        raise Failed("the demonstration does not say where its Jira is")


class Browser:
    """One connection that is kept, with cookies by host."""

    def __init__(self, port):
        self.port, self.host = port, CONSOLE_HOST
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.cookies = {}

    def ask(self, path, fields=None):
        """Status, headers and body of one answer; with `fields`, to a form."""
        cookies = self.cookies.setdefault(self.host, {})
        authority = f"{self.host}:{self.port}"
        headers = {"Host": authority, "User-Agent": "Mozilla/5.0", "Accept-Language": "en",
                   "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        method, body = "GET", None
        if fields is not None:
            method, body = "POST", urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded",
                        "Origin": f"http://{authority}", "Sec-Fetch-Site": "same-origin"}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            cookies[name.strip()] = value.strip()
        return response.status, response.headers, response.read()

    def follow(self, path, fields=None):
        """The same, and on to where it leads: status, last path, and body."""
        for _ in range(20):
            status, headers, body = self.ask(path, fields)
            if status not in (302, 303):
                return status, path, body.decode()
            address = urlsplit(headers["Location"])
            self.host = address.hostname or self.host
            path, fields = address.path + (f"?{address.query}" if address.query else ""), None
        raise Failed("the redirects have no end")

    def sign_in(self, name):
        """By the password, at the product's own page."""
        _, path, _ = self.follow("/gatepass/")
        if not path.startswith("/login.jsp"):
            raise Failed(f"signing in leads to {path}")
        back = parse_qs(urlsplit(path).query)["os_destination"][0]
        fields = {"os_username": name, "os_password": f"{name}-password", "os_destination": back}
        status, path, body = self.follow("/login.jsp", fields)
        if status != 200 or not path.startswith("/gatepass/"):
            raise Failed(f"signing in ended at {path} with {status}:\n{body[:2000]}")

    def become_administrator(self, link):
        """By the link that makes the first one."""
        address = urlsplit(link)
        _, _, body = self.follow(f"{address.path}?{address.query}")
        fields = {name: field(body, name) for name in ("csrf", "form_id", "key")}
        status, _, body = self.follow("/gatepass/bootstrap", fields)
        if status != 200:
            raise Failed(f"the administrators' link was answered with {status}:\n{body[:2000]}")


def field(body, name):
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', body)
    if not found:
        raise Failed(f"the page has no field {name}:\n{body[:2000]}")
    return found[1]


def gate(gatepass, store, jira):
    """A gate on this store, before this Jira: what runs, its port, and its administrators' link."""
    port = free_port()
    config = store / "gatepass.toml"
    config.write_text(CONFIG.format(port=port, store=store, jira=jira.url))
    (store / "lookup.token").write_text(jira.lookup_token)
    teams = "".join(TEAM.format(number=number, days=90 * (number + 2)) for number in range(TEAMS))
    (store / "policy.toml").write_text(POLICY + teams)
    command = [gatepass, "--config", config]
    run([*command, "policy", "apply", store / "policy.toml"])
    link = json.loads(run([*command, "admin", "bootstrap", "--json"]))["url"]
    process = Process("serve", [*command, "serve"], store, RIVAL_CORE)
    process.wait_for(port)
    return process, port, link


def run(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False, preexec_fn=first_in_line)
    if done.returncode:
        raise Failed(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def pages(tokens):
    """What is measured: names and addresses. `tokens` are handles of the administrator."""
    found = [
        ("My API tokens", "/"),
        ("Create an API token", "/tokens/new"),
        ("A token", f"/tokens/{tokens[0]}"),
        ("All API tokens", "/all"),
        ("All, page 1000", "/all?page=1000"),
    ]
    for sort in ("name", "-name", "owner", "expires", "-expires", "last_used", "-last_used"):
        found.append((f"All, by {sort}", f"/all?sort={sort}"))
    asked = ["state=active", "state=expired", "access=read-only", "instance=jira",
             "owner=person0700", "integration=integration 07", "q=report", "q=backup 4711",
             "q=found nowhere", "expires=7d", "expires=expired", "expires=never", "used=30d",
             "used=never", "state=active&used=90d", "q=report&sort=-last_used"]
    for query in asked:
        found.append((f"All, {query}", "/all?" + query.replace(" ", "+")))
    return found + [
        ("Settings", "/settings"),
        ("A rule", "/settings/rules/everybody"),
        ("Audit", "/audit"),
        ("Audit, q=nightly", "/audit?q=nightly"),
        ("Audit, q=found nowhere", "/audit?q=found+nowhere"),
        ("Audit, of a token", f"/audit?subject={tokens[0]}"),
        ("Sessions", "/sessions"),
    ]


def measure(browser, path, times):
    """Milliseconds of each answer."""
    took = []
    for turn in range(WARM_UP + times):
        begin = time.perf_counter()
        status, _, body = browser.ask("/gatepass" + path)
        passed = (time.perf_counter() - begin) * 1000
        if status != 200:
            raise Failed(f"{path}: {status}\n{body[:2000].decode()}")
        if turn >= WARM_UP:
            took.append(round(passed, 3))
    return took


def run_all(gatepass, store, tokens, times, say):
    """All pages: name, address and what each answer took."""
    handles = [handle for _, owner, handle in tokens if owner == ADMINISTRATOR]
    jira = Jira(gatepass, store / "demo")
    try:
        process, port, link = gate(gatepass, store, jira)
        try:
            browser = Browser(port)
            browser.sign_in(ADMINISTRATOR)
            browser.become_administrator(link)
            found = []
            for name, path in pages(handles):
                took = measure(browser, path, times)
                found.append({"page": name, "path": path, "millis": took})
                say(f"{name}: p50 {quantile(took, 50):.1f}, p95 {quantile(took, 95):.1f} ms")
            return found
        finally:
            process.stop()
    finally:
        jira.process.stop()


def quantile(took, percent):
    """The least that so many of a hundred do not exceed."""
    ordered = sorted(took)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def table(found):
    lines = ["| | p50 | p95 | most |", "| --- | ---: | ---: | ---: |"]
    for one in found:
        took = one["millis"]
        lines.append(f"| {one['page']} | {quantile(took, 50):.1f} ms "
                     f"| {quantile(took, 95):.1f} ms | {max(took):.1f} ms |")
    return "\n".join(lines)


def slowest(found):
    return max((quantile(one["millis"], 95), one["page"]) for one in found)
