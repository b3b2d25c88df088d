"""The package `atlassian-python-api` from PyPI, unmodified. It shows the words of a 401 only when
`Content-Type` is exactly the products' own, which is what some of these tests are about."""

import random

import pytest
from atlassian import Jira
from requests import HTTPError


def by_token(url, secret):
    return Jira(url=url, token=secret)


def by_password(url, secret):
    return Jira(url=url, username="alice", password=secret)


WAYS = pytest.mark.parametrize("connect", [by_token, by_password])


@pytest.fixture(scope="module")
def read_write(demo):
    return demo.issue(name="writer")


@pytest.fixture(scope="module")
def read_only(demo):
    return demo.issue("--read-only", name="reader")


def fields(summary):
    return {"project": {"key": "EX"}, "issuetype": {"name": "Task"}, "summary": summary}


def refused(status, reason, do):
    """The words that a person who runs the script gets to see."""
    with pytest.raises(HTTPError) as raised:
        do()
    answer = raised.value.response
    assert answer.status_code == status
    assert answer.headers["X-Gatepass-Reason"] == reason
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    return str(raised.value)


@WAYS
def test_a_script_works_through_a_whole_issue(demo, read_write, connect):
    client = connect(demo.url, read_write["secret"])
    assert client.myself()["name"] == "alice"
    key = client.issue_create(fields("By another client"))["key"]
    assert client.issue_add_comment(key, "Grüße")["body"] == "Grüße"
    client.update_issue_field(key, {"summary": "Changed"})
    assert client.issue_field_value(key, "summary") == "Changed"
    client.set_issue_status(key, "In Progress")
    assert client.get_issue_status(key) == "In Progress"
    client.delete_issue(key)
    with pytest.raises(HTTPError) as raised:
        client.issue(key)
    assert raised.value.response.status_code == 404


@WAYS
def test_attachments_go_up_and_come_down(demo, read_write, connect, tmp_path):
    client = connect(demo.url, read_write["secret"])
    key = client.issue_create(fields("With a file"))["key"]
    content = random.Random(8).randbytes(100_000)
    file = tmp_path / "Übersicht.bin"
    file.write_bytes(content)
    attached = client.add_attachment(key, str(file))[0]
    assert attached["filename"] == file.name
    assert client.get_attachment_content(attached["id"]) == content
    client.delete_issue(key)


@WAYS
def test_a_read_only_token_searches(demo, read_only, connect):
    client = connect(demo.url, read_only["secret"])
    keys = [issue["key"] for issue in client.jql("project = ABC ORDER BY key")["issues"]]
    assert keys[:2] == ["ABC-1", "ABC-2"]
    assert client.issue("ABC-1")["self"].startswith(f"{demo.url}/rest/api/2/issue/")


@WAYS
def test_a_write_with_a_read_only_token_shows_which_rule_refused_it(demo, read_only, connect):
    client = connect(demo.url, read_only["secret"])
    for write in [
        lambda: client.issue_create(fields("Not to be")),
        lambda: client.issue_add_comment("EX-1", "Not to be"),
        lambda: client.delete_issue("EX-1"),
    ]:
        assert "read-only" in refused(403, "read_only", write).lower()
    assert client.jql('summary ~ "Not to be"')["issues"] == []


@WAYS
def test_a_token_that_does_not_work_says_why(demo, connect):
    unknown = connect(demo.url, "gpass_" + "0" * 38)
    said = refused(401, "token_invalid", unknown.myself)
    assert said != "Unauthorized (401)", "the client has hidden the words"

    token = demo.issue(name="to be revoked")
    client = connect(demo.url, token["secret"])
    client.myself()
    demo.revoke(token)
    assert "revoked" in refused(401, "token_revoked", client.myself)
