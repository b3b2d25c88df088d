"""A disk that is full or fails: the command line says so and changes nothing, the gate serves on
with what it knows, and all goes on once the fault has gone.

`strace` makes the system's calls fail: in a command from its start, in the gate by attaching.
"""

import contextlib
import signal
import sqlite3
import subprocess
import time

import pytest

from harness import PATIENCE, bearer, call, environment, wait_until

NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
WRITES = "pwrite64,fdatasync,fsync,ftruncate,fallocate"


def strace(error, calls=WRITES):
    filters = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
    return ["strace", "-f", "-qq", "-I", "2", "-o", "/dev/null", *filters]


@contextlib.contextmanager
def failing(process, error):
    """All writes of a process that runs fail."""
    tracer = subprocess.Popen([*strace(error), "-p", str(process.pid)])
    try:
        wait_until(lambda: is_traced(process.pid), "strace has the process")
        yield
    finally:
        tracer.send_signal(signal.SIGTERM)
        tracer.wait(PATIENCE)


def is_traced(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in status)


@pytest.fixture
def gate(make_gate, upstream):
    gate = make_gate(upstream.url)
    gate.give_credential("alice", NATIVE_TOKEN)
    return gate.start()


def ask(gate, token):
    answer = call(gate.url, "GET", "/rest/api/2/myself", [bearer(token["secret"])])
    return answer.status, answer.reason


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_command_that_can_not_write_says_so_and_changes_nothing(gate, error):
    before = gate.ask("token", "list")
    command = gate.command("token", "issue", "--owner", "alice", "--name", "lost", "--json")
    done = subprocess.run(
        [*strace(error), *command],
        capture_output=True,
        env=environment(),
        cwd=gate.folder,
        timeout=PATIENCE,
        check=False,
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 1, said
    assert "store is not available" in said and "gpass_" not in said
    assert gate.ask("token", "list") == before
    assert ask(gate, gate.issue()) == (200, None)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_gate_that_can_not_write_serves_on_and_comes_back(gate, error):
    token = gate.issue()
    with failing(gate.process, error):
        end, asked = time.monotonic() + 4, 0
        # Longer than it takes to write activity, several times over.
        while time.monotonic() < end:
            assert ask(gate, token) == (200, None)
            asked += 1
            time.sleep(0.02)
        gate.process.check_runs()
    assert ask(gate, gate.issue(name="afterwards")) == (200, None)
    assert gate.process.stop() == 0
    for name in ["gatepass.db", "gatepass.activity.db"]:
        with sqlite3.connect(f"file:{gate.folder / name}?mode=ro", uri=True) as store:
            assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name
            if "activity" in name:
                # What could not be written was kept, and came later.
                logged = store.execute("SELECT SUM(lines) FROM activity_sheet").fetchone()[0]
                assert logged == asked + 1
                counted = store.execute("SELECT SUM(requests) FROM activity_hour").fetchone()[0]
                assert counted == asked + 1
