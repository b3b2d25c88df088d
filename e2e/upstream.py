"""A product that takes and gives big bodies and keeps none of them. Prints its port; ends when it
is ended.

It takes everybody for alice. `GET …/attachment/1/<bytes>` gives that many bytes; any other GET
gives a few. POST takes what comes and answers how many bytes it was, and their checksum.
"""

import json
import re
import socket
import threading
import zlib

from blocks import BLOCK, blocks

HEAD = b"HTTP/1.1 %s\r\nX-AUSERNAME: alice\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"


def read_head(stream):
    """Request line and headers, in lower case; None at the end."""
    line = stream.readline()
    if not line:
        return None
    headers = {}
    while (field := stream.readline().strip()):
        name, _, value = field.partition(b":")
        headers[name.lower()] = value.strip().lower()
    return line.split(b" ")[:2], headers


def body_parts(stream, headers):
    """The lengths of the body's parts, as they come."""
    if headers.get(b"transfer-encoding") == b"chunked":
        while (size := int(stream.readline().split(b";")[0], 16)):
            yield size
            assert stream.readline() == b"\r\n"
        assert stream.readline() == b"\r\n", "no trailers were sent"
    elif b"content-length" in headers:
        yield int(headers[b"content-length"])


def take(stream, headers):
    """Reads the body; gives its length and checksum."""
    buffer = memoryview(bytearray(BLOCK))
    total = checksum = 0
    for size in body_parts(stream, headers):
        while size:
            count = stream.readinto(buffer[: min(size, BLOCK)])
            if count == 0:
                raise ConnectionError("the body ends early")
            checksum = zlib.crc32(buffer[:count], checksum)
            total, size = total + count, size - count
    return total, checksum


def serve(connection):
    with connection, connection.makefile("rb", BLOCK) as stream:
        while (request := read_head(stream)) is not None:
            (method, target), headers = request
            big = re.search(rb"/attachment/1/(\d+)$", target)
            total, checksum = take(stream, headers)
            if method == b"GET" and big:
                size = int(big[1])
                connection.sendall(HEAD % (b"200 OK", b"application/octet-stream", size))
                for block in blocks(size):
                    connection.sendall(block)
            else:
                body = json.dumps({"name": "alice", "bytes": total, "crc32": checksum}).encode()
                connection.sendall(HEAD % (b"200 OK", b"application/json", len(body)) + body)


def serve_quietly(connection):
    try:
        serve(connection)
    except OSError:
        # Whoever asked was killed: that is what some tests do.
        pass


def main():
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve_quietly, args=[connection], daemon=True).start()


if __name__ == "__main__":
    main()
