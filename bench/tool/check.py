"""Whether a rival does what it is measured at, before it is measured."""

import http.client
import subprocess

from .machine import Failed
from .rivals import Gatepass
from .world import ROUTES, Token, answer

# Of the right shape and with the right checksum, but nobody's.
UNKNOWN = Token("gpass_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL", "", "", "rw", "")


def ask(port, route, token):
    """Status, whom the product took the caller for, and the body's length."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Authorization": f"Bearer {token.secret}", "Content-Type": "application/json"}
        body = route.body.replace("{n}", "7") or None
        connection.request(route.method, route.target.replace("{n}", "7"), body, headers)
        response = connection.getresponse()
        return response.status, response.getheader("X-AUSERNAME"), len(response.read())
    finally:
        connection.close()


def check(rival, settings):
    """Fails when it lets pass what it must not, or the other way round."""
    process = rival.start()
    try:
        words = passes(rival, settings.tokens[0])
        if rival.checks_tokens:
            words += refuses(rival, settings.tokens[-1])
        if isinstance(rival, Gatepass):
            words += revokes(rival, settings.tokens[-2])
        return f"{rival.name}: " + ", ".join(words)
    finally:
        process.stop()


def expect(rival, what, found, wanted):
    if found != wanted:
        raise Failed(f"{rival.name}: {what}: {found}, not {wanted}")


def passes(rival, token):
    for route in ROUTES:
        owner = token.owner if rival.checks_tokens else "somebody"
        wanted = (201 if route.method == "POST" else 200, owner, len(answer(route)))
        expect(rival, route.name, ask(rival.port, route, token), wanted)
    return [f"{len(ROUTES)} routes pass as their owner" if rival.checks_tokens
            else f"{len(ROUTES)} routes pass, unchecked"]


def refuses(rival, read_only):
    [write] = [route for route in ROUTES if route.method == "POST"]
    expect(rival, "an unknown token", ask(rival.port, ROUTES[0], UNKNOWN)[0], 401)
    expect(rival, "a read-only token's read", ask(rival.port, ROUTES[0], read_only)[0], 200)
    expect(rival, "a read-only token's write", ask(rival.port, write, read_only)[0], 403)
    return ["unknown token 401", "read-only write 403"]


def revokes(rival, token):
    """Only the one whose store can be told; it was valid before. Once for each store."""
    status = ask(rival.port, ROUTES[0], token)[0]
    command = rival.command("token", "revoke", token.handle)
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    if done.returncode:
        raise Failed(f"revoke: {done.stderr.decode()}")
    expect(rival, "a token", status, 200)
    expect(rival, "a revoked token", ask(rival.port, ROUTES[0], token)[0], 401)
    return ["revoked token 401"]
