"""Keys are rotated while scripts work, and the master key that seals them is found nowhere."""

import secrets
import sqlite3
import subprocess
from functools import partial

import pytest

from harness import SteadyCalls, bearer, call, wait_until
from test_secrets import spellings

MYSELF = "/rest/api/2/myself"
NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
PASSES = (200, "alice")


def ask_gate(gate, secret):
    """What a gate answers to the bearer of a token: its status, and for whom the product took it."""
    answer = call(gate.url, "GET", MYSELF, [bearer(secret)])
    return answer.status, answer.json().get("name") if answer.status == 200 else answer.reason


def calling(gates, tokens):
    asks = [partial(ask_gate, gate, token["secret"]) for gate in gates for token in tokens]
    return SteadyCalls(asks, PASSES, 0.002)


def keys_in_use(gate):
    """The numbers of the keys that native tokens are sealed with, and rows signed."""
    store = sqlite3.connect(f"file:{gate.folder}/gatepass.db?mode=ro", uri=True)
    with store:
        sealed = store.execute("SELECT sealed FROM upstream_credential").fetchall()
        macs = store.execute("SELECT DISTINCT mac_key FROM token").fetchall()
    store.close()
    # A version, then the number of the key.
    seals = {int.from_bytes(bytes(row[0])[1:5], "big") for row in sealed}
    return seals, {row[0] for row in macs}


def test_keys_are_rotated_twice_under_steady_requests(demo, make_gate):
    gate = make_gate(demo.jira_url)
    gate.give_credential("alice", demo.native_token("alice"))
    gate.start()
    tokens = [gate.issue(name=f"script {number}") for number in range(3)]
    ended = gate.issue(name="ended")
    gate.revoke(ended)
    assert keys_in_use(gate) == ({2}, {3})
    with calling([gate], tokens) as caller:
        for number in (1, 2):
            caller.wait_for_more()
            rotated = gate.ask("secrets", "rotate")
            digest, seal, mac = (rotated[name] for name in ("digest", "seal", "mac"))
            assert (digest, seal, mac) == (1 + 3 * number, 2 + 3 * number, 3 + 3 * number)
            assert rotated["nodes_without"] == []
            done = rotated["rewrapped"]
            assert (done["credentials"], done["left"]) == (1, [])
            # A token of before this rotation, and those that were signed anew by the one before.
            assert done["tokens"] == 3 + number
            assert keys_in_use(gate) == ({seal}, {mac})
            tokens.append(gate.issue(name="made since"))
            caller.wait_for_more()
    print(f"{caller.calls} calls, none of them refused or failed")
    assert caller.odd == []
    assert call(gate.url, "GET", MYSELF, [bearer(ended["secret"])]).reason == "token_revoked"
    # What is in the store is what the gate knew, for one that starts now.
    assert gate.process.stop() == 0
    gate.start()
    assert [ask_gate(gate, token["secret"]) for token in tokens] == [PASSES] * len(tokens)
    assert gate.ask("audit", "verify")["whole"]


def test_two_nodes_go_on_while_keys_are_rotated(make_gate, upstream, cluster):
    """Each has a copy of the key file: the first call finds that one has not got the new keys."""
    url = cluster.database()
    one, two = (make_gate(upstream.url, store=f'url = "{url}"') for _ in range(2))
    one.give_credential("alice", NATIVE_TOKEN)
    two.take_keys_of(one)
    pair = [one.start(), two.start()]
    tokens = [gate.issue() for gate in pair]
    with calling(pair, tokens) as caller:
        caller.wait_for_more()
        rotated = one.ask("secrets", "rotate", code=1)
        assert [name.split()[-1] for name in rotated["nodes_without"]] == [f"127.0.0.1:{two.port}"]
        assert rotated["rewrapped"] is None
        # Nothing is under a key that the other lacks.
        between = one.issue(name="between")
        assert [ask_gate(gate, between["secret"]) for gate in pair] == [PASSES, PASSES]

        two.take_keys_of(one)
        again = one.ask("secrets", "rotate")
        assert [again[name] for name in ("digest", "seal", "mac")] == [4, 5, 6]
        assert (again["nodes_without"], again["rewrapped"]["tokens"]) == ([], 3)
        made = [one.issue(name="new key"), two.issue(name="old key, as its file still has it")]
        for token in made:
            assert token["in_effect"]["of"] == 2
            for gate in pair:
                wait_until(lambda: ask_gate(gate, token["secret"]) == PASSES, "the token is known")
        caller.wait_for_more()
    print(f"{caller.calls} calls, none of them refused or failed")
    assert caller.odd == []
    assert one.ask("audit", "verify")["whole"]

    # A node that is down misses a rotation: its copy still says that the keys of before are to come.
    assert two.process.stop() == 0
    assert one.ask("secrets", "rotate")["mac"] == 9
    kept = (two.folder / "gatepass.key").read_bytes()
    for words in (["secrets", "rotate"], ["serve"]):
        assert two.ask(*words, code=1)["error"]["code"] == "keys_differ", words
    assert (two.folder / "gatepass.key").read_bytes() == kept
    two.take_keys_of(one)
    pair = [pair[0], two.start()]
    for token in [*tokens, *made]:
        assert [ask_gate(gate, token["secret"]) for gate in pair] == [PASSES, PASSES]


def test_a_key_file_that_cannot_be_read_leaves_the_keys_of_before_in_force(make_gate, upstream):
    gate = make_gate(upstream.url)
    gate.give_credential("alice", NATIVE_TOKEN)
    gate.start()
    token = gate.issue()
    file, aside = gate.folder / "gatepass.key", gate.folder / "aside"

    def is_told():
        answer = call(f"http://127.0.0.1:{gate.operations_port}", "GET", "/readyz")
        assert answer.status == 200, "it can judge tokens all the same"
        return b"the keys of before stay in force" in answer.body

    file.rename(aside)
    broken = gate.folder / "broken"
    broken.write_text("sealed 1\n")
    broken.chmod(0o600)
    broken.rename(file)
    wait_until(is_told, "it is told")
    assert ask_gate(gate, token["secret"]) == PASSES
    assert gate.ask("secrets", "rotate", code=1)["error"]["code"] == "keys_unusable"
    aside.rename(file)
    wait_until(lambda: not is_told(), "the file is read again")
    assert gate.ask("secrets", "rotate")["nodes_without"] == []
    assert ask_gate(gate, token["secret"]) == PASSES


@pytest.fixture
def master_key():
    return secrets.token_hex(32)


def from_file(gate, key):
    file = gate.folder.parent / "kept apart"
    file.write_text(key + "\n")
    file.chmod(0o400)
    return f'master_key_file = "{file}"', {}


def from_variable(gate, key):
    return 'master_key_env = "GATEPASS_MASTER_KEY"', {"GATEPASS_MASTER_KEY": key}


def from_program(gate, key):
    """It prints the key, and complains if it got a variable of the gate's."""
    apart = gate.folder.parent / "kept apart"
    apart.write_text(key)
    program = gate.folder.parent / "print-it"
    program.write_text(f"#!/bin/sh\nenv | grep -q ^GATEPASS_ && exit 7\necho chatter >&2\ncat '{apart}'\n")
    program.chmod(0o700)
    return f'master_key_command = ["{program}", "--", "$HOME"]', {"GATEPASS_LOG__LEVEL": "trace"}


@pytest.mark.parametrize("source", [from_file, from_variable, from_program])
def test_a_gate_starts_with_a_master_key_which_is_found_nowhere(source, make_gate, upstream, master_key):
    gate = make_gate(upstream.url, log_level="trace")
    line, gate.variables = source(gate, master_key)
    settings = gate.config.read_text()
    gate.config.write_text(settings.replace("[secrets]", f"[secrets]\n{line}"))
    gate.give_credential("alice", NATIVE_TOKEN)
    gate.start(**gate.variables)
    printed = [gate.run(*words) for words in (["check"], ["token", "list"])]
    token = gate.issue()
    assert ask_gate(gate, token["secret"]) == PASSES
    rotated = gate.ask("secrets", "rotate")
    assert rotated["nodes_without"] == [], "the running gate reads the sealed file"
    printed += [gate.run("secrets", "rewrap"), gate.run("audit", "list"), gate.metrics()]
    assert ask_gate(gate, token["secret"]) == PASSES
    processes = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, check=True).stdout
    assert b"serve" in processes, "there is nothing to search"
    assert (gate.folder / "gatepass.key").read_text().count("\nsealed 1\n") == 1
    files = {path.name: path.read_bytes() for path in gate.folder.rglob("*") if path.is_file()}
    found = files | {"what was printed": "\n".join(printed).encode(), "ps": processes}
    assert len(files["serve.err"]) > 1000, "there is no log to search"
    raw = bytes.fromhex(master_key)
    leaks = [
        f"{how} in {place}"
        for how, spelling in [*spellings(master_key), ("its bytes", raw)]
        for place, content in found.items()
        if spelling in content
    ]
    assert leaks == []
