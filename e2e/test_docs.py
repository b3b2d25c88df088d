"""What the documentation tells people to type is understood by the program."""

import pathlib
import re
import shlex
import subprocess

import pytest

from harness import BINARY as GATEPASS
from harness import environment

ROOT = pathlib.Path(__file__).parent.parent
FILES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands():
    for file in FILES:
        for block in re.findall(r"```console\n(.*?)```", file.read_text(), re.DOTALL):
            for line in block.splitlines():
                if line.startswith("$ gatepass "):
                    yield pytest.param(line[2:], id=f"{file.name}: {line[2:60]}")


def words_of(line):
    """What the program gets to see: the shell keeps its redirections and pipes to itself."""
    words = shlex.split(line)[1:]
    ends = [at for at, word in enumerate(words) if word[0] in "<>|"]
    return words[: min(ends, default=len(words))]


@pytest.mark.parametrize("line", list(commands()))
def test_the_command_line_is_understood(line, tmp_path):
    words = words_of(line)
    if "--config" not in words:
        words = ["--config", str(tmp_path / "none.toml"), *words]
    words = [GATEPASS, *words]
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30, env=environment())
    # 2 is wrong usage; without a configuration, or a file, no command does anything.
    assert done.returncode == 1, done.stderr
