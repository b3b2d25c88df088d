"""What many tokens cost: memory, and the time from the start to the first answer."""

import statistics
import time

from .check import ask
from .machine import Failed, resident
from .world import ROUTES


def start(gate, token):
    """Seconds until a request with this token passes; bytes resident then, and at most."""
    begin = time.monotonic()
    process = gate.start()
    try:
        while True:
            status = ask(gate.port, ROUTES[2], token)[0]
            if status == 200:
                break
            if status not in (401, 503) or time.monotonic() - begin > 300:
                raise Failed(f"the gate answers {status}")
            time.sleep(0.005)
        took = time.monotonic() - begin
        now, most = resident(process.pid)
        return {"seconds": took, "resident": now, "most": most}
    finally:
        process.stop()


def run(gate, token, runs, say):
    """Several starts on one store."""
    found = []
    for _ in range(runs):
        one = start(gate, token)
        say(f"{one['seconds']:.2f} s, {one['resident'] / 2**20:.0f} MiB")
        found.append(one)
    return found


def middle(found, key):
    return statistics.median(one[key] for one in found)


def summary(tokens, found, few_tokens, few):
    """In words, beside a store with few tokens."""
    each = (middle(found, "resident") - middle(few, "resident")) / max(1, tokens - few_tokens)
    return "\n".join([
        "| tokens | first answer after | resident | most |",
        "| ---: | ---: | ---: | ---: |",
        *(f"| {count} | {middle(one, 'seconds'):.2f} s | {middle(one, 'resident') / 2**20:.0f} MiB "
          f"| {middle(one, 'most') / 2**20:.0f} MiB |"
          for count, one in ((few_tokens, few), (tokens, found))),
        "",
        f"{each:.0f} bytes a token.",
    ])
