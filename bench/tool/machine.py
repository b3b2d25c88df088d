"""The machine: packages, cores, processes, and what they cost by their own accounting."""

import os
import platform
import random
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 60

# Packages of Debian, and a file of each by which it is known to be there.
PACKAGES = {
    "nginx-light": "/usr/sbin/nginx",
    "libnginx-mod-http-lua": "/usr/lib/nginx/modules/ngx_http_lua_module.so",
    "haproxy": "/usr/sbin/haproxy",
    "wrk": "/usr/bin/wrk",
    "util-linux": "/usr/bin/taskset",
}


class Failed(Exception):
    """The benchmark can't go on."""


def install(packages=None):
    """Installs what is missing, or fails."""
    wanted = PACKAGES if packages is None else packages
    missing = [name for name, file in wanted.items() if not Path(file).exists()]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise Failed("not Debian: install what these packages have: " + " ".join(missing))
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    # The package's own server must not start: it would take ports, and the cores.
    for words in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        if subprocess.run([*apt, *words], check=False).returncode:
            raise Failed("could not install " + " ".join(missing))
    missing = [name for name in missing if not Path(wanted[name]).exists()]
    if missing:
        raise Failed("installed, but still not there: " + " ".join(missing))


def versions():
    """What is compared, as it says itself."""
    def first(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).splitlines()[0].strip()

    lua = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-http-lua"],
        capture_output=True, text=True, check=False,
    ).stdout
    return {
        "nginx": first("nginx", "-v"),
        "lua module": lua,
        "haproxy": first("haproxy", "-v"),
        "wrk": first("wrk", "-v"),
        **hardware(),
    }


def hardware():
    """On what it is measured."""
    return {"kernel": platform.release(), "cpu": cpu_model(), "cores": os.cpu_count()}


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def free_port():
    """Below the range that the system hands out, so that no outgoing connection takes it."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def first_in_line():
    """Before others on this machine, where that is allowed; in a session of its own, since the
    kernel shares time by sessions before it looks at single processes (sched(7), autogroup)."""
    os.setsid()
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -15)
        Path("/proc/self/autogroup").write_text("-15")
    except OSError:
        pass


class Process:
    """A program pinned to a core; ended by its pid. Give `cores` as taskset reads it."""

    def __init__(self, name, command, folder, cores):
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                ["taskset", "-c", str(cores), *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                preexec_fn=first_in_line,
            )

    @property
    def pid(self):
        return self.child.pid

    def wait_for(self, port):
        """Until it takes connections."""
        end = time.monotonic() + PATIENCE
        while True:
            if self.child.poll() is not None:
                raise Failed(f"{self.name} ended:\n{self.log.read_text()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise Failed(f"{self.name} takes no connections") from None
                time.sleep(0.005)

    def spent(self):
        """Seconds of processor that it has used, all threads, those that ended too."""
        # clock_getcpuclockid(3): the scheduler's nanoseconds of the process.
        return time.clock_gettime((~self.pid << 3) | 2)

    def finish(self):
        """Ends it in order; gives the seconds of processor that this took."""
        before = self.spent()
        self.child.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime - before

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


@dataclass
class Cpu:
    """Seconds of processor."""

    user: float = 0.0
    system: float = 0.0

    @property
    def total(self):
        return self.user + self.system


class Meter:
    """What a process and all its descendants cost from now on, all threads.

    The sum is the scheduler's (nanoseconds, /proc/PID/task/*/schedstat); how it divides into user
    and system is the kernel's ticks (/proc/PID/stat), which count ended threads too.
    """

    def __init__(self, pid):
        self.pid = pid
        self.before = self.read()

    def read(self):
        """Seconds by thread (with its name), and the ticks of all in user and system."""
        threads, user, system = {}, 0, 0
        for pid in family(self.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            user, system = user + int(fields[11]), system + int(fields[12])
            for task in Path(f"/proc/{pid}/task").iterdir():
                try:
                    name = (task / "comm").read_text().strip()
                    nanos = int((task / "schedstat").read_text().split()[0])
                except OSError:
                    continue
                threads[int(task.name), name] = nanos / 1e9
        return threads, user / TICK, system / TICK

    def cost(self):
        """Everything, and by the names of threads."""
        (before, *then), (after, *now) = self.before, self.read()
        user, system = (late - early for late, early in zip(now, then))
        by_name = {}
        for thread, seconds in after.items():
            spent = seconds - before.get(thread, 0.0)
            by_name[thread[1]] = by_name.get(thread[1], 0.0) + spent
        ticks = user + system
        # Threads that ended took their nanoseconds with them, but not their ticks.
        total = max(sum(by_name.values()), ticks - 2 / TICK)
        cpu = Cpu(total * user / ticks, total * system / ticks) if ticks else Cpu(total, 0.0)
        return cpu, by_name


def family(pid):
    """The process and its descendants."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def busy(core):
    """Seconds that a core was not idle since the system's start."""
    for line in Path("/proc/stat").read_text().splitlines():
        words = line.split()
        if words[0] == f"cpu{core}":
            user, nice, system, _, _, irq, softirq = map(int, words[1:8])
            return (user + nice + system + irq + softirq) / TICK
    return 0.0


def resident(pid):
    """Bytes of memory that a process has resident, and the most it had."""
    found = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key in ("VmRSS", "VmHWM"):
            found[key] = int(value.split()[0]) * 1024
    return found["VmRSS"], found["VmHWM"]
