"""Fixtures: what a test file needs to run, started and ended for it."""

import os

import pytest

from harness import BINARY, Demo, Gate, Upstream
from postgres import Cluster

# Clients on `requests` prefer ~/.netrc to the token that they are given, and would ask a proxy for
# the loopback.
os.environ["NETRC"] = os.devnull
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


def pytest_configure():
    if not os.access(BINARY, os.X_OK):
        pytest.exit("GATEPASS_BIN does not name the program: use `cargo xtask test`", 2)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo of this file's own: what one file does to it, another does not see."""
    demo = Demo(tmp_path_factory.mktemp("demo"), "--json")
    yield demo
    demo.process.kill()


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    """A small product that keeps nothing."""
    upstream = Upstream(tmp_path_factory.mktemp("upstream"))
    yield upstream
    upstream.process.kill()


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL of this file's own."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def make_gate(tmp_path):
    """Makes gates with stores of their own; what still runs of them at the end is ended."""
    made = []

    def make(upstream, **options):
        made.append(Gate(tmp_path / f"gate-{len(made)}", upstream, **options))
        return made[-1]

    yield make
    for gate in made:
        if gate.process is not None:
            gate.process.kill()
