"""After a whole story no secret stands in any file, log, metric or answer of the program's."""

import base64
import hashlib
import json
import random
import string
from urllib.parse import quote, urlencode

import pytest

from harness import Demo, basic, bearer, call, policy, wait_until

MYSELF = "/rest/api/2/myself"
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("demo"), "--json")
    yield demo
    demo.process.kill()


def word(length=24):
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


def spellings(secret):
    """How a secret could stand somewhere: as it is, beyond what people recognise it by, encoded,
    and as a digest that anybody can make."""
    raw = secret.encode()
    digest = hashlib.sha256(raw)
    yield "whole", raw
    yield "its end", raw[-24:]
    yield "percent-encoded", quote(secret, safe="").encode()
    yield "hex", raw.hex().encode()
    yield "UTF-16", secret.encode("utf-16-le")
    yield "SHA-256", digest.digest()
    yield "SHA-256 in hex", digest.hexdigest().encode()
    # In Base64 it looks different by what stands before it: three cases, without the ends.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        yield f"Base64, shifted by {shift}", encoded[4:-4]


class Story:
    """What happened, and what must not be found of it."""

    def __init__(self, gate):
        self.gate = gate
        self.secrets = {}
        self.printed = []

    def keep(self, name, secret):
        self.secrets[name] = secret
        return secret

    def run(self, *words):
        """A command whose output must hold no secret either."""
        self.printed.append(self.gate.run(*words))

    def send(self, expected, method="GET", target=MYSELF, headers=(), body=""):
        answer = call(self.gate.url, method, target, headers, body.encode())
        assert (answer.status, answer.reason) == expected, (target, answer.body)
        self.printed.append(answer.body.decode() + str(answer.headers))


def use_tokens(story):
    """Issue, use, rotate, revoke."""
    first = story.gate.issue(name="rotated and revoked")
    story.keep("first secret", first["secret"])
    for line in (bearer(first["secret"]), basic("alice", first["secret"])):
        story.send((200, None), headers=[line])
    second = story.gate.ask("token", "rotate", first["id"], "--grace", "1h")
    story.keep("second secret", second["secret"])
    story.send((200, None), headers=[bearer(first["secret"])])
    third = story.gate.ask("token", "rotate", first["id"])
    story.keep("third secret", third["secret"])
    story.send((401, "token_invalid"), headers=[bearer(second["secret"])])
    story.send((200, None), headers=[bearer(third["secret"])])
    story.gate.revoke(first)
    story.send((401, "token_revoked"), headers=[bearer(third["secret"])])
    return first


def misuse_tokens(story):
    """Tokens that nobody has, and a good one where it never belongs."""
    unknown = story.keep("unknown token", "gpass_" + word(38))
    story.send((401, "token_invalid"), headers=[bearer(unknown)])
    story.send((401, "token_invalid"), headers=[basic("alice", unknown)])
    token = story.gate.issue("--read-only", name="misused")
    secret = story.keep("misused secret", token["secret"])
    story.send((401, "owner_mismatch"), headers=[basic("bob", secret)])
    story.send((400, "malformed_token"), target=f"{MYSELF}?token={secret}")
    story.send((400, "malformed_token"), headers=[basic(secret, "")])
    story.send((400, "malformed_token"), "POST", MYSELF, [FORM], f"token={secret}")
    story.send((400, "malformed_request"), headers=[bearer(secret), basic("alice", secret)])
    # Names and addresses are written down: not what somebody puts there by mistake.
    agent = f"User-Agent: script {secret}"
    story.send((200, None), headers=[bearer(secret), agent])
    story.send((400, "malformed_token"), target=f"/rest/api/2/issue/{secret}")
    return token


def use_passwords(story):
    """Right and wrong ones, while they work and once they don't. The right one is the stand-in's
    and stands in no file of ours."""
    right = story.keep("right password", "alice-password")
    wrong = story.keep("wrong password", word())
    story.keep("right pair", base64.b64encode(f"alice:{right}".encode()).decode())
    story.keep("wrong pair", base64.b64encode(f"alice:{wrong}".encode()).decode())
    story.send((200, None), headers=[basic("alice", right)])
    story.send((401, None), headers=[basic("alice", wrong)])
    story.gate.apply_policy(policy(passwords="block"))
    disabled = (403, "passwords_disabled")
    session = json.dumps({"username": "alice", "password": wrong})
    for password in (right, wrong):
        query = urlencode({"os_username": "alice", "os_password": password})
        story.send(disabled, headers=[basic("alice", password)])
        story.send(disabled, target=f"{MYSELF}?{query}")
        story.send(disabled, "POST", "/secure/Dashboard.jspa", [FORM], query)
    story.send(disabled, "POST", "/rest/auth/1/session", [JSON], session)
    sign_in = urlencode({"os_username": "alice", "os_password": wrong})
    same_origin = [FORM, "Sec-Fetch-Site: same-origin"]
    story.send((200, None), "POST", "/login.jsp", same_origin, sign_in)


def look(story, tokens):
    """Everything that people look at."""
    for token in tokens:
        story.run("token", "show", token["id"], "--recent", "100")
        story.run("token", "show", token["id"], "--json")
    for words in (["token", "list"], ["audit", "list"], ["credential", "list"], ["policy", "export"]):
        story.run(*words)
        story.run(*words, "--json")
    explain = ["--instance", "jira", "--url", "/rest/api/2/issue/EX-1", "--token", tokens[-1]["id"]]
    story.run("explain", *explain)
    story.printed.append(story.gate.metrics())


def places(story):
    """What is searched: each file below the gate's folder, and all that was printed."""
    files = [path for path in story.gate.folder.rglob("*") if path.is_file()]
    found = {path.name: path.read_bytes() for path in files}
    found["what was printed"] = "\n".join(story.printed).encode()
    return found


def check_no_secret(story, found):
    leaks = [
        f"{name} ({how}) in {place}"
        for name, secret in story.secrets.items()
        for how, spelling in spellings(secret)
        for place, content in found.items()
        if spelling in content
    ]
    assert leaks == []


def test_no_secret_is_left_behind(demo, make_gate):
    gate = make_gate(demo.jira_url, log_level="trace")
    story = Story(gate)
    gate.give_credential("alice", story.keep("native token", demo.native_token("alice")))
    gate.start()
    revoked = use_tokens(story)
    misused = misuse_tokens(story)
    use_passwords(story)

    def is_written():
        return "script gpass_" in gate.run("token", "show", misused["id"])

    wait_until(is_written, "activity is written")
    look(story, [revoked, misused])

    found = places(story)
    assert {"gatepass.db", "gatepass.db-wal", "serve.err"} <= found.keys(), "nothing to search"
    # So that a search that finds nothing is known to be one that could find something.
    stores = b"".join(content for name, content in found.items() if ".db" in name)
    assert b"script gpass_" in stores, "the activity is not where it is searched for"
    assert b"rotated and revoked" in stores
    assert len(found["serve.err"]) > 1000, "there is no log to search"
    check_no_secret(story, found)

    assert gate.process.stop() == 0
    check_no_secret(story, places(story))
