"""Two gigabytes up and down, with the gate's memory below 100 MB."""

import re
import socket
import time
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from blocks import BLOCK, blocks
from harness import bearer

SIZE = 2 << 30
MOST_MEMORY = 100_000_000
# So slow as no machine is: a transfer that hangs is to fail, not to wait.
PATIENCE = 120


def memory(pid):
    """Peak of all that is resident, and the anonymous part of it now, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()

    def value(name):
        return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M)[1]) * 1024

    return value("VmHWM"), value("RssAnon")


@pytest.fixture
def gate(make_gate, upstream):
    gate = make_gate(upstream.url)
    gate.give_credential("alice", "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5")
    return gate.start()


def connect(gate):
    place = urlsplit(gate.url)
    connection = socket.create_connection((place.hostname, place.port), 10)
    connection.settimeout(30)
    return connection


def head(token, gate, line, *more):
    lines = [line, f"Host: {urlsplit(gate.url).netloc}", bearer(token["secret"]), *more, "", ""]
    return "\r\n".join(lines).encode()


def read_head(stream):
    """The status, and the length of what follows."""
    status = int(stream.readline().split(b" ")[1])
    length = None
    while field := stream.readline().strip():
        name, _, value = field.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return status, length


def check_memory(gate, anonymous):
    peak, _ = memory(gate.process.pid)
    print(f"peak {peak / 1e6:.0f} MB, anonymous at most {max(anonymous) / 1e6:.0f} MB")
    assert peak < MOST_MEMORY, f"the gate needed {peak} bytes at its peak"


def test_two_gigabytes_go_up_in_chunks_in_constant_memory(gate):
    token = gate.issue()
    begin, anonymous, checksum = time.monotonic(), [], 0
    with connect(gate) as connection:
        line = "POST /rest/api/2/issue/EX-1/attachments HTTP/1.1"
        kind = "Content-Type: application/octet-stream"
        connection.sendall(head(token, gate, line, kind, "Transfer-Encoding: chunked"))
        for block in blocks(SIZE):
            connection.sendall(b"%x\r\n" % len(block))
            connection.sendall(block)
            connection.sendall(b"\r\n")
            checksum = zlib.crc32(block, checksum)
            anonymous.append(memory(gate.process.pid)[1])
            assert time.monotonic() - begin < PATIENCE
        connection.sendall(b"0\r\n\r\n")
        with connection.makefile("rb") as stream:
            status, length = read_head(stream)
            answer = stream.read(length)
    took = time.monotonic() - begin
    print(f"up: {SIZE / took / 1e6:.0f} MB/s")
    assert status == 200, answer
    assert f'"bytes": {SIZE}, "crc32": {checksum}'.encode() in answer
    check_memory(gate, anonymous)


def test_two_gigabytes_come_down_by_their_length_in_constant_memory(gate):
    token = gate.issue("--read-only")
    begin, anonymous, total, checksum, buffer = time.monotonic(), [], 0, 0, bytearray(BLOCK)
    with connect(gate) as connection, connection.makefile("rb", BLOCK) as stream:
        connection.sendall(head(token, gate, f"GET /secure/attachment/1/{SIZE} HTTP/1.1"))
        assert read_head(stream) == (200, SIZE)
        view = memoryview(buffer)
        while total < SIZE:
            count = stream.readinto(view[: min(BLOCK, SIZE - total)])
            assert count, f"the body ends after {total} bytes"
            total, checksum = total + count, zlib.crc32(view[:count], checksum)
            anonymous.append(memory(gate.process.pid)[1])
            assert time.monotonic() - begin < PATIENCE
    took = time.monotonic() - begin
    print(f"down: {SIZE / took / 1e6:.0f} MB/s")
    expected = 0
    for block in blocks(SIZE):
        expected = zlib.crc32(block, expected)
    assert checksum == expected
    check_memory(gate, anonymous)
