"""`gatepass demo` as somebody who tries it: read what it prints, and type that."""

import json
import re
import subprocess
import time

import pytest

from harness import PATIENCE, Demo, environment, wait_until


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path)
    yield demo
    demo.process.kill()


def printed_commands(demo):
    """What is printed to be typed, in order."""
    lines = [line.strip() for line in demo.process.out.read_text().splitlines()]
    return [line for line in lines if re.match(r"curl |\S*gatepass --", line)]


def type_in(demo, command):
    """As a shell takes it; gives all that is printed."""
    done = subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        cwd=demo.process.out.parent,
        timeout=PATIENCE,
        check=False,
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, f"{command}: {said}"
    return said


def answer_of(demo, command):
    """The status and the reason of a curl line's answer, and all of it. Some lines are printed
    without `-i`; for the test it is put in."""
    said = type_in(demo, command.replace("curl ", "curl -s -i ", 1))
    status = re.search(r"^HTTP/1.1 (\d+)", said, re.M)
    assert status, f"no answer to {command}: {said}"
    reason = re.search(r"^x-gatepass-reason: (\S+)", said, re.M | re.I)
    return int(status[1]), reason and reason[1], said


def test_what_the_demo_prints_works_as_it_says(demo):
    commands = printed_commands(demo)
    curls = [command for command in commands if command.startswith("curl ")]
    with_token = [command for command in curls if "Bearer" in command]
    before, after = with_part(commands, " -u ")
    (apply,) = with_part(commands, " policy apply ")
    (show,) = with_part(commands, " token show ")

    answers = [answer_of(demo, command) for command in with_token]
    told = [(status, reason) for status, reason, _ in answers]
    refused = [(403, "read_only"), (201, None), (401, "token_invalid")]
    assert told[:4] == [(200, None), *refused]
    assert '"key":"ABC-1"' in answers[0][2]
    assert '"key":"ABC-' in answers[2][2], "no issue was made"

    assert before[0] < apply[0] < after[0]
    assert answer_of(demo, before[1])[:2] == (200, None)
    type_in(demo, apply[1])
    status, reason, said = answer_of(demo, after[1])
    assert (status, reason) == (403, "passwords_disabled")
    assert "Basic Authentication has been disabled on this instance." in said

    # Activity is written every second.
    def shown():
        said = type_in(demo, show[1])
        return re.search(r"\b[1-9]\d* refused as read_only", said) and said

    assert "curl/" in wait_until(shown, "the activity of the token is shown")


def with_part(commands, part):
    """The commands that have `part` in them, each with its place."""
    return [(place, command) for place, command in enumerate(commands) if part in command]


def test_the_demo_says_the_same_to_programs(tmp_path):
    demo = Demo(tmp_path, "--json")
    try:
        document = json.loads(demo.process.out.read_text())
        assert document["url"] == demo.url
        for access, words in (("read_only", "read-only"), ("read_write", "read-write")):
            token = document["tokens"][access]
            assert re.fullmatch(r"gpass_[0-9A-Za-z]{38}", token["secret"])
            assert token["grant"]["access"] == words
    finally:
        demo.process.kill()


def test_the_demo_ends_in_order_when_it_is_told_to(demo):
    begin = time.monotonic()
    assert demo.process.stop() == 0, demo.process.said()
    assert time.monotonic() - begin < 10
