"""A product whose authenticator trusts a header and checks the assertion beside it, by PyPI's PyJWT."""

from urllib.parse import urlsplit

import pytest

from harness import Serving, Upstream, bearer, call, wait_until


class Trusted(Serving):
    def __init__(self, folder):
        super().__init__(folder / "trusted")
        keys = f"{self.url}/gatepass/.well-known/jwks.json"
        self.product = Upstream(folder, "jwt_product.py", keys, "our-jira", "our-gate")
        people = ["alice", "bob"]
        (self.folder / "people.toml").write_text(
            "".join(f'[[people]]\nname = "{name}"\nactive = true\n' for name in people)
        )
        self.config.write_text(
            f"""
[server]
listen = ["127.0.0.1:{self.port}"]
operations_listen = "{urlsplit(self.operations).netloc}"
[store]
url = "sqlite:gatepass.db"
[secrets]
key_file = "gatepass.key"
[[directories]]
name = "main"
kind = "file"
path = "people.toml"
[[instances]]
name = "jira"
product = "jira"
base_url = "{self.product.url}"
identity = ["trusted-header"]
[instances.trusted_header]
name = "X-Our-User"
assertion = "X-Our-Proof"
issuer = "our-gate"
audience = "our-jira"
"""
        )
        self.token = self.issue(owner="alice")
        self.serve()

    def calls(self):
        return self.product.lines()


@pytest.fixture
def gate(tmp_path):
    gate = Trusted(tmp_path)
    yield gate
    gate.process.kill()
    gate.product.process.kill()


def test_the_product_is_told_who_it_is_and_can_check_it(gate):
    forged = ["X-Our-User: bob", "x-our-user: bob", "X-OUR-PROOF: bob"]
    for _ in range(2):
        answer = call(gate.url, "GET", "/rest/api/2/myself", [bearer(gate.token["secret"]), *forged])
        assert (answer.status, answer.json()["name"]) == (200, "alice"), answer
    first, second = gate.calls()
    assert first["claims"]["token"] == gate.token["id"]
    assert first["claims"]["exp"] - first["claims"]["iat"] == 60
    assert second["claims"] == first["claims"], "signed once, and sent while it is good"
    assert "authorization" not in first["headers"]

    # Without a token nobody is named, whatever he sends himself; other spellings are refused.
    answer = call(gate.url, "GET", "/rest/api/2/myself", forged)
    assert answer.status == 401 and gate.calls()[-1]["user"] is None
    assert not {"x-our-user", "x-our-proof"} & set(gate.calls()[-1]["headers"])
    before = len(gate.calls())
    for name in ["X_Our_User", "X.Our.User", "X-Our-User "]:
        assert call(gate.url, "GET", "/rest/api/2/myself", [f"{name}: bob"]).status == 400, name
    assert len(gate.calls()) == before


def test_check_proves_it_and_a_key_that_was_added_counts(gate):
    found = gate.ask("check", "--person", "bob")["checks"]
    states = [(one["state"], one["words"]) for one in found if "trusted header" in one["check"]]
    assert states[0] == ("ok", "jira takes it for bob")
    assert states[1] == ("ok", "jira takes a name that it does not know for nobody, and says so")
    assert states[2][0] == "warning" and "past the gate" in states[2][1]
    gate.run("secrets", "rotate")

    def signs_with_the_new_one():
        """The first one is the one that signs."""
        keys = call(gate.url, "GET", "/gatepass/.well-known/jwks.json").json()["keys"]
        return keys if [key["kid"] for key in keys] == ["6", "3"] else None

    keys = wait_until(signs_with_the_new_one, "the new key signs")
    assert all(key["crv"] == "Ed25519" and "d" not in key for key in keys)
    answer = call(gate.url, "GET", "/rest/api/2/myself", [bearer(gate.token["secret"])])
    assert answer.status == 200
    assert gate.calls()[-1]["kid"] == "6", "no restart was needed"
