"""The program under test, as its users have it: a binary, files, processes, and nothing else.

`GATEPASS_BIN` names the binary. Every process is ended by the fixture that started it, by its
process id; nothing listens on anything but the loopback.
"""

import base64
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

BINARY = os.environ.get("GATEPASS_BIN", "")
HERE = Path(__file__).parent

# How long anything of our own may take before a test is given up, in seconds.
PATIENCE = 30

PEOPLE = {
    "alice": "Alice Arden",
    "bob": "Bob Burton",
}


GIVEN = set()


def free_port():
    """Below the range that the system hands out, so that no outgoing connection takes it; of two tests
    that run at a time each has a half, and none is given twice, for it may be listened on later."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = 20_000 + worker % 2 * 6_000 + random.randrange(6_000)
        if port in GIVEN:
            continue
        GIVEN.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def environment():
    """Ours, without what would change what the program does or prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEPASS_")}
    return kept | {"NO_COLOR": "1"}


def wait_until(holds, what, patience=PATIENCE):
    """Asks again and again until the answer is true, and gives that answer."""
    end = time.monotonic() + patience
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < end, f"{what}: not within {patience} s"
        time.sleep(0.02)


class Process:
    """A program that runs, its output in files. It is ended by `stop` or `kill`, by its pid."""

    def __init__(self, command, folder, name, variables=None, **options):
        self.name = name
        self.out, self.err = folder / f"{name}.out", folder / f"{name}.err"
        with self.out.open("wb") as out, self.err.open("ab") as err:
            self.child = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment() | (variables or {}),
                cwd=folder,
                **options,
            )

    @property
    def pid(self):
        return self.child.pid

    def check_runs(self):
        code = self.child.poll()
        assert code is None, f"{self.name} ended with {code}:\n{self.said()}"
        return True

    def said(self):
        return self.out.read_text() + self.err.read_text()

    def stop(self, patience=PATIENCE):
        """SIGTERM; gives the exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """SIGKILL, and waits for the end."""
        if self.child.poll() is None:
            self.child.kill()
        return self.child.wait(PATIENCE)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def reason(self):
        return self.headers.get("X-Gatepass-Reason")

    def json(self):
        return json.loads(self.body)


def send_raw(url, request):
    """Sends bytes as they are, on a connection of their own, and reads one answer."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), PATIENCE) as connection:
        connection.sendall(request)
        method = request.split(b" ", 1)[0].decode("latin-1")
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return Answer(response.status, response.headers, response.read())


def request_bytes(url, method, target, headers=(), body=b""):
    """A request as bytes: its header lines are taken as they are. It has a Content-Length when it
    has a body, unless it is chunked."""
    lines = [f"{method} {target} HTTP/1.1".encode(), b"Host: " + urlsplit(url).netloc.encode()]
    lines += [line if isinstance(line, bytes) else line.encode() for line in headers]
    if body and not any(line.lower().startswith(b"transfer-encoding:") for line in lines):
        lines.append(b"Content-Length: %d" % len(body))
    lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def call(url, method, target, headers=(), body=b""):
    return send_raw(url, request_bytes(url, method, target, headers, body))


class Installation:
    """A store and its configuration, and the command line that works on them."""

    def __init__(self, folder):
        self.folder = folder
        self.config = folder / "gatepass.toml"
        # What is in the environment of its commands besides ours.
        self.variables = {}

    def settings(self):
        return tomllib.loads(self.config.read_text())

    def command(self, *words):
        return [BINARY, "--config", str(self.config), *(str(word) for word in words)]

    def finish(self, *words, stdin=""):
        """A command of the program's, to its end, however that is."""
        return subprocess.run(
            self.command(*words),
            input=stdin.encode(),
            capture_output=True,
            env=environment() | self.variables,
            cwd=self.folder,
            timeout=PATIENCE,
            check=False,
        )

    def run(self, *words, stdin="", code=0):
        """A command of the program's, to its end; gives what it printed. Whatever its exit code
        is, where `code` is None."""
        done = self.finish(*words, stdin=stdin)
        said = f"{words} ended with {done.returncode}: {done.stdout!r} {done.stderr!r}"
        assert done.returncode == code or code is None, said
        return done.stdout.decode()

    def ask(self, *words, stdin="", code=0):
        """The same with `--json`; gives the document."""
        return json.loads(self.run(*words, "--json", stdin=stdin, code=code))

    def issue(self, *words, owner="alice", name="e2e"):
        return self.ask("token", "issue", "--owner", owner, "--name", name, *words)

    def revoke(self, token):
        return self.ask("token", "revoke", token["id"])

    def apply_policy(self, text):
        file = self.folder / "wanted-policy.toml"
        file.write_text(text)
        return self.run("policy", "apply", str(file))


class Serving(Installation):
    """A gate of a test's own configuration, which the test writes before it has it serve."""

    def __init__(self, folder):
        super().__init__(folder)
        self.folder.mkdir(parents=True)
        self.port, self.operations = free_port(), f"http://127.0.0.1:{free_port()}"
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def serve(self):
        self.process = Process(self.command("serve"), self.folder, "serve")
        wait_until(self.is_ready, "the gate is ready")

    def is_ready(self):
        self.process.check_runs()
        try:
            return call(self.operations, "GET", "/readyz").status == 200
        except OSError:
            return False


def policy(**modes):
    """The policy of a new store, with these modes for the instance."""
    lines = ["[instances.jira]"] if modes else []
    lines += [f'{name} = "{mode}"' for name, mode in modes.items()]
    rule = ['name = "everybody"', 'use = "allow"', 'create = "allow"', 'longest_lifetime = "365d"']
    return "\n".join([*lines, "[[rules]]", *rule, ""])


class Gate(Installation):
    """`gatepass serve` in a folder of its own, before an upstream that somebody else started."""

    def __init__(self, folder, upstream, log_level="warn", store='url = "sqlite:gatepass.db"'):
        super().__init__(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.operations_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.config.write_text(
            f"""
[server]
listen = ["127.0.0.1:{self.port}"]
threads = 2
operations_listen = "127.0.0.1:{self.operations_port}"
[store]
{store}
[secrets]
key_file = "gatepass.key"
[log]
format = "json"
level = "{log_level}"
[[directories]]
name = "main"
kind = "file"
path = "people.toml"
[[instances]]
name = "jira"
product = "jira"
base_url = "{upstream}"
identity = ["native-token"]
"""
        )
        people = [
            f'[[people]]\nname = "{name}"\ndisplay_name = "{display}"\n'
            f'email = "{name}@example.com"\ngroups = ["jira-users"]\nactive = true\n'
            for name, display in PEOPLE.items()
        ]
        (folder / "people.toml").write_text("\n".join(people))

    def give_credential(self, owner, native_token):
        words = ["credential", "add", "--owner", owner, "--instance", "jira"]
        return self.run(*words, stdin=native_token + "\n")

    def take_keys_of(self, other):
        """Brings the key file of another node, as its administrator would."""
        shutil.copy(other.folder / "gatepass.key", self.folder)

    def start(self, **variables):
        """With these variables in its environment besides ours."""
        self.process = Process(self.command("serve"), self.folder, "serve", variables)
        try:
            wait_until(self.is_ready, "the gate is ready")
        except BaseException:
            self.process.kill()
            raise
        return self

    def is_ready(self):
        self.process.check_runs()
        return is_ready(self.url)

    def metrics(self):
        return call(f"http://127.0.0.1:{self.operations_port}", "GET", "/metrics").body.decode()


def is_ready(url):
    try:
        return call(url, "GET", "/gatepass/readyz").status == 200
    except OSError:
        return False


class Demo(Installation):
    """`gatepass demo`, with its files in `folder`."""

    def __init__(self, folder, *words):
        super().__init__(folder / "data")
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"http://127.0.0.1:{free_port()}"
        port = urlsplit(self.url).port
        command = [BINARY, "demo", "--port", port, "--data", self.folder, *words]
        self.process = Process(command, folder, "demo")
        try:
            wait_until(self.has_spoken, "the demo has said what to try")
        except BaseException:
            self.process.kill()
            raise

    def has_spoken(self):
        """It prints once all is up; a program reads one line of JSON."""
        self.process.check_runs()
        return is_ready(self.url) and self.process.out.read_bytes().endswith(b"\n")

    @property
    def jira_url(self):
        """The stand-in Jira itself, past the gate."""
        return self.settings()["instances"][0]["base_url"].rstrip("/")

    def log(self):
        """What the stand-in has seen, oldest first: whom each call was taken for."""
        path = urlsplit(self.jira_url).path
        return call(self.jira_url, "GET", f"{path}/stand-in/log").json()

    def native_token(self, owner):
        """A native token, made at the stand-in with the owner's password."""
        place = urlsplit(self.jira_url)
        body = json.dumps({"name": "e2e"}).encode()
        made = call(
            self.jira_url,
            "POST",
            f"{place.path}/rest/pat/latest/tokens",
            [basic(owner, f"{owner}-password"), "Content-Type: application/json"],
            body,
        )
        assert made.status == 201, made
        return made.json()["rawToken"]


class Upstream:
    """`upstream.py`, or another such file, in a process of its own."""

    def __init__(self, folder, file="upstream.py", *words):
        self.process = Process([sys.executable, HERE / file, *words], folder, "upstream")
        try:
            line = wait_until(self.first_line, "the upstream listens")
        except BaseException:
            self.process.kill()
            raise
        self.url = f"http://127.0.0.1:{int(line)}"

    def lines(self):
        """What it printed after its port, each a document of JSON."""
        return [json.loads(line) for line in self.process.out.read_text().splitlines()[1:]]

    def first_line(self):
        self.process.check_runs()
        found = re.match(r"(\d+)\n", self.process.out.read_text())
        return found and found[1]


def bearer(secret):
    return f"Authorization: Bearer {secret}"


def basic(user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class SteadyCalls:
    """Asks again and again, with a pause after each round, and keeps what is not as expected."""

    def __init__(self, asks, expected, pause):
        self.calls, self.odd = 0, []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.go_on, args=[asks, expected, pause])

    def go_on(self, asks, expected, pause):
        while not self.stopped.is_set():
            for ask in asks:
                said = ask()
                self.calls += 1
                if said != expected:
                    self.odd.append(said)
            time.sleep(pause)

    def wait_for_more(self):
        before = self.calls
        wait_until(lambda: self.calls > before + 50, "calls go on")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
