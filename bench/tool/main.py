"""The command line: `bench/run WHAT`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import compare, heads, pages, profile, starts
from .machine import Failed, first_in_line, hardware, install, versions
from .rivals import RIVALS, Gatepass, GatepassAccount, Settings
from .world import RIVAL_CORE, Product, seed, seed_store, write_requests

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# Longest that it may take to say what a request is.
MOST_NANOS = 300
# Most that a request as its owner may cost, in requests as a service account.
MOST_FOR_OWNER = 1.05


def say(words):
    print(words, file=sys.stderr, flush=True)


def build():
    """The programs of ours: the gate, and what fills a store."""
    # One after the other: together, the gate would be built with the seeder's features too.
    for package in ("gatepass-cli", "gatepass-bench"):
        words = ["cargo", "build", "--quiet", "--locked", "--release", "-p", package]
        if subprocess.run(words, cwd=ROOT, check=False).returncode:
            raise Failed("it does not build")
    return TARGET / "release" / "gatepass", TARGET / "release" / "gatepass-bench-seed"


def keep(name, kept, into):
    """The raw data, as one file of JSON."""
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{name}.json"
    text = json.dumps(kept, indent=1)
    file.write_text(text + "\n")
    say(f"raw data: {file}")


def head_of(arguments, versions=versions):
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT,
                            capture_output=True, text=True, check=False).stdout.strip()
    return {"commit": commit, "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "load_average": os.getloadavg(), "seed": arguments.seed, "runs": arguments.runs,
            "seconds": arguments.seconds, "versions": versions()}


class Stage:
    """A folder with programs, a store, a product, and the requests for it."""

    def __init__(self, arguments, folder, tokens):
        install()
        if (os.cpu_count() or 1) < 2:
            raise Failed("two cores are needed: one for the rival, one for load and product")
        self.gatepass, self.seeder = build()
        self.folder, self.arguments = folder, arguments
        self.tokens = self.fill("store", tokens)
        self.requests = folder / "requests"
        # The last two are for the check: read-only, and revoked in it.
        write_requests(self.tokens[:-2], arguments.seed, self.requests)
        self.product = Product(folder, self.tokens)

    def fill(self, name, tokens):
        say(f"filling a store with {tokens} tokens")
        return seed_store(self.seeder, self.folder / name, tokens, self.arguments.seed)

    def settings(self, store="store"):
        return Settings(self.folder, self.folder / store, self.gatepass, self.tokens,
                        self.product.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.product.process.stop()


def run_compare(arguments, folder):
    with Stage(arguments, folder, arguments.tokens or 10_000) as stage:
        kept = head_of(arguments)
        kept["measured"] = compare.run(stage.settings(), stage.requests, arguments.seconds,
                                       arguments.runs, arguments.loads, say)
    keep("compare", kept, arguments.results)
    for load in arguments.loads:
        print(f"\n{load}: {compare.CONNECTIONS} connections, {len(stage.tokens)} tokens, medians "
              f"of {arguments.runs} runs of {arguments.seconds} s\n")
        print(compare.table(kept["measured"], load))
        print("\n" + compare.threads(kept["measured"], load))
    print("\nWhat each one does not do:")
    for kind in RIVALS:
        print(f"- {kind.name}: {kind.lacks}")


def run_heads(arguments, folder):
    heads.raise_limit()
    with Stage(arguments, folder, arguments.tokens or 10_000) as stage:
        kept = head_of(arguments)
        gate = Gatepass(stage.settings())
        kept["measured"] = heads.run(gate, stage.requests, arguments.seconds, heads.HEADS, say)
    keep("heads", kept, arguments.results)
    print(heads.table(kept["measured"]))


def run_memory(arguments, folder):
    run_starts(arguments, folder, arguments.tokens or 1_000_000, 1)


def run_startup(arguments, folder):
    run_starts(arguments, folder, arguments.tokens or 100_000, arguments.runs)


def run_starts(arguments, folder, many, runs):
    few = 100
    with Stage(arguments, folder, few) as stage:
        kept = head_of(arguments)
        kept["few"] = starts.run(Gatepass(stage.settings()), stage.tokens[-1], runs, say)
        kept["tokens"] = many
        tokens = stage.fill("many", many)
        kept["many"] = starts.run(Gatepass(stage.settings("many")), tokens[-1], runs, say)
    keep(arguments.what, kept, arguments.results)
    print(starts.summary(many, kept["many"], few, kept["few"]))


def run_classify(_arguments, _folder):
    words = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "gatepass-profiles",
             "--example", "classify"]
    if subprocess.run(words, cwd=ROOT, check=False).returncode:
        raise Failed("it does not build")
    program = TARGET / "release" / "examples" / "classify"
    done = subprocess.run(["taskset", "-c", str(RIVAL_CORE), program], capture_output=True,
                          text=True, check=False, preexec_fn=first_in_line)
    if done.returncode:
        raise Failed(done.stderr)
    print(done.stdout.strip())
    medians = {}
    for line in done.stdout.splitlines():
        name, _, rest = line.partition(": ")
        medians[name] = int(rest.split("median ")[1].split()[0])
    for mix in ("mix", "every row"):
        both = medians[f"fold, {mix}"] + medians[f"operation, {mix}"]
        print(f"folding and naming the operation, {mix}: {both} ns")
        if both >= MOST_NANOS:
            raise Failed(f"{both} ns to classify a request, and {MOST_NANOS} are too many")


def run_pages(arguments, folder):
    gatepass, seeder = build()
    many = arguments.tokens or 100_000
    say(f"filling a store with {many} tokens")
    store = folder / "store"
    tokens = seed(seeder, store, many, arguments.seed, pages.PEOPLE, "--console")
    kept = head_of(arguments, hardware)
    times = 50 if arguments.quick else 200
    kept["tokens"], kept["measured"] = many, pages.run_all(gatepass, store, tokens, times, say)
    keep("pages", kept, arguments.results)
    print(pages.table(kept["measured"]))
    most, page = pages.slowest(kept["measured"])
    print(f"\npages: p95 of the slowest {most:.1f} ms ({page})")
    if most > pages.MOST_MILLIS:
        raise Failed(f"{most:.1f} ms, and {pages.MOST_MILLIS} are too many")


def run_callgrind(arguments, folder):
    install({"valgrind": "/usr/bin/valgrind"})
    with Stage(arguments, folder, arguments.tokens or 10_000) as stage:
        gate = Gatepass(stage.settings())
        print(profile.callgrind(gate, stage.requests, arguments.results, say, arguments.lines))


def run_identity(arguments, folder):
    """A native token that is in memory costs a look-up; the account of everybody costs none."""
    install({"valgrind": "/usr/bin/valgrind"})
    with Stage(arguments, folder, arguments.tokens or 10_000) as stage:
        counted = {}
        for kind in (GatepassAccount, Gatepass):
            gate = kind(stage.settings())
            counted[kind] = profile.instructions(gate, stage.requests, arguments.results, say)
    native, account = counted[Gatepass], counted[GatepassAccount]
    print(f"instructions per request: native token {native:.0f}, service account {account:.0f}, "
          f"ratio {native / account:.3f}")
    if native / account > MOST_FOR_OWNER:
        raise Failed(f"a native token costs more than {MOST_FOR_OWNER} of a service account")


def run_perf(arguments, folder):
    install({"linux-perf": "/usr/bin/perf"})
    with Stage(arguments, folder, arguments.tokens or 10_000) as stage:
        [kind] = [kind for kind in RIVALS if kind.name == arguments.rival]
        rival = kind(stage.settings())
        print(profile.perf(rival, stage.requests, arguments.seconds, arguments.loads[0],
                           arguments.results, arguments.lines))


WHAT = {
    "compare": (run_compare, "what a request costs, beside others (the default)"),
    "heads": (run_heads, "memory, and others' waiting, beside 10,000 unfinished heads"),
    "memory": (run_memory, "memory with a million tokens"),
    "startup": (run_startup, "time from start to first answer with 100,000 tokens"),
    "classify": (run_classify, "nanoseconds to say what a request is"),
    "pages": (run_pages, "how long the console's pages take with 100,000 tokens"),
    "identity": (run_identity, "instructions per request as the owner and as a service account"),
    "callgrind": (run_callgrind, "instructions per request of the gate, by function"),
    "perf": (run_perf, "samples of a rival under load, by function"),
}


def parser():
    about = "\n".join(f"  {name:10} {words}" for name, (_, words) in WHAT.items())
    options = argparse.ArgumentParser(
        prog="bench/run", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="What a request through Gatepass costs, and what it takes.",
        epilog="what:\n" + about)
    options.add_argument("what", nargs="?", default="compare", choices=list(WHAT), metavar="WHAT")
    options.add_argument("--quick", action="store_true", help="3 runs of 2 s instead of 5 of 6 s")
    options.add_argument("--runs", type=int)
    options.add_argument("--seconds", type=int)
    options.add_argument("--tokens", type=int, help="instead of what is usual for WHAT")
    options.add_argument("--seed", type=int, default=1, help="decides tokens and requests")
    options.add_argument("--loads", nargs="+", choices=list(compare.LOADS),
                         default=list(compare.LOADS))
    options.add_argument("--rival", default=Gatepass.name,
                         choices=[kind.name for kind in RIVALS], help="whom perf looks at")
    options.add_argument("--lines", type=int, default=40, help="how many functions to print")
    options.add_argument("--results", type=Path, default=TARGET / "bench",
                         help="where the raw data goes")
    return options


def main(words):
    arguments = parser().parse_args(words)
    arguments.runs = arguments.runs or (3 if arguments.quick else 5)
    # An unfinished head is ended after 15 s: that must be seen too.
    usual = 20 if arguments.what == "heads" else 6
    arguments.seconds = arguments.seconds or (2 if arguments.quick else usual)
    try:
        with tempfile.TemporaryDirectory(prefix="gatepass-bench-") as folder:
            WHAT[arguments.what][0](arguments, Path(folder))
    except Failed as failure:
        say(f"bench: {failure}")
        return 1
    return 0
