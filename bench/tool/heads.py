"""10,000 connections that begin a request and never end it: what they cost, and whom they disturb."""

import resource
import selectors
import socket
import threading
import time

from .compare import LOADS, wrk
from .machine import Failed, resident

HEADS = 10_000
# Kept at once; the rest of what may be open is for load, product and ourselves.
SPARE_FILES = 1_000
BEGUN = b"GET /rest/api/2/myself HTTP/1.1\r\nHost: jira.example.com\r\nX-Slow: "


def raise_limit():
    """As many open files as are allowed; the gate inherits it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < HEADS + SPARE_FILES:
        raise Failed(f"only {hard} open files are allowed (ulimit -Hn)")


class Heads(threading.Thread):
    """Keeps so many unfinished requests open, and opens new ones for those that were ended."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.port, self.count = port, count
        self.selector = selectors.DefaultSelector()
        self.open = self.ended = 0
        self.stopped = threading.Event()

    def begin(self):
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        connection.sendall(BEGUN)
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ)
        self.open += 1

    def run(self):
        while not self.stopped.is_set():
            # A few at a time, so that what was ended is seen.
            for _ in range(min(100, self.count - self.open)):
                self.begin()
            for key, _ in self.selector.select(0.01):
                # 408 and the end, or the end alone.
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
                self.open -= 1
                self.ended += 1
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def wait(self, patience=60):
        end = time.monotonic() + patience
        while self.open < self.count:
            if time.monotonic() > end or not self.is_alive():
                raise Failed(f"only {self.open} of {self.count} unfinished heads could be opened")
            time.sleep(0.05)


def run(gate, requests, seconds, count, say):
    """The steady load without them, and with them; memory before and at their most."""
    process = gate.start()
    try:
        pause = LOADS["steady"]
        wrk(gate.port, requests, 2, pause)
        before, quiet = resident(process.pid)[0], wrk(gate.port, requests, seconds, pause)
        say(f"without: p99 {quiet['p99'] / 1000:.2f} ms, {before / 2**20:.0f} MiB")
        heads = Heads(gate.port, count)
        heads.start()
        heads.wait()
        beside = wrk(gate.port, requests, seconds, pause)
        held, (now, most) = heads.open, resident(process.pid)
        heads.stopped.set()
        heads.join()
    finally:
        process.stop()
    for counted in (quiet, beside):
        if counted["refused"] or counted["broken"]:
            raise Failed(f"refused or broken: {counted}")
    return {"heads": count, "held": held, "ended_meanwhile": heads.ended, "without": quiet,
            "beside": beside, "memory_before": before, "memory_beside": now, "memory_most": most}


def table(found):
    mib = 2**20
    quiet, beside = found["without"], found["beside"]
    return "\n".join([
        "| | without | beside "f"{found['heads']} unfinished heads |",
        "| --- | ---: | ---: |",
        f"| p50 of others | {quiet['p50'] / 1000:.2f} ms | {beside['p50'] / 1000:.2f} ms |",
        f"| p99 of others | {quiet['p99'] / 1000:.2f} ms | {beside['p99'] / 1000:.2f} ms |",
        f"| requests/s | {quiet['requests'] / quiet['seconds']:.0f} | "
        f"{beside['requests'] / beside['seconds']:.0f} |",
        f"| resident memory | {found['memory_before'] / mib:.0f} MiB | "
        f"{found['memory_beside'] / mib:.0f} MiB (most {found['memory_most'] / mib:.0f}) |",
        "",
        f"Ended by the gate meanwhile, and opened anew: {found['ended_meanwhile']}.",
    ])
