"""nginx and Apache in front of a gate and a product, with a recipe of the documentation."""

import os
from pathlib import Path

from harness import Process, free_port, wait_until
from tls_front import NGINX

APACHE = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
NEEDED = ["mpm_event", "authz_core", "headers", "proxy", "proxy_http", "rewrite"]


class NginxFront:
    def __init__(self, folder, recipe):
        folder.mkdir(parents=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = "user root;\n" if os.geteuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        (folder / "nginx.conf").write_text(
            f"{own}worker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
            f"events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n{temporary}"
            f"{recipe(f'127.0.0.1:{self.port}')}}}\n"
        )
        command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
        self.process = Process(command, folder, "nginx")
        wait_for(self.process, folder / "pid")


class ApacheFront:
    def __init__(self, folder, recipe):
        folder.mkdir(parents=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        load = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in NEEDED)
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        (folder / "apache.conf").write_text(
            f"ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\n"
            f"ErrorLog {folder}/error.log\nServerName jira.example.com\n{load}{user}"
            f"Listen 127.0.0.1:{self.port}\n"
            f"<VirtualHost 127.0.0.1:{self.port}>\n{recipe(None)}</VirtualHost>\n"
        )
        command = [APACHE, "-f", folder / "apache.conf", "-DFOREGROUND"]
        self.process = Process(command, folder, "apache")
        wait_for(self.process, folder / "pid")


def wait_for(process, pid_file):
    """It writes the file when it listens; ending it ends its workers, for they are its children."""
    try:
        wait_until(lambda: process.check_runs() and pid_file.exists(), f"{process.name} runs")
    except BaseException:
        process.kill()
        raise
