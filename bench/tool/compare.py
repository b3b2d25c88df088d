"""What a request costs: the rivals, one after the other, several times, alike for all."""

import json
import os
import statistics
import subprocess
import time

from . import check
from .machine import Failed, Meter, busy, first_in_line
from .rivals import RIVALS
from .world import LOAD_CORE, RIVAL_CORE

CONNECTIONS = 64
# What a connection waits before its next request, on average, in milliseconds. `steady` gives all
# rivals the same load, some 4,000 requests a second, at which none has work waiting for it: what it
# costs then is the headline. At `full` all take as much as they can: the faster, the more events
# at once, and the cheaper each.
LOADS = {"steady": 16, "full": 0}
WARM_UP = 1
# How many requests are folded at once: what a minute of `steady` brings, after which the gate folds
# its journal.
FOLDED = 240_000
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def wrk(port, requests, seconds, pause=0, connections=CONNECTIONS):
    """Runs the load and gives what it counted; times in microseconds."""
    words = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
             "--timeout", "20s", "-s", f"{HERE}/load.lua", f"http://127.0.0.1:{port}",
             requests, pause]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False, preexec_fn=first_in_line)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise Failed(f"wrk: {done.stdout}{done.stderr}")
    return json.loads(lines[0])


def measure(rival, requests, seconds, pause):
    """One run of one rival, freshly started."""
    process = rival.start()
    try:
        wrk(rival.port, requests, WARM_UP, pause)
        others, wall, meter = busy(RIVAL_CORE), time.monotonic(), Meter(process.pid)
        counted = wrk(rival.port, requests, seconds, pause)
        wall, others = time.monotonic() - wall, busy(RIVAL_CORE) - others
        cost, threads = meter.cost()
    finally:
        process.stop()
    if counted["refused"] or counted["broken"]:
        raise Failed(f"{rival.name}: refused or broken: {counted}")
    made = counted["requests"]
    return {
        "rival": rival.name,
        "requests": made,
        "rate": made / counted["seconds"],
        "user": cost.user / made * 1e6,
        "system": cost.system / made * 1e6,
        "cpu": cost.total / made * 1e6,
        "threads": {name: spent / made * 1e6 for name, spent in threads.items()},
        "p50": counted["p50"],
        "p99": counted["p99"],
        # How much of its core the rival used, and how much others did meanwhile.
        "core": cost.total / wall,
        "others": max(0.0, others - cost.total) / wall,
    }


def fold(rival, requests):
    """What Gatepass spends later on what it recorded, in microseconds a request. It writes a
    journal each second and folds it into its tables once a minute, which no run here sees. So as
    many requests as a minute brings are recorded, and the gate is ended, which folds them all."""
    process, made = rival.start(), 0
    try:
        while made < FOLDED:
            made += wrk(rival.port, requests, 2)["requests"]
        time.sleep(3)
        return process.finish() / made * 1e6
    finally:
        process.stop()


def run(settings, requests, seconds, runs, loads, say):
    """All rivals, interleaved. Gives what was measured."""
    rivals = [kind(settings) for kind in RIVALS]
    for rival in rivals:
        say(check.check(rival, settings))
    ours = rivals[-1]
    later = statistics.median(fold(ours, requests) for _ in range(3))
    say(f"{ours.name}: folding the journal costs {later:.2f} µs a request, which is added below")
    measured = []
    for load in loads:
        for number in range(runs):
            # Another one begins each time: none always follows the same.
            turn = number % len(rivals)
            for rival in rivals[turn:] + rivals[:turn]:
                one = measure(rival, requests, seconds, LOADS[load])
                if rival is ours:
                    one["cpu"] += later
                    one["threads"]["folding"] = later
                measured.append({"load": load, "run": number, **one})
                say(f"{load} {number + 1}/{runs} {rival.name}: {one['cpu']:.1f} µs, "
                    f"{one['rate']:.0f}/s, core {one['core']:.0%}, others {one['others']:.0%}")
    return measured


def threads(measured, load):
    """Where the CPU of a rival with several threads goes: the medians, in words."""
    lines = []
    for name in [kind.name for kind in RIVALS]:
        runs = [one["threads"] for one in measured
                if one["rival"] == name and one["load"] == load]
        names = {thread for run in runs for thread in run}
        costs = {thread: statistics.median(run.get(thread, 0.0) for run in runs)
                 for thread in names}
        shown = [f"{thread} {cost:.2f} µs" for thread, cost
                 in sorted(costs.items(), key=lambda pair: -pair[1]) if cost >= 0.01]
        if len(shown) > 1:
            lines.append(f"{name} by thread: " + ", ".join(shown))
    return "\n".join(lines)


def table(measured, load):
    """The medians of one load, in Markdown."""
    names = [kind.name for kind in RIVALS]
    rows = {name: [one for one in measured if one["rival"] == name and one["load"] == load]
            for name in names}

    def median(name, key):
        return statistics.median(one[key] for one in rows[name])

    bare = median(names[0], "cpu")
    lines = [
        "| | CPU per request | user | system | of bare nginx | spread | requests/s | p50 | p99 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in names:
        costs = [one["cpu"] for one in rows[name]]
        lines.append(
            f"| {name} | {median(name, 'cpu'):.1f} µs | {median(name, 'user'):.1f} | "
            f"{median(name, 'system'):.1f} | **{median(name, 'cpu') / bare:.2f}** | "
            f"{min(costs):.1f}–{max(costs):.1f} | {median(name, 'rate'):.0f} | "
            f"{median(name, 'p50') / 1000:.2f} ms | {median(name, 'p99') / 1000:.2f} ms |")
    return "\n".join(lines)
