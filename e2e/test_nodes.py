"""Several gates on one PostgreSQL: what one is told, all know; what is down is told apart."""

import time
from functools import partial

import pytest

from harness import SteadyCalls, bearer, call, wait_until

MYSELF = "/rest/api/2/myself"
NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
# After that a node that is silent counts as dead, in seconds.
SILENCE = 10


def ask_gate(gate, token):
    """What a gate answers to the bearer of a token: status and reason."""
    answer = call(gate.url, "GET", MYSELF, [bearer(token["secret"])])
    return answer.status, answer.reason


PASSES, REVOKED = (200, None), (401, "token_revoked")


@pytest.fixture
def make_node(make_gate, upstream, cluster):
    """Makes nodes that share a database and the keys of the first one."""
    nodes = []
    url = cluster.database()

    def make(store=""):
        gate = make_gate(upstream.url, store=f'url = "{url}"\n{store}')
        if nodes:
            gate.take_keys_of(nodes[0])
        else:
            gate.give_credential("alice", NATIVE_TOKEN)
        nodes.append(gate)
        return gate

    make.database = url.split("/")[3].split("?")[0]
    return make


@pytest.fixture
def pair(make_node):
    """Two gates that run."""
    return make_node().start(), make_node().start()


def test_what_one_node_is_told_all_know(pair):
    one, two = pair
    tokens = [one.issue(), two.issue()]
    for token in tokens:
        assert token["in_effect"] == {"applied": 2, "of": 2}
        assert [ask_gate(gate, token) for gate in pair] == [PASSES, PASSES]
    for token, gate in zip(tokens, (two, one), strict=True):
        revoked = gate.revoke(token)
        assert revoked["confirmed"] and revoked["in_effect"] == {"applied": 2, "of": 2}
        # From the moment that the command has ended.
        assert [ask_gate(gate, token) for gate in pair] == [REVOKED, REVOKED]
    policy = '[instances.jira]\npasswords = "block"\n'
    rule = '[[rules]]\nname = "all"\nuse = "allow"\ncreate = "allow"\n'
    one.apply_policy(policy + rule)
    assert two.run("policy", "export") == one.run("policy", "export")
    wait_until(lambda: password_is_blocked(two), "the policy is in effect on the other node")


def password_is_blocked(gate):
    answer = call(gate.url, "GET", MYSELF, ["Authorization: Basic YWxpY2U6eA=="])
    return answer.reason == "passwords_disabled"


def test_check_names_the_nodes_and_no_password(pair):
    checks = {check["check"]: check for check in pair[0].ask("check")["checks"]}
    for gate in pair:
        assert f"127.0.0.1:{gate.port}, at revision" in checks["nodes"]["words"]
    assert checks["store"]["words"].startswith("postgres:///gatepass_")


def test_a_node_without_the_keys_of_the_others_does_not_start(make_node, make_gate, upstream):
    first = make_node()
    stranger = make_gate(upstream.url, store=f'url = "{first.settings()["store"]["url"]}"')
    failure = stranger.ask("serve", code=1)["error"]
    assert failure["code"] == "keys_missing"
    assert not (stranger.folder / "gatepass.key").exists()


def test_several_tokens_are_revoked_at_once_on_both_nodes(pair):
    tokens = [pair[0].issue() for _ in range(5)]
    revoked = pair[0].ask("token", "revoke", *(token["id"] for token in tokens))
    assert [one["confirmed"] for one in revoked] == [True] * 5
    for token in tokens:
        assert [ask_gate(gate, token) for gate in pair] == [REVOKED, REVOKED]


def test_a_node_that_was_killed_is_named_and_then_waited_for_no_more(pair):
    one, two = pair
    tokens = [one.issue() for _ in range(2)]
    two.process.kill()
    killed = time.monotonic()
    revoked = one.ask("token", "revoke", tokens[0]["id"], code=1)
    if time.monotonic() - killed < SILENCE:
        assert not revoked["confirmed"]
        assert revoked["in_effect"] == {"applied": 1, "of": 2}
    # It is stored, and in effect where a gate runs.
    assert ask_gate(one, tokens[0]) == REVOKED
    again = one.ask("token", "revoke", tokens[0]["id"], code=1)
    assert not again["changed"] and not again["confirmed"]

    def nobody_waits():
        checks = {check["check"]: check for check in one.ask("check")["checks"]}
        return f":{two.port}" not in checks["nodes"]["words"]

    wait_until(nobody_waits, "the killed node counts as dead")
    assert one.revoke(tokens[1])["in_effect"] == {"applied": 1, "of": 1}
    two.start()
    assert [ask_gate(two, token) for token in tokens] == [REVOKED, REVOKED]


def test_without_notify_a_change_is_in_effect_within_two_seconds(make_node):
    one, two = (make_node("notify = false").start() for _ in range(2))
    for _ in range(3):
        token = one.issue()
        assert ask_gate(two, token) == PASSES
        begin = time.monotonic()
        assert one.revoke(token)["in_effect"] == {"applied": 2, "of": 2}
        took = time.monotonic() - begin
        print(f"revoked on both without NOTIFY after {took:.2f} s, the command included")
        assert ask_gate(two, token) == REVOKED


def calling(gates, token):
    return SteadyCalls([partial(ask_gate, gate, token) for gate in gates], PASSES, 0.005)


def test_known_tokens_go_on_while_the_database_is_down(pair, cluster):
    one, two = pair
    known, doomed = one.issue(), one.issue()
    with calling(pair, known) as caller:
        cluster.stop()
        try:
            before = caller.calls
            failure = one.ask("token", "issue", "--owner", "alice", "--name", "x", code=1)["error"]
            assert failure["code"] == "store_unavailable"
            failure = one.ask("token", "revoke", doomed["id"], code=1)["error"]
            assert failure["code"] == "store_unavailable"
            for gate in pair:
                wait_until(lambda gate=gate: says_it_is_lost(gate), "the store is missed")
                assert ask_gate(gate, known) == PASSES
            wait_until(lambda: caller.calls > before + 20, "calls go on")
        finally:
            cluster.start()
        begin = time.monotonic()
        for gate in pair:
            wait_until(lambda gate=gate: not says_it_is_lost(gate), "the store is back")
        print(f"both gates were back after {time.monotonic() - begin:.2f} s")
        assert one.revoke(doomed)["in_effect"] == {"applied": 2, "of": 2}
        new = two.issue()
        assert new["in_effect"] == {"applied": 2, "of": 2}
        assert [ask_gate(gate, doomed) for gate in pair] == [REVOKED, REVOKED]
        assert [ask_gate(gate, new) for gate in pair] == [PASSES, PASSES]
    print(f"{caller.calls} calls, none of them refused or failed")
    assert caller.odd == []


def says_it_is_lost(gate):
    url = f"http://127.0.0.1:{gate.operations_port}"
    return b"store can't be reached" in call(url, "GET", "/readyz").body


def test_a_restart_of_the_database_is_survived(pair, cluster):
    one, two = pair
    known = one.issue()
    with calling(pair, known) as caller:
        for _ in range(3):
            token = one.issue()
            cluster.restart()

            def is_confirmed(token=token):
                # Connections of before the restart are gone: whoever notices it first fails.
                done = two.ask("token", "revoke", token["id"], code=None)
                return done.get("in_effect") == {"applied": 2, "of": 2}

            begin = time.monotonic()
            wait_until(is_confirmed, "a revocation is confirmed by both")
            print(f"confirmed {time.monotonic() - begin:.2f} s after the restart")
            assert [ask_gate(gate, token) for gate in pair] == [REVOKED, REVOKED]
    assert caller.odd == []


def test_a_revocation_made_while_a_node_is_cut_off_is_in_effect_once_it_is_back(pair, cluster, make_node):
    """The node's connections are cut again and again, and what was changed meanwhile is caught up
    with."""
    one, two = pair
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE datname = '{make_node.database}' AND pid <> pg_backend_pid()"
    )
    for _ in range(3):
        token = one.issue()
        assert int(cluster.sql("postgres", cut)) > 0
        revoked = two.ask("token", "revoke", token["id"])
        assert revoked["in_effect"] == {"applied": 2, "of": 2}
        assert [ask_gate(gate, token) for gate in pair] == [REVOKED, REVOKED]
