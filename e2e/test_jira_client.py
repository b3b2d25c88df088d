"""The package `jira` from PyPI, unmodified, with no other setting than its URL and its token."""

import random
import time

import pytest
from jira import JIRA, JIRAError

# Longer than any answer takes, shorter than one retry of the client's would.
NO_RETRY = 4


def by_bearer(url, secret):
    return JIRA(url, token_auth=secret)


def by_basic(url, secret):
    return JIRA(url, basic_auth=("alice", secret))


WAYS = pytest.mark.parametrize("connect", [by_bearer, by_basic])


@pytest.fixture(scope="module")
def read_write(demo):
    return demo.issue(name="writer")


@pytest.fixture(scope="module")
def read_only(demo):
    return demo.issue("--read-only", name="reader")


def count_answers(client):
    """The answers that the client gets from now on, retries and all."""
    answers = []
    client._session.hooks["response"].append(lambda answer, **_: answers.append(answer))
    return answers


def refused(status, reason, do):
    """What the client raises: an error that a person can read, after one answer and no retry."""
    begin = time.monotonic()
    with pytest.raises(JIRAError) as raised:
        do()
    error = raised.value
    assert time.monotonic() - begin < NO_RETRY
    assert error.status_code == status
    assert error.response.headers["X-Gatepass-Reason"] == reason
    assert error.response.headers["X-Gatepass-Request-Id"]
    assert error.text and "<" not in error.text, f"not plain words: {error.text!r}"
    return error.text


@WAYS
def test_a_script_connects_and_is_its_owner(demo, read_write, connect):
    client = connect(demo.url, read_write["secret"])
    assert client.server_info()["versionNumbers"]
    assert client.myself()["name"] == "alice"
    assert client.session().name == "alice"


@WAYS
def test_a_script_works_through_a_whole_issue(demo, read_write, connect):
    client = connect(demo.url, read_write["secret"])
    task = {"project": "EX", "issuetype": {"name": "Task"}, "summary": "Through the gate"}
    issue = client.create_issue(**task)
    assert issue.fields.reporter.name == "alice"

    comment = client.add_comment(issue, "Grüße")
    comment.update(body="Viele Grüße")
    assert client.comment(issue, comment.id).body == "Viele Grüße"

    issue.update(summary="Changed", labels=[{"add": "gate"}])
    assert (issue.fields.summary, issue.fields.labels) == ("Changed", ["gate"])

    client.transition_issue(issue, "Done")
    assert client.issue(issue.key).fields.status.name == "Done"

    issue.delete()
    with pytest.raises(JIRAError) as raised:
        client.issue(issue.key)
    assert raised.value.status_code == 404
    assert "X-Gatepass-Reason" not in raised.value.response.headers, "this is Jira's own answer"


@WAYS
def test_a_file_with_a_foreign_name_comes_back_byte_for_byte(demo, read_write, connect, tmp_path):
    client = connect(demo.url, read_write["secret"])
    content = random.Random(7).randbytes(300_000)
    file = tmp_path / "Prüfbericht – 日本 100%.bin"
    file.write_bytes(content)
    client.add_attachment("EX-1", attachment=str(file))
    attached = client.issue("EX-1").fields.attachment[-1]
    assert attached.filename == file.name
    assert attached.size == len(content)
    assert attached.get() == content
    attached.delete()


@WAYS
def test_a_read_only_token_searches_by_get_and_by_post(demo, read_only, connect):
    client = connect(demo.url, read_only["secret"])
    jql = "project = ABC ORDER BY key"
    by_get = [issue.key for issue in client.search_issues(jql)]
    assert by_get[:2] == ["ABC-1", "ABC-2"]
    assert [issue.key for issue in client.search_issues(jql, use_post=True)] == by_get
    assert len(client.search_issues("order by key", maxResults=False)) > len(by_get)


@WAYS
def test_links_in_answers_lead_through_the_gate(demo, read_only, connect):
    client = connect(demo.url, read_only["secret"])
    issue = client.issue("ABC-1")
    assert issue.self.startswith(f"{demo.url}/rest/api/2/issue/")
    attachment = issue.fields.attachment[0]
    assert attachment.content.startswith(f"{demo.url}/secure/attachment/")
    assert b"basket" in attachment.get()
    assert demo.jira_url not in str(issue.raw)


@WAYS
def test_a_write_with_a_read_only_token_is_a_clean_error(demo, read_only, connect):
    client = connect(demo.url, read_only["secret"])
    issue = client.issue("EX-1")
    answers = count_answers(client)
    writes = [
        lambda: client.create_issue(project="EX", issuetype="Task", summary="Not to be"),
        lambda: client.add_comment(issue, "Not to be"),
        lambda: issue.update(summary="Not to be"),
        lambda: issue.delete(),
    ]
    for write in writes:
        text = refused(403, "read_only", write)
        assert "read-only" in text.lower(), text
    assert sum(answer.status_code == 403 for answer in answers) == len(writes), "it was retried"
    found = client.search_issues('summary ~ "Not to be"')
    assert not found
    assert "Not to be" not in [comment.body for comment in client.comments("EX-1")]


@WAYS
def test_an_unknown_token_is_refused_when_the_script_connects(demo, connect):
    unknown = "gpass_" + "0" * 38
    text = refused(401, "token_invalid", lambda: connect(demo.url, unknown))
    assert "token" in text.lower(), text


@WAYS
def test_a_revoked_token_says_that_it_is_revoked(demo, connect):
    token = demo.issue(name="to be revoked")
    client = connect(demo.url, token["secret"])
    assert client.myself()["name"] == "alice"
    assert demo.revoke(token)["state"] == "revoked"
    text = refused(401, "token_revoked", client.myself)
    assert "revoked" in text, text


def test_basic_with_somebody_elses_name_says_whose_token_it_is_not(demo, read_write):
    def connect():
        JIRA(demo.url, basic_auth=("bob", read_write["secret"]))

    refused(401, "owner_mismatch", connect)
