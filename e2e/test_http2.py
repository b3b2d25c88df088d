"""HTTP/2 over TLS, with clients that we did not write: httpx, curl, h2load."""

import asyncio
import http.client
import re
import ssl
import subprocess
import zlib
from urllib.parse import urlsplit

import httpx
import pytest

from blocks import blocks
from harness import PATIENCE, Gate, wait_until

ISSUE = "/rest/api/2/issue/EX-1"


class SecureGate(Gate):
    """A gate that speaks TLS, with a certificate of its own making."""

    def __init__(self, folder, upstream):
        super().__init__(folder, upstream)
        self.url = f"https://127.0.0.1:{self.port}"
        self.certificate = folder / "tls.pem"
        words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        names = ["-subj", "/CN=gate", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", folder / "tls.key", "-out", self.certificate]
        made = ["openssl", *words.split(), *names, *files]
        subprocess.run(made, check=True, capture_output=True, timeout=PATIENCE)
        with self.config.open("a") as config:
            config.write('[server.tls]\ncertificate = "tls.pem"\nkey = "tls.key"\n')

    def trust(self):
        return ssl.create_default_context(cafile=str(self.certificate))

    def is_ready(self):
        self.process.check_runs()
        connection = http.client.HTTPSConnection(urlsplit(self.url).netloc, context=self.trust())
        try:
            connection.request("GET", "/gatepass/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture(scope="module")
def gate(tmp_path_factory, upstream):
    gate = SecureGate(tmp_path_factory.mktemp("gate"), upstream.url)
    gate.give_credential("alice", "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5")
    yield gate.start()
    gate.process.kill()


@pytest.fixture(scope="module")
def token(gate):
    return gate.issue()


def client_of(gate, token, kind=httpx.Client):
    return kind(
        http2=True,
        base_url=gate.url,
        verify=gate.trust(),
        headers={"Authorization": f"Bearer {token['secret']}"},
        limits=httpx.Limits(max_connections=1),
        timeout=PATIENCE,
    )


def test_a_script_works_over_one_connection(gate, token):
    with client_of(gate, token) as client:
        answer = client.get(ISSUE)
        assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)
        assert answer.json()["name"] == "alice"
        assert answer.headers["X-Gatepass-Request-Id"]
        assert client.head(ISSUE).content == b""
        refused = client.get(ISSUE, headers={"Authorization": f"Bearer {token['secret']}x"})
        assert (refused.status_code, refused.headers["X-Gatepass-Reason"]) == (401, "token_invalid")


def test_bodies_come_and_go_whole(gate, token):
    content = b"".join(bytes(block) for block in blocks(5_000_000))
    wanted = {"name": "alice", "bytes": len(content), "crc32": zlib.crc32(content)}
    with client_of(gate, token) as client:
        assert client.post(ISSUE, content=content).json() == wanted
        pieces = (content[at : at + 70_000] for at in range(0, len(content), 70_000))
        assert client.post(ISSUE, content=pieces).json() == wanted
        assert client.get("/rest/api/2/attachment/1/5000000").content == content


def test_many_requests_share_a_connection(gate, token):
    """By one thread: several of them get in each other's way within httpx."""

    async def ask_many():
        turns = asyncio.Semaphore(20)

        async def ask(client, number):
            async with turns:
                return await client.get(f"{ISSUE}{number}")

        async with client_of(gate, token, kind=httpx.AsyncClient) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(400)))

    answers = asyncio.run(ask_many())
    assert {(answer.status_code, answer.http_version) for answer in answers} == {(200, "HTTP/2")}
    assert len({answer.headers["X-Gatepass-Request-Id"] for answer in answers}) == 400


def test_a_revoked_token_is_refused_on_an_open_connection(gate):
    token = gate.issue(name="short")
    with client_of(gate, token) as client:
        assert client.get(ISSUE).status_code == 200
        gate.revoke(token)
        answer = wait_until(
            lambda: (found := client.get(ISSUE)).status_code == 401 and found, "the revocation"
        )
        assert answer.headers["X-Gatepass-Reason"] == "token_revoked"


@pytest.mark.parametrize("version, spoken", [("--http2", "2"), ("--http1.1", "1.1")])
def test_curl_speaks_what_it_is_told(gate, token, version, spoken):
    header = f"Authorization: Bearer {token['secret']}"
    words = ["curl", "-sS", version, "--cacert", gate.certificate, "-H", header]
    done = subprocess.run(
        [*words, "-w", "\n%{http_version} %{http_code}", gate.url + ISSUE],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    body, _, status = done.stdout.decode().rpartition("\n")
    assert status == f"{spoken} 200"
    assert '"alice"' in body


def test_no_request_of_a_load_is_lost(gate, token):
    header = f"authorization: Bearer {token['secret']}"
    load = ["h2load", "-n", "4000", "-c", "4", "-m", "20", "-H", header, gate.url + ISSUE]
    done = subprocess.run(load, check=True, capture_output=True, timeout=2 * PATIENCE)
    said = done.stdout.decode()
    assert "Application protocol: h2" in said, said
    assert re.search(r"requests: .* 4000 succeeded, 0 failed, 0 errored, 0 timeout", said), said
    assert "status codes: 4000 2xx" in said, said


def test_a_gate_that_stops_says_goodbye(tmp_path, upstream):
    gate = SecureGate(tmp_path / "gate", upstream.url)
    gate.give_credential("alice", "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5")
    gate.start()
    try:
        token = gate.issue()
        with client_of(gate, token) as client:
            assert client.get(ISSUE).status_code == 200
            assert gate.process.stop() == 0
            with pytest.raises(httpx.TransportError):
                client.get(ISSUE)
    finally:
        gate.process.kill()
