"""Restarts under load, both ways: the gate that runs hands its sockets on, or a parent holds them
as systemd does. No request is refused, reset or cut, and none is answered wrongly."""

import json
import socket
import subprocess
import sys
import time

import pytest

from harness import HERE, PATIENCE, Process, Upstream, bearer, is_ready, wait_until

NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
RESTARTS = 5
# What must be answered, at least, while the restarts go on; as many a second.
REQUESTS = 20_000
RATE = 500
# Load goes on so long, in seconds, before the first restart, between two, and after the last.
SPACING = 4
CONNECTIONS = 24


class Load:
    """wrk, from when it has begun until it has said what came of it."""

    def __init__(self, url, token, seconds):
        self.url = url
        command = ["wrk", "--threads", "2", "--connections", CONNECTIONS, "--timeout", "20s"]
        command += ["--duration", f"{seconds}s", "--header", bearer(token["secret"])]
        command += ["--script", HERE / "count.lua", url + "/rest/api/2/issue/ABC-1"]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE)

    def runs(self):
        return self.process.poll() is None

    def result(self):
        out, _ = self.process.communicate(timeout=4 * PATIENCE)
        return json.loads(out.splitlines()[-1])

    def kill(self):
        if self.runs():
            self.process.kill()
            self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    upstream = Upstream(tmp_path_factory.mktemp("upstream"), "quick_upstream.py")
    yield upstream
    upstream.process.kill()


@pytest.fixture
def gate(make_gate, upstream):
    """Not started."""
    gate = make_gate(upstream.url)
    gate.give_credential("alice", NATIVE_TOKEN)
    return gate


def restart_under_load(gate, restart):
    """Restarts again and again; what wrk counted must be all good."""
    token = gate.issue()
    seconds = (RESTARTS + 1) * SPACING + 4
    began = time.monotonic()
    load = Load(gate.url, token, seconds)
    try:
        for _ in range(RESTARTS):
            time.sleep(SPACING)
            assert load.runs()
            restart()
        assert load.runs(), "the last restart came after the load"
        taken = time.monotonic() - began
        result = load.result()
    finally:
        load.kill()
    print(f"{RESTARTS} restarts within {taken:.0f} s: {result}")
    wrong = {name: result[name] for name in ("bad", "connect", "read", "write", "timeout")}
    assert not any(wrong.values()), result
    assert result["good"] >= REQUESTS, result
    assert result["good"] / result["seconds"] >= RATE, result


def test_a_gate_that_hands_its_sockets_on_loses_no_request(gate):
    gate.start()
    made = 0

    def restart():
        nonlocal made
        made += 1
        old = gate.process
        command = gate.command("serve", "--takeover", "--json")
        gate.process = Process(command, gate.folder, f"serve-{made}")
        wait_until(has_spoken, "the new gate has taken over")
        assert old.child.wait(PATIENCE) == 0, old.said()

    def has_spoken():
        gate.process.check_runs()
        return gate.process.out.read_bytes().endswith(b"\n")

    restart_under_load(gate, restart)
    assert is_ready(gate.url)
    assert gate.process.stop() == 0


# What systemd does between fork and exec: sockets from 3 on, and the variables that tell of them.
ACTIVATE = """
import fcntl, os, sys
given, program = sys.argv[1].split(","), sys.argv[2:]
high = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 20) for one in given]
for at, one in enumerate(high):
    os.dup2(one, 3 + at)
    os.close(one)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(given)))
os.execv(program[0], program)
"""


def test_a_gate_whose_sockets_are_held_for_it_loses_no_request(gate):
    held = []
    for port in (gate.port, gate.operations_port):
        held.append(socket.create_server(("127.0.0.1", port), backlog=1024))
    numbers = [one.fileno() for one in held]
    activate = [sys.executable, "-c", ACTIVATE, ",".join(map(str, numbers))]
    made = 0

    def start():
        nonlocal made
        made += 1
        command = activate + gate.command("serve")
        gate.process = Process(command, gate.folder, f"serve-{made}", pass_fds=numbers)
        wait_until(gate.is_ready, "the gate is ready")

    def restart():
        assert gate.process.stop() == 0, gate.process.said()
        start()

    try:
        start()
        restart_under_load(gate, restart)
        assert "gatepass_ready 1" in gate.metrics()
        assert gate.process.stop() == 0
    finally:
        for one in held:
            one.close()
