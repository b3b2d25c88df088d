"""Slow, idle and rude clients in small; `gatepass-soak` by hand has them by ten thousands."""

import os
import re
import subprocess

import pytest

from harness import environment

SOAK = os.environ.get("GATEPASS_SOAK", "")
CONNECTIONS = 200
# In megabytes; a connection with an unfinished head costs some kilobytes.
MOST_MEMORY = 60
# The machine may be busy with other tests: others may wait so long, in milliseconds.
FLOOR = 400
NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
# The gate's own, and some seconds for a busy machine.
WITHIN = {"slow-heads": 18, "slow-bodies": 40, "slow-reads": 25, "idle": 10, "floods": 15}


@pytest.fixture
def gate(make_gate, upstream):
    gate = make_gate(upstream.url)
    text = gate.config.read_text().replace("[store]", '[server.timeouts]\nwrite = "8s"\n[store]')
    gate.config.write_text(text)
    gate.give_credential("alice", NATIVE_TOKEN)
    return gate.start()


def test_slow_idle_and_rude_clients_are_ended_and_disturb_nobody(gate):
    """All at once: that is harder, and sooner done."""
    token = gate.issue()["secret"]
    address = gate.url.removeprefix("http://")
    running = {}
    for way, within in WITHIN.items():
        # A long answer is held by a thread of the stand-in, so there are fewer of those.
        count = 30 if way == "slow-reads" else CONNECTIONS
        words = ["--gate", address, "--token", token, "--connections", count, "--within", within]
        words += ["--pid", gate.process.pid, "--most-memory", MOST_MEMORY, "--floor", FLOOR]
        words = [SOAK, way, *(str(word) for word in words)]
        running[way] = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        )
    try:
        said = {way: soak.communicate(timeout=150)[0].decode() for way, soak in running.items()}
    finally:
        for soak in running.values():
            soak.kill()
    for way, soak in running.items():
        print(said[way])
        assert soak.returncode == 0, said[way]
        assert re.search(r"others during: \d+ answered, 0 not", said[way]), said[way]
