"""WebSockets through the gate, with the `websockets` library at both ends, plain and through
nginx's TLS."""

import re
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve

from harness import call, wait_until
from tls_front import Authority, Nginx

NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
PATH = "/rest/api/2/issue/EX-1"
MEGABYTE = bytes(range(256)) * 4096


def echo(connection):
    """Greets at once, then gives everything back; `bye` ends it with a code of its own."""
    connection.send("hello")
    for message in connection:
        if message == "bye":
            connection.close(4001, "as you wish")
            return
        connection.send(message)


def as_alice(connection, request, response):
    assert request.headers["Authorization"] == f"Bearer {NATIVE_TOKEN}"
    assert request.headers["Upgrade"].lower() == "websocket"
    response.headers["X-AUSERNAME"] = "alice"


@pytest.fixture
def product():
    with serve(echo, "127.0.0.1", 0, process_response=as_alice, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def plain_gate(make_gate, upstream, product):
    """Its credential is proved at a product that speaks HTTP."""
    gate = make_gate(upstream.url)
    gate.give_credential("alice", NATIVE_TOKEN)
    gate.config.write_text(gate.config.read_text().replace(upstream.url, product))
    return gate.start()


@pytest.fixture
def secure_gate(make_gate, upstream, product, tmp_path):
    authority = Authority(tmp_path / "ca")
    nginx = Nginx(tmp_path / "nginx", product, authority.sign("jira", "IP:127.0.0.1"))
    gate = make_gate(upstream.url)
    gate.give_credential("alice", NATIVE_TOKEN)
    text = gate.config.read_text().replace(upstream.url, nginx.url)
    gate.config.write_text(text + f'[instances.tls]\nca = "{authority.certificate}"\n')
    yield gate.start()
    nginx.process.stop()


@pytest.fixture(params=["plain_gate", "secure_gate"])
def gate(request):
    return request.getfixturevalue(request.param)


def open_through(gate, token):
    return connect(
        gate.url.replace("http:", "ws:") + PATH,
        additional_headers={"Authorization": f"Bearer {token['secret']}"},
        compression=None,
        max_size=None,
    )


def test_messages_of_any_size_go_both_ways_and_the_end_keeps_its_code(gate):
    with open_through(gate, gate.issue()) as connection:
        assert connection.recv(10) == "hello"
        for message in ("", "ü" * 1000, MEGABYTE):
            connection.send(message)
            assert connection.recv(10) == message
        assert connection.ping().wait(10)
        connection.send("bye")
        with pytest.raises(ConnectionClosed) as ended:
            connection.recv(10)
        assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (4001, "as you wish")
    # Its bytes are counted when it has ended.
    received = lambda: metric(gate, "gatepass_received_bytes_total")
    wait_until(lambda: received() > len(MEGABYTE), "it counts as ended")
    assert metric(gate, "gatepass_upgrades_total") == 1
    assert metric(gate, "gatepass_upgrades_open") == 0


def test_it_ends_at_once_with_its_token(gate):
    token = gate.issue()
    with open_through(gate, token) as connection:
        assert connection.recv(10) == "hello"
        wait_until(lambda: metric(gate, "gatepass_upgrades_open") == 1, "it is counted")
        gate.revoke(token)
        revoked = time.monotonic()
        with pytest.raises(ConnectionClosed):
            connection.recv(10)
        assert time.monotonic() - revoked < 2
    wait_until(lambda: metric(gate, "gatepass_cut_total") == 1, "it counts as cut")


def test_without_a_token_that_may_nothing_is_switched(plain_gate):
    lines = ["Upgrade: websocket", "Connection: Upgrade", "Authorization: Bearer gpass_" + "0" * 38]
    assert call(plain_gate.url, "GET", PATH, lines).status == 401


def metric(gate, name):
    return float(re.search(rf"^{name} (\S+)$", gate.metrics(), re.M)[1])
