"""Where the CPU of a request goes: instructions under callgrind, or samples by perf."""

import http.client
import subprocess

from .compare import LOADS, wrk
from .machine import Failed, Process, family
from .world import LOAD_CORE, RIVAL_CORE

# Under callgrind everything is some fifty times slower.
WARM_UP, COUNTED = 1_000, 5_000


def read_requests(path):
    """The requests that the load would send."""
    data, place, found = path.read_bytes(), 0, []
    while place < len(data):
        length = int.from_bytes(data[place:place + 4], "big")
        found.append(data[place + 4:place + 4 + length])
        place += 4 + length
    return found


class Client:
    """One connection, one request after the other."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()

    def send(self, request):
        self.connection.sock.sendall(request)
        method = request.split(b" ", 1)[0].decode()
        response = http.client.HTTPResponse(self.connection.sock, method=method)
        response.begin()
        response.read()
        if response.status not in (200, 201):
            raise Failed(f"answered with {response.status}")


def control(*words):
    done = subprocess.run(["callgrind_control", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"callgrind_control: {done.stdout}{done.stderr}")


def callgrind(gate, requests, into, say, lines):
    """Counts instructions of a bounded number of requests, by thread; prints the costliest
    functions of the thread that carries requests."""
    return by_thread(count(gate, requests, into, say), lines)


def instructions(gate, requests, into, say):
    """Instructions per request of the thread that carries requests."""
    found, carrier = threads(count(gate, requests, into, say))
    [carried] = [counted for counted, name in found if name == carrier.name]
    return carried / COUNTED


def count(gate, requests, into, say):
    """Where the counts are."""
    into.mkdir(parents=True, exist_ok=True)
    out = into / "callgrind.out"
    for old in into.glob("callgrind.out*"):
        old.unlink()
    words = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes",
             f"--callgrind-out-file={out}", *gate.command()]
    process = Process("callgrind", words, gate.folder, RIVAL_CORE)
    process.wait_for(gate.port)
    try:
        clients = [Client(gate.port) for _ in range(8)]
        made = read_requests(requests)
        for number in range(WARM_UP):
            clients[number % 8].send(made[number % len(made)])
        say(f"{WARM_UP} requests to warm up; {COUNTED} are counted")
        control("-i", "on", str(process.pid))
        for number in range(COUNTED):
            clients[number % 8].send(made[(WARM_UP + number) % len(made)])
        control("-i", "off", str(process.pid))
    finally:
        process.stop()
    return out


def threads(out):
    """Instructions of every thread, and the file of the one that carries requests."""
    found, carrier = [], None
    for file in out.parent.glob("callgrind.out-*"):
        text = file.read_text(errors="replace")
        totals = [line for line in text.splitlines() if line.startswith(("summary:", "totals:"))]
        count = int(totals[-1].split()[1]) if totals else 0
        if not count:
            continue
        found.append((count, file.name))
        if "gatepass_gate::exchange" in text:
            carrier = file
    if not carrier:
        raise Failed("callgrind saw no request")
    return found, carrier


def by_thread(out, lines):
    """Instructions per request of every thread, and by function of the one that carries them."""
    found, carrier = threads(out)
    shown = ["instructions per request, by thread:"]
    shown += [f"{count / COUNTED:10.0f}  {name}" + " (carries requests)" * (name == carrier.name)
              for count, name in sorted(found, reverse=True)]
    costs = by_function(annotate(carrier))
    shown += ["", f"by function, without what it calls, in {carrier.name}:"]
    shown += [f"{count / COUNTED:10.0f}  {name}" for name, count in costs[:lines]]
    shown += ["", "who copies and clears memory:", *callers(annotate(carrier, "--tree=caller"))]
    return "\n".join(shown)


def annotate(file, *options):
    done = subprocess.run(["callgrind_annotate", "--auto=no", "--threshold=100", *options,
                           str(file)], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def cost_of(line):
    """`1,234 (5.6%)  * file:function [object]` as 1234, and what stands after it."""
    count, _, rest = line.strip().partition(" ")
    if not count.replace(",", "").isdigit():
        return None
    rest = rest.partition(")")[2] if "(" in rest[:3] else rest
    return int(count.replace(",", "")), rest.strip()


def function_of(place):
    """Without its file, which is another one for each function that was inlined into it."""
    place = place.split(" [")[0].removeprefix("* ").removeprefix("< ").partition(":")[2]
    # Of callers: how often they called.
    return place.rpartition(" (")[0] if place.endswith("x)") else place


def by_function(lines):
    costs = {}
    for line in lines:
        found = cost_of(line)
        if found and ":" in found[1]:
            name = function_of(found[1])
            costs[name] = costs.get(name, 0) + found[0]
    return sorted(costs.items(), key=lambda pair: -pair[1])


def callers(lines, most=12):
    """Who calls memcpy, memmove and memset, and what that costs by request."""
    costs, waiting = {}, {}
    for line in lines:
        found = cost_of(line)
        if not found:
            waiting = {}
            continue
        if found[1].startswith("<"):
            name = function_of(found[1])
            waiting[name] = waiting.get(name, 0) + found[0]
        elif found[1].startswith("*"):
            name = function_of(found[1])
            if name.startswith(("__memcpy", "__memmove", "__memset")):
                for caller, cost in waiting.items():
                    costs[f"{name} < {caller}"] = costs.get(f"{name} < {caller}", 0) + cost
            waiting = {}
    best = sorted(costs.items(), key=lambda pair: -pair[1])[:most]
    return [f"{count / COUNTED:10.0f}  {name}" for name, count in best]


def perf(rival, requests, seconds, load, into, lines):
    """Samples all threads at a load (by the clock, since virtual machines have no counters)."""
    into.mkdir(parents=True, exist_ok=True)
    data = into / "perf.data"
    process = rival.start()
    try:
        wrk(rival.port, requests, 1, LOADS[load])
        record = subprocess.Popen(
            ["taskset", "-c", str(LOAD_CORE), "perf", "record", "-q", "-e", "cpu-clock",
             "-F", "2000", "-p", ",".join(map(str, family(process.pid))), "-o", str(data),
             "sleep", str(seconds)])
        wrk(rival.port, requests, seconds, LOADS[load])
        record.wait()
    finally:
        process.stop()
    report = subprocess.run(
        ["perf", "report", "-i", str(data), "--stdio", "-q", "--no-children", "-F",
         "overhead,comm,dso,sym"], capture_output=True, text=True, check=False)
    # Between columns there is room for the longest symbol of all.
    found = [" ".join(line.split()) for line in report.stdout.splitlines()]
    found = [line for line in found if line and not line.startswith("#")]
    return "\n".join([f"samples are in {data}", *found[:lines]])
