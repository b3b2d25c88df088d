"""The command line: `bench/run [compare|…]`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import compare
from .machine import Failed, install, versions
from .rivals import Settings
from .world import Product, seed_store, write_requests

ROOT = Path(__file__).resolve().parents[2]


def say(words):
    print(words, file=sys.stderr, flush=True)


def build(profile="release"):
    """The programs of ours: the gate, and what fills a store."""
    # One after the other: together, the gate would be built with the seeder's features too.
    for package in ("gatepass-cli", "gatepass-bench"):
        words = ["cargo", "build", "--quiet", "--locked", f"--profile={profile}", "-p", package]
        if subprocess.run(words, cwd=ROOT, check=False).returncode:
            raise Failed("it does not build")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / profile / "gatepass", target / profile / "gatepass-bench-seed"


def keep(name, kept, into):
    """The raw data, as one file of JSON."""
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{name}.json"
    text = json.dumps(kept, indent=1)
    file.write_text(text + "\n")
    say(f"raw data: {file}")


def head_of(arguments):
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT,
                            capture_output=True, text=True, check=False).stdout.strip()
    return {"commit": commit, "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "load_average": os.getloadavg(), "seed": arguments.seed, "tokens": arguments.tokens,
            "seconds": arguments.seconds, "versions": versions()}


def run_compare(arguments, folder):
    install()
    if (os.cpu_count() or 1) < 2:
        raise Failed("two cores are needed: one for the rival, one for load and product")
    gatepass, seeder = build()
    say(f"filling a store with {arguments.tokens} tokens")
    store = folder / "store"
    tokens = seed_store(seeder, store, arguments.tokens, arguments.seed)
    requests = folder / "requests"
    write_requests(tokens[:-2], arguments.seed, requests)
    product = Product(folder, tokens)
    try:
        settings = Settings(folder, store, gatepass, tokens, product.port)
        kept = head_of(arguments)
        kept["measured"] = compare.run(
            settings, requests, arguments.seconds, arguments.runs, arguments.loads, say)
    finally:
        product.process.stop()
    keep("compare", kept, arguments.results)
    for load in arguments.loads:
        print(f"\n{load}: {compare.CONNECTIONS} connections, {arguments.tokens} tokens, medians "
              f"of {arguments.runs} runs of {arguments.seconds} s\n")
        print(compare.table(kept["measured"], load))
        print("\n" + compare.threads(kept["measured"], load))


def parser():
    options = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    options.add_argument("what", nargs="?", default="compare", choices=["compare"])
    options.add_argument("--quick", action="store_true", help="3 runs of 2 s")
    options.add_argument("--runs", type=int, default=None)
    options.add_argument("--seconds", type=int, default=None)
    options.add_argument("--tokens", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--loads", nargs="+", choices=list(compare.LOADS),
                         default=list(compare.LOADS))
    options.add_argument("--results", type=Path, default=ROOT / "target" / "bench",
                         help="where the raw data goes")
    return options


def main(words):
    arguments = parser().parse_args(words)
    arguments.runs = arguments.runs or (3 if arguments.quick else 5)
    arguments.seconds = arguments.seconds or (2 if arguments.quick else 6)
    try:
        with tempfile.TemporaryDirectory(prefix="gatepass-bench-") as folder:
            run_compare(arguments, Path(folder))
    except Failed as failure:
        say(f"bench: {failure}")
        return 1
    return 0
