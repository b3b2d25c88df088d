"""A PostgreSQL of a test's own: a cluster in a temporary folder, reached by a socket there.

It listens on no port. `initdb` refuses to run as root, so root hands it to a user who has nothing
else. Commits are on disk, as in an installation.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import PATIENCE

# Debian's user for those who need nothing; used by root only.
NOBODY = "nobody"
# The database's own user. Whoever reaches the socket is believed.
SUPERUSER = "postgres"


def binaries():
    """The folder of the newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=version)
    assert found, "PostgreSQL is not installed: apt-get install postgresql"
    return found[-1].parent


def version(initdb):
    return int(re.sub(r"\D", "", initdb.parts[-3]) or 0)


class Cluster:
    """A cluster that runs until `stop`."""

    def __init__(self):
        # Not below pytest's own folder: that one is its user's alone, and the path of a socket
        # may have 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="gatepass-pg-"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.binaries = binaries()
        self.user = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(NOBODY)
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self.folder.chmod(0o755)
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.databases = 0
        try:
            self.run("initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "-N")
            with (self.data / "postgresql.conf").open("a") as settings:
                settings.write(
                    "listen_addresses = ''\n"
                    f"unix_socket_directories = '{self.folder}'\n"
                    "max_connections = 60\n"
                    "shared_buffers = 32MB\n"
                )
            self.start()
        except BaseException:
            self.remove()
            raise

    def run(self, program, *words):
        """A program of PostgreSQL's; gives what it printed."""
        done = subprocess.run(
            [str(self.binaries / program), *(str(word) for word in words)],
            # A server that is started in the background must not hold our pipes open.
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            timeout=4 * PATIENCE,
            check=False,
            **self.user,
        )
        said = (done.stdout or b"").decode()
        assert done.returncode == 0, f"{program} {words}: {said}{self.said()}"
        return said

    def said(self):
        return self.log.read_text() if self.log.exists() else ""

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-l", self.log, "-w", "start")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def restart(self):
        self.run("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-m", "fast", "restart")

    def sql(self, database, text):
        """What `text` gives, as psql prints it: a line for each row, without a header."""
        words = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder]
        return self.run("psql", *words, "-U", SUPERUSER, "-d", database, "-c", text).strip()

    def database(self):
        """A new and empty one; gives its URL."""
        self.databases += 1
        name = f"gatepass_{self.databases}"
        self.sql("postgres", f"CREATE DATABASE {name}")
        return f"postgres://{SUPERUSER}@/{name}?host={self.folder}"

    @contextlib.contextmanager
    def asks_for_passwords_of(self, role):
        """While it lasts, everybody else is still believed."""
        rules = self.data / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text(f"local all {role} scram-sha-256\n{before}")
        self.sql("postgres", "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            rules.write_text(before)
            self.sql("postgres", "SELECT pg_reload_conf()")

    def remove(self):
        """Ends it, and deletes the folder."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)
