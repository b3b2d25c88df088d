"""What all rivals are given alike: tokens, requests, and a product that answers them."""

import hashlib
import random
import struct
import subprocess
from dataclasses import dataclass

from .machine import Failed, Process, first_in_line, free_port

# The product's core and the load's; the rival has the other one to itself.
RIVAL_CORE, LOAD_CORE = 0, 1

# How many requests are made beforehand; the load goes round in them.
REQUESTS = 40_000

# What the product sends with every answer, as Jira does.
ANSWER_HEADERS = {
    "X-AREQUESTID": "871x41823x1",
    "X-ANODEID": "node1",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-XSS-Protection": "1; mode=block",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cache-Control": "no-cache, no-store, no-transform",
}


@dataclass
class Route:
    name: str
    method: str
    target: str  # {n} is drawn anew for each request
    answer: int  # bytes
    body: str = ""


ROUTES = [
    Route("issue", "GET", "/rest/api/2/issue/EX-{n}?fields=summary,status,assignee", 3_000),
    Route("search", "GET", "/rest/api/2/search?jql=project%20%3D%20EX%20AND%20updated%20%3E"
          "%20-{n}d%20ORDER%20BY%20key&startAt=0&maxResults=50", 9_000),
    Route("myself", "GET", "/rest/api/2/myself", 700),
    Route("comment", "POST", "/rest/api/2/issue/EX-{n}/comment", 600,
          '{"body":"Nightly build 2026.{n} is green: 4211 tests in 12 minutes."}'),
    Route("attachment", "GET", "/secure/attachment/{n}/report.csv", 16_384),
]


COMMENT = 3


def answer(route):
    """What the product answers, of the length that the route says."""
    return ("{" + f'"route":"{route.name}","filler":"').ljust(route.answer - 2, "x") + '"}'


@dataclass
class Token:
    secret: str
    owner: str
    native: str
    access: str
    handle: str


def seed_store(program, folder, tokens, number, people=50):
    """A new store with so many tokens; gives them."""
    return [Token(*fields) for fields in seed(program, folder, tokens, number, people)]


def seed(program, folder, tokens, number, people, *more):
    """A new store with so many tokens; gives the fields of each."""
    folder.mkdir(parents=True)
    words = [program, folder, "--tokens", tokens, "--seed", number, "--people", people, *more]
    words = [str(word) for word in words]
    if subprocess.run(words, check=False, preexec_fn=first_in_line).returncode:
        raise Failed("the store could not be filled")
    return [line.split("\t") for line in (folder / "tokens.tsv").read_text().splitlines()]


def request(route, token, number, host="jira.example.com"):
    """One request, with ten header lines (a body has Content-Length for an eleventh)."""
    body = route.body.replace("{n}", str(number)).encode()
    lines = [
        f"{route.method} {route.target.replace('{n}', str(number))} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: python-requests/2.32.3 nightly-report/14",
        "Accept: application/json",
        "Accept-Encoding: gzip, deflate",
        "Accept-Language: en-GB,en;q=0.8",
        "Cache-Control: no-cache",
        "X-Atlassian-Token: no-check",
        "X-Correlation-Id: 4bf92f3577b34da6a3ce929d0e0e4736",
        "Content-Type: application/json",
        f"Authorization: Bearer {token.secret}",
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def write_requests(tokens, seed, path, count=REQUESTS):
    """The requests that the load sends, each with its length before it (32 bits, big-endian)."""
    draw = random.Random(seed)
    with path.open("wb") as file:
        for _ in range(count):
            made = request(draw.choice(ROUTES), draw.choice(tokens), draw.randrange(1, 10_000))
            file.write(struct.pack(">I", len(made)) + made)


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest().upper()


class Product:
    """Stands in for Jira: nginx that answers from memory and says whom it took the caller for."""

    def __init__(self, folder, tokens):
        self.port = free_port()
        root = folder / "product"
        root.mkdir()
        for route in ROUTES:
            (root / route.name).write_text(answer(route))
        owners = {token.native: token.owner for token in tokens}
        users = "\n".join(f'"Bearer {native}" {owner};' for native, owner in owners.items())
        headers = "\n".join(f'add_header {key} "{value}";' for key, value in ANSWER_HEADERS.items())
        (root / "users.map").write_text(users)
        (folder / "product.conf").write_text(PRODUCT.format(
            root=root, port=self.port, headers=headers, pid=folder / "product.pid",
            comment=answer(ROUTES[COMMENT])))
        self.process = Process(
            "product", ["nginx", "-p", root, "-c", folder / "product.conf"], folder, LOAD_CORE)
        self.process.wait_for(self.port)


PRODUCT = """
daemon off;
user root;
worker_processes 1;
pid {pid};
error_log stderr crit;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    default_type application/json;
    map_hash_bucket_size 256;
    open_file_cache max=16;
    open_file_cache_valid 1h;
    keepalive_requests 1000000000;
    # A token of ours is nobody's there; bare nginx passes it on, and is answered all the same.
    map $http_authorization $user {{ default "somebody"; include {root}/users.map; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {root};
        {headers}
        add_header X-AUSERNAME $user;
        location ~ /comment$ {{ return 201 '{comment}'; }}
        location /rest/api/2/issue/ {{ try_files /issue =500; }}
        location = /rest/api/2/search {{ try_files /search =500; }}
        location = /rest/api/2/myself {{ try_files /myself =500; }}
        location /secure/attachment/ {{ try_files /attachment =500; }}
    }}
}}
"""
