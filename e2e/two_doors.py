"""A product with two doors: by one only a gate comes, by the other whoever passes it. Prints the port of
the first, then a line of JSON with that of the second, then one for each request: the door, the request
line as it came, the headers, and how long the body was.

It takes everybody for alice.
"""

import json
import socket
import threading

ANSWER = b'{"name":"alice"}'


def read_head(stream):
    line = stream.readline().rstrip(b"\r\n")
    headers = []
    while field := stream.readline().rstrip(b"\r\n"):
        name, _, value = field.partition(b":")
        headers.append([name.decode("latin-1").lower(), value.strip().decode("latin-1")])
    return line, headers


def body_length(stream, headers):
    named = dict(headers)
    if named.get("transfer-encoding", "").lower() == "chunked":
        total = 0
        while size := int(stream.readline().split(b";")[0], 16):
            total += len(stream.read(size))
            stream.readline()
        stream.readline()
        return total
    return len(stream.read(int(named.get("content-length", 0))))


def serve(door, connection):
    with connection, connection.makefile("rb") as stream:
        while True:
            line, headers = read_head(stream)
            if not line:
                return
            seen = {"door": door, "line": line.decode("latin-1"), "headers": headers}
            seen["body"] = body_length(stream, headers)
            with LOCK:
                print(json.dumps(seen), flush=True)
            head = b"HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nX-AREQUESTID: 1x1x1\r\n"
            head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)
            connection.sendall(head if line.startswith(b"HEAD ") else head + ANSWER)


def listen(door, listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_quietly, args=[door, connection], daemon=True).start()


def serve_quietly(door, connection):
    try:
        serve(door, connection)
    except (OSError, ValueError):
        # Whoever asked broke off.
        pass


LOCK = threading.Lock()
doors = {name: socket.create_server(("127.0.0.1", 0), backlog=64) for name in ("gate", "front")}
threads = [threading.Thread(target=listen, args=each, daemon=True) for each in doors.items()]
print(doors["gate"].getsockname()[1], flush=True)
print(json.dumps({"front": doors["front"].getsockname()[1]}), flush=True)
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
