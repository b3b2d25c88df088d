"""Networks of a test's own: each is a namespace that lives as long as a process does. Needs root; what
is set in one is not seen anywhere else, and is gone with it."""

import ctypes
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from harness import Process, wait_until

CLONE_NEWNET = 0x40000000


class Namespace:
    def __init__(self, folder, name):
        assert os.geteuid() == 0, "network namespaces need root"
        self.name = name
        self.holder = Process(["unshare", "--net", "sleep", "infinity"], folder, f"net-{name}")

    def begin(self):
        wait_until(self.is_apart, f"the network of {self.name} is there")
        self.ip("link", "set", "lo", "up")

    def is_apart(self):
        self.holder.check_runs()
        ours, theirs = (os.readlink(f"/proc/{pid}/ns/net") for pid in ("self", self.holder.pid))
        return ours != theirs

    def command(self, words):
        """The same command, run there. It is the process itself, without another around it."""
        return ["nsenter", "--target", str(self.holder.pid), "--net", "--", *map(str, words)]

    def run(self, *words, stdin=""):
        done = subprocess.run(
            self.command(words), input=stdin.encode(), capture_output=True, timeout=30, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout!r} {done.stderr!r}"
        return done.stdout.decode()

    def ip(self, *words):
        return self.run("ip", *words)

    def within(self, work):
        """Calls `work` on a thread that is there; its sockets are too."""

        def enter_and_work():
            handle = os.open(f"/proc/{self.holder.pid}/ns/net", os.O_RDONLY)
            try:
                libc = ctypes.CDLL(None, use_errno=True)
                assert libc.setns(handle, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
            finally:
                os.close(handle)
            return work()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(enter_and_work).result()


class Network:
    """A product's machine, and others that reach it: names to pairs of an IPv4 and an IPv6 address.
    The first is the product's; the others hang on a bridge of its."""

    def __init__(self, folder):
        self.folder, self.members, self.hub = folder, {}, None

    def build(self, addresses):
        for name, pair in addresses.items():
            member = self.members[name] = Namespace(self.folder, name)
            member.begin()
            if len(self.members) == 1:
                self.hub, device = member, "br0"
                member.ip("link", "add", device, "type", "bridge")
            else:
                device, port = "eth0", f"to-{name}"
                peer = ["peer", "name", device, "netns", str(member.holder.pid)]
                self.hub.ip("link", "add", port, "type", "veth", *peer)
                self.hub.ip("link", "set", port, "master", "br0", "up")
            member.ip("link", "set", device, "up")
            for address, length in zip(pair, ("24", "64"), strict=True):
                nodad = ["nodad"] if ":" in address else []
                member.ip("address", "add", f"{address}/{length}", "dev", device, *nodad)

    def attach(self, name, address, gateway):
        """One more, on a network of its own behind the product's machine, which is its way out: as a
        container is. Both are IPv4 addresses."""
        member = self.members[name] = Namespace(self.folder, name)
        member.begin()
        port, peer = f"to-{name}", ["peer", "name", "eth0", "netns", str(member.holder.pid)]
        self.hub.ip("link", "add", port, "type", "veth", *peer)
        self.hub.ip("address", "add", f"{gateway}/24", "dev", port)
        self.hub.ip("link", "set", port, "up")
        member.ip("address", "add", f"{address}/24", "dev", "eth0")
        member.ip("link", "set", "eth0", "up")
        member.ip("route", "add", "default", "via", gateway)
        return member

    def __getitem__(self, name):
        return self.members[name]

    def remove(self):
        for member in self.members.values():
            member.holder.kill()


