"""A company's authority made with openssl, and nginx in front of a product as its TLS terminator."""

import os
import signal
import subprocess
from pathlib import Path

from harness import Process, free_port, wait_until

NGINX = next((p for p in ("/usr/sbin/nginx", "/usr/bin/nginx") if Path(p).exists()), "nginx")


def openssl(folder, *words):
    done = subprocess.run(
        ["openssl", *words], cwd=folder, capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


class Authority:
    """Signs what a test wants; its own certificate is `certificate`."""

    def __init__(self, folder, name="Company CA"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate = folder / "ca.pem"
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl(
            folder, "req", "-x509", *kind, "-keyout", "ca.key", "-out", "ca.pem",
            "-days", "30", "-subj", f"/CN={name}",
        )  # fmt: skip

    def sign(self, name, alternative, expired=False):
        """A certificate and its key for a server, as two files."""
        key, request = f"{name}.key", f"{name}.csr"
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl(self.folder, "req", *kind, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        (self.folder / "extensions").write_text(f"subjectAltName={alternative}\n")
        (self.folder / "ca.conf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nserial=serial\n"
            "default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n"
        )
        (self.folder / "index").touch()
        dates = ["20200101000000Z", "20200201000000Z"] if expired else []
        dates = ["-startdate", dates[0], "-enddate", dates[1]] if dates else ["-days", "20"]
        openssl(
            self.folder, "ca", "-batch", "-notext", "-config", "ca.conf", "-cert", "ca.pem",
            "-keyfile", "ca.key", "-in", request, "-out", f"{name}.pem", "-rand_serial",
            "-extfile", "extensions", *dates,
        )  # fmt: skip
        return self.folder / f"{name}.pem", self.folder / key


class Nginx:
    """TLS on a free port, before a plain server at `upstream` (`http://…`)."""

    def __init__(self, folder, upstream, certified, protocols="TLSv1.2 TLSv1.3"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.upstream, self.protocols = upstream, protocols
        self.write(certified)
        command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
        self.process = Process(command, folder, "nginx")
        wait_until(lambda: (folder / "nginx.pid").exists(), "nginx runs")

    def write(self, certified):
        certificate, key = certified
        own = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"  {kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"""{own}worker_processes 1;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
{temporary}  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{self.port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols {self.protocols};
    client_max_body_size 0;
    location / {{
      proxy_pass {self.upstream};
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""
        )

    def renew(self, certified):
        """Goes on with another certificate, as after its renewal."""
        self.write(certified)
        os.kill(self.process.pid, signal.SIGHUP)
