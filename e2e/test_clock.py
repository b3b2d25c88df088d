"""The machine's clock is set back an hour while a gate runs: what has expired stays so."""

from pathlib import Path

import pytest

from harness import bearer, call, wait_until

NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
EXPIRED = (401, "token_expired")


def library():
    """libfaketime, which gives a program another time than the system has."""
    found = list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "libfaketime is not installed: apt-get install libfaketime"
    return str(found[0])


@pytest.fixture
def gate(make_gate, upstream, tmp_path):
    gate = make_gate(upstream.url)
    gate.give_credential("alice", NATIVE_TOKEN)
    gate.clock = tmp_path / "clock"
    gate.clock.write_text("+0")
    return gate


def ask(gate, token):
    answer = call(gate.url, "GET", "/rest/api/2/myself", [bearer(token["secret"])])
    return answer.status, answer.reason


def test_an_expired_token_does_not_live_again(gate):
    variables = {
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(gate.clock),
        "FAKETIME_NO_CACHE": "1",
        # Time-outs go by a clock that nobody sets.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    gate.start(**variables)
    token, later = gate.issue("--expires", "30m"), gate.issue("--expires", "3h")
    assert ask(gate, token) == (200, None)
    gate.clock.write_text("+1h")
    wait_until(lambda: ask(gate, token) == EXPIRED, "the token expires")
    assert ask(gate, later) == (200, None)
    gate.clock.write_text("+0")

    def is_told():
        # Asked again and again: it must not live for a moment.
        assert ask(gate, token) == EXPIRED
        return "clock was put back" in gate.process.said()

    wait_until(is_told, "the gate has seen that the clock was set back")
    for _ in range(50):
        assert ask(gate, token) == EXPIRED
    assert ask(gate, later) == (200, None)
    # The node still says that it lives, so changes are confirmed.
    assert gate.revoke(later)["state"] == "revoked"
    assert ask(gate, later) == (401, "token_revoked")
