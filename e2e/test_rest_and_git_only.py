"""The recipes of docs/how-to/rest-and-git-only.md: pages go straight to the product, and nothing else
gets there but through the gate, however it is spelled."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from fronts import ApacheFront, NginxFront
from harness import Serving, Upstream, basic, bearer, call, request_bytes, wait_until
from recipes import recipe, replaced

PAGE = "rest-and-git-only.md"
HOSTILE = Path(__file__).parent.parent / "crates/gate/tests/data/hostile-requests.tsv"
NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
REST = "/rest/api/2/myself"
# The address that the token is for, and another; the proxy's own is trusted, so neither may be that.
CALLER, STRANGER = "127.0.0.9", "127.0.0.8"
# A request that breaks off is given up by us, in seconds.
MOMENT = 1
# On every answer that passes the gate, as `Behind.answered` gives it.
GATES_OWN = b"\r\nx-gatepass-request-id: "


class Behind(Serving):
    """A gate that a proxy on this machine stands before, and the proxy."""

    def __init__(self, folder, front, context):
        super().__init__(folder / "behind")
        self.context, self.product, self.front = context, None, None
        self.kind = front

    def begin(self, folder):
        self.product = Upstream(folder, "two_doors.py")
        past = wait_until(self.product.lines, "the second door is told")[0]["front"]
        (self.folder / "people.toml").write_text('[[people]]\nname = "alice"\nactive = true\n')
        self.config.write_text(
            f"""
[server]
listen = ["127.0.0.1:{self.port}"]
trusted_proxies = ["127.0.0.1"]
operations_listen = "{self.operations.removeprefix('http://')}"
[store]
url = "sqlite:gatepass.db"
[secrets]
key_file = "gatepass.key"
[[directories]]
name = "main"
kind = "file"
path = "people.toml"
[[instances]]
name = "jira"
product = "jira"
base_url = "{self.product.url}{self.context}"
identity = ["native-token"]
"""
        )
        words = ["credential", "add", "--owner", "alice", "--instance", "jira"]
        self.run(*words, stdin=f"{NATIVE_TOKEN}\n")
        self.token = self.issue("--network", f"{CALLER}/32", "--allow", "/**")["secret"]
        self.serve()

        def written(listen):
            names = ("nginx", "nginx") if self.kind is NginxFront else ("Apache", "apache")
            text = recipe(PAGE, *names)
            text = replaced(text, "10.0.0.12:8080", f"127.0.0.1:{past}")
            text = replaced(text, "127.0.0.1:8000", f"127.0.0.1:{self.port}")
            if listen:
                text = replaced(text, "listen 80;", f"listen {listen};")
            text = replaced(text, "/jira(?:", f"{self.context}(?:")
            return replaced(text, "/jira/", f"{self.context}/")

        self.front = self.kind(folder / "front", written)

    def seen(self):
        return self.product.lines()[1:]

    def after(self, work):
        """What reached the product while `work` was done."""
        before = len(self.seen())
        work()
        return self.seen()[before:]

    def all_that_comes(self):
        """What reached the product, once nothing more has come for a moment: a request that we gave up
        may still be on its way."""
        count, since = -1, 0

        def stands_still():
            nonlocal count, since
            now = len(self.seen())
            if now != count:
                count, since = now, time.monotonic()
            return time.monotonic() - since > MOMENT

        wait_until(stands_still, "nothing more comes")
        return self.seen()

    def send(self, request, source=CALLER, patience=10):
        """Bytes as they are; whatever comes back until the end, or until nothing comes."""
        place = ("127.0.0.1", self.front.port)
        with socket.create_connection(place, 10, source_address=(source, 0)) as connection:
            connection.settimeout(patience)
            got = b""
            try:
                connection.sendall(request)
                while piece := connection.recv(65536):
                    got += piece
            except OSError:
                pass
            return got

    def get_through(self, method, target, headers=(), body=b""):
        return self.send(request_bytes(self.front.url, method, target, headers, body))

    def answered(self, method, target, headers=(), body=b""):
        """The head of the answer, in small letters, which must be one; and what reached the product
        meanwhile."""
        before = len(self.seen())
        head = self.get_through(method, target, headers, body).partition(b"\r\n\r\n")[0].lower()
        assert re.match(rb"http/1\.1 [1-5]\d\d[ \r]", head), (method, target, headers, head)
        return head, self.seen()[before:]

    def close(self):
        if self.front is not None:
            # Its workers end with it when it is told to end, and not when it is killed.
            self.front.process.stop()
        for process in (self.process, self.product and self.product.process):
            if process is not None:
                process.kill()


@pytest.fixture(scope="module", params=[NginxFront, ApacheFront], ids=["nginx", "apache"])
def front(request):
    return request.param


@pytest.fixture(scope="module", params=["/jira", ""], ids=["below-jira", "at-the-root"])
def behind(request, front, tmp_path_factory):
    folder = tmp_path_factory.mktemp("front")
    behind = Behind(folder, front, request.param)
    try:
        behind.begin(folder)
        yield behind
    finally:
        behind.close()


PAGES = [
    "/",
    "/browse/EX-1",
    "/browse/EX-1?focusedCommentId=10001&page=com.atlassian.jira.plugin:comment-tabpanel",
    "/projects/EX/issues/?filter=allopenissues&orderby=a%20b",
    "/issues/?jql=project%20%3D%20EX%20AND%20text%20~%20%22os_username%22",
    "/secure/Dashboard.jspa",
    "/secure/RapidBoard.jspa?rapidView=1&view=planning.nodetail",
    "/secure/admin/ViewApplicationProperties.jspa",
    "/secure/attachment/10000/report.pdf",
    "/servicedesk/customer/portal/1",
    "/images/icons/priority.svg",
    "/download/resources/com.atlassian.x:y/z.css",
    "/s/d41d8cd98f00b204-CDN/-1abc/940001/1/2.3-b/_/download/contextbatch/js/_super/batch.js?locale=en-UK",
]


def test_pages_go_straight_to_the_product_as_they_came(behind):
    cookie = ["Cookie: JSESSIONID=abc; atlassian.xsrf.token=x"]
    for path in PAGES:
        target = behind.context + path
        for method in ("GET", "HEAD"):
            seen = behind.after(lambda: behind.get_through(method, target, cookie))  # noqa: B023
            assert [one["door"] for one in seen] == ["front"], (target, seen)
            assert seen[0]["line"] == f"{method} {target} HTTP/1.1"
            headers = dict(seen[0]["headers"])
            assert headers["cookie"] == cookie[0].removeprefix("Cookie: ")
            assert headers["x-forwarded-for"] == CALLER, headers
            assert headers["host"] == f"127.0.0.1:{behind.front.port}", headers


def test_rest_and_git_pass_the_gate_with_their_bodies_and_the_callers_address(behind):
    token, context = bearer(behind.token), behind.context
    megabytes = b"x" * 3_000_000
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(megabytes), megabytes)
    for method, path, headers, body, length in [
        ("GET", REST, [], b"", 0),
        ("GET", "/scm/EX/repository.git/info/refs?service=git-upload-pack", [], b"", 0),
        ("GET", "/browse/EX-1", [], b"", 0),
        ("GET", "/rest/api/2/issue/EX-1/comment/%7Ealice", [], b"", 0),
        ("POST", "/rest/api/2/issue/EX-1/attachments", [], megabytes, len(megabytes)),
        ("POST", "/scm/EX/repository.git/git-receive-pack", ["Transfer-Encoding: chunked"], chunked, len(megabytes)),
    ]:  # fmt: skip
        # Who says that he is another in a header is not believed, for the proxy is.
        lines = [token, "X-Forwarded-For: 6.6.6.6", *headers]
        seen = behind.after(lambda: behind.get_through(method, context + path, lines, body))  # noqa: B023
        assert [one["door"] for one in seen] == ["gate"], (path, seen)
        assert seen[0]["line"].split(" ")[:2] == [method, context + path]
        assert seen[0]["body"] == length, (path, seen[0]["body"])
        assert dict(seen[0]["headers"])["authorization"] == f"Bearer {NATIVE_TOKEN}"


def test_from_another_address_the_token_does_not_count(behind):
    lines = [bearer(behind.token), f"X-Forwarded-For: {CALLER}"]
    request = request_bytes(behind.front.url, "GET", behind.context + REST, lines)
    assert b"X-Gatepass-Reason: network_not_allowed" in behind.send(request, source=STRANGER)
    assert b'"name":"alice"' in behind.send(request)


def test_the_console_and_its_sign_in_are_the_gates(behind):
    for path in ("/gatepass/healthz", f"{behind.context}/gatepass-sign-in"):
        before = len(behind.seen())
        answer = call(behind.front.url, "GET", path)
        assert answer.headers["X-Gatepass-Request-Id"] and len(behind.seen()) == before, path
    assert call(behind.front.url, "GET", "/gatepass/healthz").body == b"ok"


def test_credentials_pass_the_gate_at_any_address(behind):
    page = f"{behind.context}/browse/EX-1"
    form = b"os_username=alice&os_password=x"
    cp500 = "%96%a2m%97%81%a2%a2%a6%96%99%84=x"
    for method, target, headers, body in [
        ("GET", page, [basic("alice", "x")], b""),
        ("GET", page, ["Authorization:", basic("alice", "x")], b""),
        ("GET", page, [bearer("whatever")], b""),
        ("GET", f"{page}?os_username=alice&os_password=x", [], b""),
        ("GET", f"{page}?a=b&os_password=x", [], b""),
        ("GET", f"{page}?%6fs_password=x", [], b""),
        ("GET", f"{page}?a=b&o%73_password=x", [], b""),
        ("GET", f"{page}?jwt=a.b.c", [], b""),
        ("GET", f"{page}?oauth_token=a", [], b""),
        ("GET", f"{page}?{cp500}", ["Content-Type: text/plain;charset=ibm500"], b""),
        ("GET", f"{page}?a=b", ["Content-Type: text/plain;charset=ibm500"], b""),
        ("GET", f"{page}?a=b", ["Content-Type:", "Content-Type: text/plain;charset=ibm500"], b""),
        ("POST", page, ["Content-Type: application/x-www-form-urlencoded"], form),
        ("POST", f"{behind.context}/login.jsp", ["Content-Type: application/x-www-form-urlencoded"], form),
        ("GET", page, ["Upgrade: websocket", "Connection: upgrade"], b""),
    ]:
        head, seen = behind.answered(method, target, headers, body)
        past = [one for one in seen if one["door"] == "front"]
        # Of two lines nginx looks at the first, which is empty; then the other must not go on.
        is_doubled = bool(headers) and headers[0].endswith(":")
        assert not any(problem_of(one, behind.context) for one in past), (target, headers, past)
        assert past == [] or is_doubled, (target, headers, past)
        assert GATES_OWN in head or is_doubled, (target, headers, head)


def test_an_upgrade_reaches_the_product_through_the_gate(behind):
    upgrade = ["Upgrade: websocket", "Connection: upgrade", "Sec-WebSocket-Version: 13"]
    target = f"{behind.context}/browse/EX-1"
    request = request_bytes(behind.front.url, "GET", target, upgrade)
    request = replaced(request.decode(), "Connection: close\r\n", "").encode()
    (one,) = behind.after(lambda: behind.send(request, patience=MOMENT))
    assert one["door"] == "gate" and dict(one["headers"])["upgrade"].lower() == "websocket", one


def test_what_the_console_stands_in_for_is_left_to_the_gate(behind):
    target = f"{behind.context}/secure/ViewProfile.jspa?selectedTab=x"
    assert [one["door"] for one in behind.after(lambda: behind.get_through("GET", target))] == ["gate"]


def test_check_finds_a_proxy_that_decides_by_what_is_rest(behind, tmp_path):
    """The obvious way, which is not the recipe: only REST goes to the gate."""
    past, context = behind.product.lines()[0]["front"], behind.context
    gate, product = f"http://127.0.0.1:{behind.port}", f"http://127.0.0.1:{past}"

    def obvious(listen):
        return f"""server {{
    listen {listen};
    location {context}/rest/ {{ proxy_pass {gate}; proxy_set_header Host $http_host; }}
    location / {{ proxy_pass {product}; }}
}}
"""

    front = NginxFront(tmp_path / "obvious", obvious)
    try:
        url = front.url + context
        found = behind.ask("check", "--from-outside", url, code=1)["checks"][0]
    finally:
        front.process.stop()
    assert found["state"] == "failed" and f"a product answers GET {context}/;x/rest/" in found["words"]


def test_check_finds_that_rest_passes_the_gate_and_pages_do_not(behind):
    found = behind.ask("check", "--from-outside", behind.front.url + behind.context)["checks"]
    assert [one["state"] for one in found] == ["warning", "warning"], found
    assert "in every spelling that was tried, but not for pages" in found[0]["words"], found


PROGRAMS = re.compile(
    r"(?i)(rest|rpc|scm|git|sr|si|activity|plugins|login|logout|setup|bootstrap|json|dwr|gatepass"
    r"|web-inf|meta-inf|j_.*security_check|dologin\.action|doauthenticate\.action)\b"
)
ONE_SPELLING = re.compile(r"(/[\w~!@:+=,-][\w.~!@:+=,-]*)*/?", re.ASCII)
NAMES = re.compile(rb"(?i)^(os_|j_|oauth|xoauth|jwt|websudo)")


def as_tomcat_reads(target):
    """The names of the path: parameters cut, decoded once, empty and dotted ones resolved, and what
    stands behind the prefix of static files taken for what is asked."""
    path = target.partition("?")[0]
    names = []
    for raw in path.split("/"):
        decoded = unquote_to_bytes(raw.partition(";")[0]).decode("latin-1")
        for name in re.split(r"[/\\]", decoded.partition(";")[0]):
            if name == "..":
                names = names[:-1]
            elif name not in ("", "."):
                names.append(name)
    return names


def problem_of(one, context):
    """Why what came past the gate should not have; None where it is a page."""
    method, _, rest = one["line"].partition(" ")
    target = rest.rpartition(" ")[0]
    headers = dict(one["headers"])
    if method not in ("GET", "HEAD"):
        return "not a read"
    if {"authorization", "content-type", "upgrade"} & set(headers) or one["body"]:
        return "it carries more than a page's"
    path = target.partition("?")[0]
    if not ONE_SPELLING.fullmatch(path):
        return "it can be read in two ways"
    names = as_tomcat_reads(target)
    if context:
        if names[:1] != [context.strip("/")]:
            return "outside of the product"
        names = names[1:]
    starts = [0, *(at + 1 for at, name in enumerate(names) if name == "_")]
    for start in starts:
        if names[start:] and PROGRAMS.match(names[start]):
            return f"it may be read as {names[start:]}"
    query = target.partition("?")[2]
    parameters = [unquote_to_bytes(pair.partition("=")[0]) for pair in re.split("[&;]", query)]
    if any(NAMES.match(name) for name in parameters):
        return "it signs somebody in"
    return None


def spellings(context):
    """REST, in ways that one of two readers may not take for REST."""
    rest = REST.lstrip("/")
    pages = ["browse", "secure", "images", "s/x/_/download/batch", "download/resources"]
    for between in ["/;x/", "//", "/./", "/%2e/", "/;/", "/%2f", "/%5c", "\\", "/.;/", "/;jsessionid=a/"]:
        yield f"{context}{between}{rest}"
    for page in pages:
        for up in ["..", "..;", "..;x=y", "%2e%2e", ".%2e", "%2e.;", "..%2f", "..%5c", "%252e%252e"]:
            steps = "/".join([up] * (page.count("/") + 1))
            yield f"{context}/{page}/{steps}/{rest}"
            yield f"{context}/{page}/x/{up}/{steps}/{rest}"
        yield f"{context}/{page};/../{rest}"
        yield f"{context}/{page}/_/{rest}"
        yield f"{context}/{page}?x=/{rest}"
    for name in ["%72est", "r%65st", "res%74", "rest;x", "rest;", "REST", "%52EST", "rest%00", "rest%20", "rest."]:
        yield f"{context}/{name}/api/2/myself"
    for prefix in ["s/x/_", "s/a/b/_", "s/_", "s/x/_/s/y/_", "s/x/%5f", "s;a/x/_", "s/x/_;y", "s/x/_/download/batch/_"]:
        yield f"{context}/{prefix}/{rest}"
    for tail in [";.jspa", ";/browse", "/browse", "?browse", "#/browse", ";/secure/x.jspa", "%3f/browse"]:
        yield f"{context}/{rest}{tail}"
    yield f"{context}/secure/..;/{rest}/Dashboard.jspa"
    yield f"http://127.0.0.1{context}/{rest}"
    yield f"http://127.0.0.1{context}/browse/..;/{rest}"
    yield f"/{context}/{rest}"
    yield f"/browse{context}/{rest}"
    yield f"/x/..{context}/{rest}"
    if context:
        for spelled in ["/%6aira", "/jira;x", "/./jira", "//jira", "/JIRA", "/x/..;/jira", "/browse/..;/jira"]:
            yield f"{spelled}/{rest}"


def test_rest_gets_past_the_gate_in_no_spelling(behind):
    count = by_gate = 0
    for target in spellings(behind.context):
        for headers in ([], ["Cookie: JSESSIONID=abc"]):
            head, seen = behind.answered("GET", target, headers)
            by_gate += GATES_OWN in head
            problems = [problem_of(one, behind.context) for one in seen if one["door"] == "front"]
            assert not any(problems), (target, problems, seen)
            count += 1
            # What is neither the gate's nor a page is what the proxy itself doesn't take.
            is_refused = seen == [] and re.match(rb"http/1\.1 40[04] ", head)
            assert GATES_OWN in head or problems or is_refused, (target, head, seen)
    assert count > 200, count
    assert by_gate > 0.9 * count, f"the gate saw {by_gate} of {count}"


def hostile_requests(behind):
    """The rows of the hostile table that are requests of HTTP/1.1, as bytes, below the context path."""
    for line in HOSTILE.read_text().splitlines():
        columns = line.split("\t")
        if line.startswith("#") or len(columns) < 11 or columns[1] in ("class", "http2", "slow"):
            continue
        method, target, headers, body, wire = (unescaped(text, behind) for text in columns[5:10])
        if wire:
            yield wire.replace(b" /rest", f" {behind.context}/rest".encode())
            continue
        if target.startswith(b"/"):
            target = behind.context.encode() + target
        lines = [line for line in headers.split(b"\r\n") if line]
        framing = [b"Content-Length: %d" % len(body)] if body else []
        head = [b"%b %b HTTP/1.1" % (method, target), b"Host: jira.example", *lines, *framing]
        yield b"\r\n".join([*head, b"Connection: close", b"", body])


def unescaped(text, behind):
    """Escapes, and the placeholders of the table."""
    text = text.removeprefix("(no default Authorization) ")
    authorization = bearer(behind.token)
    known = {"{AUTH}": authorization + "\r\n", "{AUTHLF}": authorization + "\n", "{NATIVE_PAT}": NATIVE_TOKEN}
    for name in ("{RO}", "{RW}", "{REVOKED}"):
        known[name] = behind.token
    text = text.replace("{HEADERS X-0..X-256: y}", "".join(f"X-{n}: y\\r\\n" for n in range(257)))
    text = re.sub(r"\{REPEAT:(.):(\d+)\}", lambda found: found[1] * int(found[2]), text)
    escapes = {"\\r": "\r", "\\n": "\n", "\\t": "\t", "\\\\": "\\"}
    text = re.sub(
        r"\\x([0-9a-fA-F]{2})|\\[rnt\\]",
        lambda found: chr(int(found[1], 16)) if found[1] else escapes[found[0]],
        text,
    )
    for name, value in known.items():
        text = text.replace(name, value)
    return text.encode("latin-1")


def test_no_row_of_the_hostile_table_gets_past_the_gate(behind):
    """All at once, for many of them break off and are waited for."""
    requests = list(hostile_requests(behind))
    assert len(requests) > 120, len(requests)

    before = len(behind.seen())
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda request: behind.send(request, patience=MOMENT), requests))
    by_gate = sum(GATES_OWN in answer.lower() for answer in answers)
    assert by_gate > len(requests) / 2, f"the gate saw {by_gate} of {len(requests)}"
    last = f"{behind.context}/browse/LAST-1"
    behind.answered("GET", last)
    seen = behind.all_that_comes()[before:]
    assert f"GET {last} HTTP/1.1" in [one["line"] for one in seen], "the proxy still works"
    assert sum(one["door"] == "gate" for one in seen) > 10, "some of them are good"
    past = [one for one in seen if one["door"] == "front"]
    problems = [(problem, one) for one in past if (problem := problem_of(one, behind.context))]
    assert problems == []
