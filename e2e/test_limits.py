"""Limits, as clients that were not written for Gatepass meet them."""

import requests
from jira import JIRA


def test_the_jira_client_waits_and_goes_on(demo):
    hasty = demo.issue("--read-only", "--rate", "60/min", "--burst", "2", name="hasty")
    client = JIRA(demo.url, token_auth=hasty["secret"])
    answers = []
    client._session.hooks["response"].append(lambda answer, **_: answers.append(answer))
    for _ in range(4):
        assert client.myself()["name"] == "alice"
    refused = [answer for answer in answers if answer.status_code == 429]
    for answer in refused:
        assert answer.headers["X-Gatepass-Reason"] == "rate_limited"
        assert int(answer.headers["Retry-After"]) >= 1


def test_a_plain_client_is_told_when_to_come_again(demo):
    slow = demo.issue("--read-only", "--rate", "3/h", name="slow")
    assert slow["grant"]["limits"]["rate"] == "3/h"
    headers = {"Authorization": f"Bearer {slow['secret']}"}
    url = f"{demo.url}/rest/api/2/myself"
    answers = [requests.get(url, headers=headers, timeout=30) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    last = answers[-1]
    assert 0 < int(last.headers["Retry-After"]) <= 1200
    assert last.headers["X-RateLimit-Limit"] == "3"
    assert last.headers["X-RateLimit-FillRate"] == "3"
    assert last.headers["X-RateLimit-Interval-Seconds"] == "3600"
    assert last.json()["errorMessages"][0].startswith("This token may make 3/h requests")
