"""Those that are compared. Each is one thread on one core, with connections to the product kept,
and without a log of requests."""

import os
from dataclasses import dataclass

from .machine import Process, free_port
from .world import RIVAL_CORE, digest


@dataclass
class Settings:
    """What a rival is made of."""

    folder: object
    store: object  # the folder of Gatepass's store
    gatepass: object  # its program
    tokens: list
    upstream: int  # the product's port


class Rival:
    """One that stands between load and product."""

    name = ""
    checks_tokens = True
    lacks = ""

    def __init__(self, settings):
        self.settings = settings
        self.folder = settings.folder / self.name.replace(" ", "-")
        self.folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.write()

    def write(self):
        """Its files."""

    def command(self):
        """How it is started, in the foreground."""
        raise NotImplementedError

    def start(self):
        process = Process(self.name.replace(" ", "-"), self.command(), self.folder, RIVAL_CORE)
        process.wait_for(self.port)
        return process

    def entries(self, separator):
        """Digest, then access and the owner's native token: what a map of theirs holds."""
        tokens = self.settings.tokens
        return "".join(f"{digest(t.secret)}{separator}{t.access}|{t.native}\n" for t in tokens)


class Nginx(Rival):
    name = "nginx"
    checks_tokens = False
    lacks = "decides nothing, adds nothing: it passes on whatever comes"
    modules = ""
    http = ""
    location = ""

    def write(self):
        (self.folder / "nginx.conf").write_text(NGINX.format(
            user="user root;" if os.geteuid() == 0 else "",
            folder=self.folder, port=self.port, upstream=self.settings.upstream,
            modules=self.modules, http=self.http.replace("FOLDER", str(self.folder)),
            location=self.location))

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"]


NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
{modules}
events {{ worker_connections 16384; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    keepalive_requests 1000000000;
    {http}
    upstream product {{
        server 127.0.0.1:{upstream};
        keepalive 256;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            {location}
            proxy_pass http://product;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


class NginxLua(Nginx):
    name = "nginx with Lua"
    checks_tokens = True
    lacks = (
        "no expiry, no policy, no grant but read-only by method, no record, no sealing of native"
        " tokens, no strict reading; revoking is a new file and a reload, or a door of one's own"
    )
    modules = (
        "load_module /usr/lib/nginx/modules/ndk_http_module.so;\nload_module /usr/lib/nginx/modules/ngx_http_lua_module.so;"
    )
    http = """
    lua_package_path "/usr/share/lua/5.1/?.lua;;";
    lua_shared_dict tokens 16m;
    init_by_lua_block {
        local ffi = require "ffi"
        ffi.cdef "unsigned char *SHA256(const unsigned char *text, size_t length, unsigned char *into);"
        local into = ffi.new("unsigned char[32]")
        function sha256(text)
            ffi.C.SHA256(text, #text, into)
            return ffi.string(into, 32)
        end
        local function binary(pair) return string.char(tonumber(pair, 16)) end
        for line in io.lines("FOLDER/tokens.map") do
            local key, entry = line:match("^(%x+) (.+)$")
            assert(ngx.shared.tokens:safe_set(key:gsub("..", binary), entry))
        end
    }
    """
    location = """
            access_by_lua_block {
                local presented = ngx.var.http_authorization
                if not presented or presented:sub(1, 7) ~= "Bearer " then return ngx.exit(401) end
                local entry = ngx.shared.tokens:get(sha256(presented:sub(8)))
                if not entry then return ngx.exit(401) end
                local method = ngx.req.get_method()
                if entry:sub(1, 2) == "ro" and method ~= "GET" and method ~= "HEAD" then
                    return ngx.exit(403)
                end
                ngx.req.set_header("Authorization", "Bearer " .. entry:sub(4))
            }
    """

    def write(self):
        (self.folder / "tokens.map").write_text(self.entries(" "))
        super().write()


class Haproxy(Rival):
    name = "HAProxy with a map"
    lacks = (
        "no expiry, no policy, no grant but read-only by method, no record, no sealing of native"
        " tokens; revoking is a command on its socket and a new file, on every node"
    )

    def write(self):
        (self.folder / "tokens.map").write_text(self.entries(" "))
        (self.folder / "haproxy.cfg").write_text(HAPROXY.format(
            folder=self.folder, port=self.port, upstream=self.settings.upstream))

    def command(self):
        return ["haproxy", "-db", "-f", self.folder / "haproxy.cfg"]


HAPROXY = """
global
    nbthread 1
    maxconn 8000
defaults
    mode http
    timeout connect 5s
    timeout client 75s
    timeout server 300s
    timeout http-keep-alive 75s
    http-reuse always
frontend front
    bind 127.0.0.1:{port} backlog 4096
    http-request set-var(txn.entry) http_auth_bearer,sha2(256),hex,map_str({folder}/tokens.map)
    http-request deny deny_status 401 unless {{ var(txn.entry) -m found }}
    http-request deny deny_status 403 if {{ var(txn.entry) -m beg ro }} !{{ method GET HEAD }}
    http-request set-header Authorization "Bearer %[var(txn.entry),field(2,|)]"
    default_backend product
backend product
    server product 127.0.0.1:{upstream} maxconn 256
"""


class Gatepass(Rival):
    name = "Gatepass"
    lacks = "nothing of this: it is what the others are compared with"

    def write(self):
        (self.folder / "gatepass.toml").write_text(GATEPASS.format(
            port=self.port, upstream=self.settings.upstream, store=self.settings.store))

    def command(self, *words):
        words = words or ("serve",)
        return [self.settings.gatepass, "--config", self.folder / "gatepass.toml", *words]


class GatepassAccount(Gatepass):
    """The same with one account for everybody: nothing is looked up for the owner upstream."""

    name = "Gatepass, service account"

    def write(self):
        super().write()
        config = self.folder / "gatepass.toml"
        text = config.read_text().replace('["native-token"]', '["service-account"]')
        config.write_text(text + "[instances.service_account]\ntoken_file = \"account.token\"\n")
        (self.folder / "account.token").write_text(self.settings.tokens[0].native)


GATEPASS = """
[server]
listen = ["127.0.0.1:{port}"]
threads = 1
operations_listen = ""

[store]
url = "sqlite:{store}/gatepass.db"

[secrets]
key_file = "{store}/gatepass.key"

[[directories]]
name = "main"
kind = "file"
path = "{store}/people.toml"

[[instances]]
name = "jira"
product = "jira"
base_url = "http://127.0.0.1:{upstream}"
directory = "main"
identity = ["native-token"]
"""

RIVALS = [Nginx, NginxLua, Haproxy, Gatepass]
