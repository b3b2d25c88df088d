"""An installation is backed up while it is used, restored, and moved from one database to another.
Tokens go on to work with the same keys, and what was revoked stays revoked."""

import json
import shutil
import stat
import threading

import pytest

from harness import Installation, bearer, call

MYSELF = "/rest/api/2/myself"
NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
PASSES, REVOKED = (200, None), (401, "token_revoked")


def ask_gate(gate, token):
    answer = call(gate.url, "GET", MYSELF, [bearer(token["secret"])])
    return answer.status, answer.reason


class Writer:
    """Issues tokens without a pause, until it is left; keeps those that were acknowledged."""

    def __init__(self, installation):
        self.installation, self.issued = installation, []
        self.stopped, self.began = threading.Event(), threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self.go_on)

    def go_on(self):
        try:
            while not self.stopped.is_set():
                self.issued.append(self.installation.issue(name="written meanwhile"))
                self.began.set()
        except BaseException as failure:  # told by the test, not by a thread that nobody looks at
            self.failure = failure
            self.began.set()

    def __enter__(self):
        self.thread.start()
        assert self.began.wait(60)
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
        assert self.failure is None, self.failure


@pytest.fixture(params=["sqlite", "postgres"])
def gate(request, make_gate, upstream):
    """A gate that runs, on either store."""
    store = 'url = "sqlite:gatepass.db"'
    if request.param == "postgres":
        store = f'url = "{request.getfixturevalue("cluster").database()}"'
    gate = make_gate(upstream.url, store=store)
    gate.give_credential("alice", NATIVE_TOKEN)
    return gate.start()


def restore_files(backup, gate):
    for name in ("gatepass.db", "gatepass.activity.db"):
        shutil.copy(backup / name, gate.folder)


def handles(installation):
    listed = installation.ask("token", "list")
    assert all(token["genuine"] for token in listed)
    return {token["id"] for token in listed}


def test_a_backup_that_was_made_under_writes_is_restored(gate, make_gate, upstream, tmp_path):
    kept, revoked = gate.issue(name="kept"), gate.issue(name="revoked")
    gate.revoke(revoked)
    assert ask_gate(gate, kept) == PASSES
    with Writer(gate) as writer:
        before = [token["id"] for token in writer.issued]
        manifest = gate.ask("backup", tmp_path / "backup")
    backup = tmp_path / "backup"
    assert json.loads((backup / "backup.json").read_text()) == manifest
    assert manifest["keys"] is None and manifest["configuration"] == "gatepass.toml"
    names = {"backup.json", "gatepass.toml", "gatepass.db", "gatepass.activity.db"}
    assert {file.name for file in backup.iterdir()} == names
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
    for name in ("gatepass.db", "gatepass.activity.db"):
        assert stat.S_IMODE((backup / name).stat().st_mode) == 0o600, name
    late = gate.issue(name="after the backup")

    restored = make_gate(upstream.url)
    restored.take_keys_of(gate)
    restore_files(backup, restored)
    found = handles(restored)
    assert {kept["id"], revoked["id"], *before} <= found
    assert late["id"] not in found
    restored.start()
    assert ask_gate(restored, kept) == PASSES
    assert ask_gate(restored, revoked) == REVOKED
    assert ask_gate(restored, late) == (401, "token_invalid")
    for token in writer.issued:
        expected = PASSES if token["id"] in found else (401, "token_invalid")
        assert ask_gate(restored, token) == expected
    shown = restored.ask("token", "show", kept["id"])
    assert shown["activity"] is not None
    restored.process.stop()
    gate.process.check_runs()


def test_a_backup_is_restored_to_postgresql(gate, make_gate, upstream, cluster, tmp_path):
    kept, revoked = gate.issue(), gate.issue()
    gate.revoke(revoked)
    gate.run("backup", tmp_path / "backup")
    url = cluster.database()
    restored = make_gate(upstream.url, store=f'url = "{url}"')
    restored.take_keys_of(gate)
    restored.run("store", "copy", "--from", f"sqlite:{tmp_path / 'backup' / 'gatepass.db'}", "--to", url, "--force")
    restored.start()
    assert [ask_gate(restored, token) for token in (kept, revoked)] == [PASSES, REVOKED]
    assert restored.issue()["in_effect"] == {"applied": 1, "of": 1}


def test_the_keys_come_along_only_when_asked_for(gate, tmp_path):
    gate.run("backup", tmp_path / "without")
    gate.run("backup", "--with-keys", tmp_path / "with")
    keys = (gate.folder / "gatepass.key").read_bytes()
    assert (tmp_path / "with" / "gatepass.key").read_bytes() == keys
    assert stat.S_IMODE((tmp_path / "with" / "gatepass.key").stat().st_mode) == 0o600
    # Nor does any part of them stand in another file.
    secrets = [word for line in keys.split(b"\n") for word in line.split() if len(word) > 40]
    assert secrets
    for file in (tmp_path / "without").iterdir():
        content = file.read_bytes()
        assert not any(secret in content for secret in secrets), file
    # What is there is never written over.
    failure = gate.ask("backup", tmp_path / "with", code=1)["error"]
    assert "not empty" in failure["message"]


def test_an_installation_moves_to_postgresql_and_back(make_gate, upstream, cluster, tmp_path):
    first = make_gate(upstream.url)
    first.give_credential("alice", NATIVE_TOKEN)
    kept, revoked = first.issue(name="kept"), first.issue("--read-only", name="revoked")
    first.apply_policy('[[rules]]\nname = "only"\nuse = "allow"\ncreate = "allow"\n')
    first.revoke(revoked)
    first.start()
    assert ask_gate(first, kept) == PASSES
    url = cluster.database()

    # Not while a gate is running, or changes would be lost.
    failure = first.ask("store", "copy", "--to", url, code=1)["error"]
    assert failure["code"] == "in_use" and f":{first.port}" in failure["message"]
    assert first.process.stop() == 0
    copied = first.ask("store", "copy", "--to", url)
    assert copied["rows"]["token"] == 2 and copied["rows"]["upstream_credential"] == 1
    # Nor onto what is there.
    assert first.ask("store", "copy", "--to", url, code=1)["error"]["code"] == "occupied"

    second = make_gate(upstream.url, store=f'url = "{url}"')
    second.take_keys_of(first)
    second.start()
    new = second.issue(name="on PostgreSQL")
    assert [ask_gate(second, token) for token in (kept, revoked, new)] == [PASSES, REVOKED, PASSES]
    for words in (["policy", "export"], ["credential", "list"], ["token", "show", kept["id"]]):
        assert second.ask(*words) is not None
    assert second.run("policy", "export") == first.run("policy", "export")
    second.revoke(new)
    assert second.process.stop() == 0

    third = make_gate(upstream.url)
    third.take_keys_of(second)
    back = f"sqlite:{third.folder / 'gatepass.db'}"
    third.ask("store", "copy", "--from", url, "--to", back)
    third.start()
    assert [ask_gate(third, token) for token in (kept, revoked, new)] == [PASSES, REVOKED, REVOKED]
    assert handles(third) == handles(second)
    actions = [line["action"] for line in third.ask("audit", "list")]
    assert actions == [line["action"] for line in second.ask("audit", "list")]
    shown = third.ask("token", "show", kept["id"])
    assert shown["activity"]["requests"] >= 2, "the activity came along"


def test_a_copy_of_a_running_store_can_be_forced(gate, tmp_path):
    token = gate.issue()
    copy = f"sqlite:{tmp_path / 'copy.db'}"
    gate.ask("store", "copy", "--to", copy, code=1)
    assert not (tmp_path / "copy.db").exists()
    assert gate.ask("store", "copy", "--to", copy, "--force")["rows"]["token"] == 1
    assert ask_gate(gate, token) == PASSES


def test_no_password_of_the_database_is_told(make_gate, upstream, cluster, tmp_path):
    password = "hunter2-hunter2"
    url = cluster.database().replace("postgres@", f"postgres:{password}@")
    gate = make_gate(upstream.url, log_level="trace", store=f'url = "{url}"')
    said = [gate.run("token", "list"), gate.run("check", code=None), gate.run("check", "--json", code=None)]
    gate.start()
    said += [gate.run("backup", tmp_path / "backup"), gate.run("backup", tmp_path / "b", "--json")]
    assert not (tmp_path / "backup" / "gatepass.toml").exists(), "it has the password in it"
    wrong = url.replace("/gatepass_", "/nothing_")
    for words in (
        ["store", "copy", "--from", wrong, "--to", f"sqlite:{tmp_path / 'x.db'}"],
        ["store", "copy", "--to", wrong, "--force"],
        ["store", "copy", "--to", url.replace("?", "@?"), "--force"],
        ["store", "copy", "--to", url, "--force"],
    ):
        said.append(failed(gate, *words))
    gate.process.stop()
    said += [gate.process.said(), *(file.read_text() for file in tmp_path.glob("b*/backup.json"))]
    assert any("gatepass_" in text for text in said), "the database is named"
    assert [text for text in said if "hunter2" in text] == []


def failed(gate, *words):
    """What a command that fails says, on both of its outputs."""
    done = gate.finish(*words)
    assert done.returncode != 0, done
    return (done.stdout + done.stderr).decode()


def test_the_password_may_stand_in_a_file(make_gate, upstream, cluster, tmp_path):
    """A server that asks for it, over its socket too."""
    cluster.sql("postgres", "CREATE ROLE gate LOGIN PASSWORD 'p@ss/w?rd#%41 ü'")
    url = cluster.database().replace("postgres@", "gate@")
    database = url.split("/")[3].split("?")[0]
    cluster.sql("postgres", f"ALTER DATABASE {database} OWNER TO gate")
    with cluster.asks_for_passwords_of("gate"):
        password = tmp_path / "password"
        password.write_text("p@ss/w?rd#%41 ü\n")
        gate = make_gate(upstream.url, store=f'url = "{url}"\npassword_file = "{password}"')
        gate.issue()
        source = Installation(gate.folder)
        copy = f"sqlite:{tmp_path / 'copy.db'}"
        words = ["store", "copy", "--from", url, "--to", copy]
        assert source.ask(*words, "--password-file", password)["rows"]["token"] == 1
        password.write_text("wrong\n")
        failure = gate.ask("token", "list", code=1)["error"]
        assert failure["code"] == "store_unavailable"
