"""https towards the product, with nginx as the TLS terminator and openssl's certificates."""

import json
import socket
import ssl
import subprocess

import pytest

from harness import bearer, call, environment, wait_until
from tls_front import Authority, Nginx

NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
HERE = "IP:127.0.0.1"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


@pytest.fixture
def make_nginx(tmp_path, upstream):
    made = []

    def make(certified, to=None, **options):
        made.append(Nginx(tmp_path / f"nginx-{len(made)}", to or upstream.url, certified, **options))
        return made[-1]

    yield make
    for nginx in made:
        nginx.process.stop()


def configured(make_gate, nginx, **tls):
    """A gate before nginx that has not been started, with these keys in [instances.tls]."""
    gate = make_gate(nginx.url)
    lines = [f'{name} = "{value}"\n' for name, value in tls.items()]
    gate.config.write_text(gate.config.read_text() + "[instances.tls]\n" + "".join(lines))
    return gate


def ask(gate, token):
    return call(gate.url, "GET", "/rest/api/2/myself", [bearer(token["secret"])])


def finding(gate, check, code):
    checks = gate.ask("check", code=code)["checks"]
    return next(found for found in checks if found["check"] == check)


@pytest.mark.parametrize("protocols", ["TLSv1.2 TLSv1.3", "TLSv1.2", "TLSv1.3"])
def test_a_product_with_a_certificate_of_the_company_is_reached(
    make_gate, make_nginx, authority, protocols
):
    nginx = make_nginx(authority.sign("jira", HERE), protocols=protocols)
    gate = configured(make_gate, nginx, ca=authority.certificate)
    gate.give_credential("alice", NATIVE_TOKEN)
    found = finding(gate, "certificate of jira", 0)
    assert found["state"] == "ok" and "made by Company CA" in found["words"], found
    gate.start()
    token = gate.issue()
    for _ in range(3):
        answer = ask(gate, token)
        assert (answer.status, answer.json()["name"]) == (200, "alice")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("unknown", "from no authority"),
        ("name", "for another name"),
        ("expired", "has expired"),
    ],
)
def test_a_product_that_can_not_be_trusted_is_not(
    make_gate, make_nginx, authority, tmp_path, kind, words
):
    signer = Authority(tmp_path / "other", "Other CA") if kind == "unknown" else authority
    name = "DNS:wiki.internal" if kind == "name" else HERE
    nginx = make_nginx(signer.sign("jira", name, expired=kind == "expired"))
    gate = configured(make_gate, nginx, ca=authority.certificate)
    found = finding(gate, "instance jira", 1)
    assert found["state"] == "failed" and words in found["words"], found
    gate.start()
    answer = call(gate.url, "GET", "/secure/Dashboard.jspa")
    assert (answer.status, answer.headers["X-Gatepass-Reason"]) == (502, "upstream_unreachable")
    said = answer.body.decode().lower()
    assert not any(word in said for word in ("certificate", "tls", "issuer", "authority")), said
    log = gate.process.err.read_text()
    assert "upstream is not trusted" in log and "invalid peer certificate" in log, log


def test_the_name_of_the_certificate_may_be_another_than_the_address(
    make_gate, make_nginx, authority
):
    nginx = make_nginx(authority.sign("jira", "DNS:jira.internal"))
    gate = configured(
        make_gate, nginx, ca=authority.certificate, server_name="jira.internal"
    )
    gate.give_credential("alice", NATIVE_TOKEN)
    gate.start()
    assert ask(gate, gate.issue()).status == 200
    assert gate.ask("check")["ok"]


def test_from_outside_a_product_is_reached_whether_it_is_trusted_or_not(
    make_gate, make_nginx, authority
):
    nginx = make_nginx(authority.sign("jira", HERE))
    gate = make_gate(nginx.url)
    words = ["check", "--from-outside", nginx.url, "--json"]
    for variables, said in [
        ({}, "from no authority"),
        ({"SSL_CERT_FILE": str(authority.certificate)}, "/rest/api/2/serverInfo"),
    ]:
        done = subprocess.run(
            gate.command(*words), capture_output=True, env=environment() | variables, timeout=30, check=False
        )
        found = json.loads(done.stdout)["checks"][0]
        assert (done.returncode, found["state"]) == (1, "failed"), done
        assert said in found["words"], found


def test_a_renewed_certificate_needs_no_restart(make_gate, make_nginx, authority):
    nginx = make_nginx(authority.sign("jira", HERE))
    gate = configured(make_gate, nginx, ca=authority.certificate)
    gate.give_credential("alice", NATIVE_TOKEN)
    gate.start()
    token = gate.issue()
    assert ask(gate, token).status == 200
    before = served(nginx)
    nginx.renew(authority.sign("renewed", HERE))
    wait_until(lambda: served(nginx) != before, "nginx has the new certificate")
    for _ in range(5):
        assert ask(gate, token).status == 200


def served(nginx):
    """The certificate that nginx shows now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", nginx.port), 10) as plain:
        with context.wrap_socket(plain) as secure:
            return secure.getpeercert(binary_form=True)


def test_a_file_that_can_not_be_used_is_named_by_its_key(make_gate, make_nginx, authority):
    nginx = make_nginx(authority.sign("jira", HERE))
    gate = configured(make_gate, nginx, ca="nowhere.pem")
    failed = gate.ask("serve", code=1)
    assert "instances.jira.tls.ca" in str(failed) and "nowhere.pem" in str(failed), failed
