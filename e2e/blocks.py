"""Big bodies that need no memory: blocks that differ, so that one that is lost, doubled or out of
its place changes the checksum."""

import random

BLOCK = 1 << 20

_PATTERN = random.Random(1).randbytes(BLOCK)


def blocks(size):
    """So many bytes in blocks of 1 MiB at most, each begun by its number. The same buffer comes
    again and again."""
    block = bytearray(_PATTERN)
    for start in range(0, size, BLOCK):
        block[:8] = start.to_bytes(8)
        yield memoryview(block)[: min(BLOCK, size - start)]
