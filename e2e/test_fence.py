"""The recipes of docs/how-to/fence-the-product.md, each in a network of its own, with Tomcat as the
product and a gate: before the recipe the product is reached past the gate, after it nothing answers,
and through the gate all is as before."""

import json
import subprocess
from pathlib import Path

import pytest

from harness import BINARY, Serving, bearer, call, environment
from namespaces import Network
from recipes import recipe, replaced
from tomcat import Tomcat

PAGE = "fence-the-product.md"
ADDRESSES = {
    "product": ("10.0.0.12", "fd00::12"),
    "gate": ("10.0.0.5", "fd00::5"),
    "outside": ("10.0.0.77", "fd00::77"),
}
PRODUCT = ["http://10.0.0.12:8080/jira", "http://[fd00::12]:8080/jira"]
NATIVE_TOKEN = "MDAwMDAwMDAwMDAxOjAxMjM0NTY3ODkwMTIzNDU2Nzg5"
NOBODY = 65534


class FencedGate(Serving):
    """A gate on one of the machines, for everybody at port 8000."""

    def __init__(self, folder, namespace, product):
        self.namespace = namespace
        super().__init__(folder / "gate")
        self.operations = "http://127.0.0.1:9180"
        (self.folder / "people.toml").write_text('[[people]]\nname = "alice"\nactive = true\n')
        self.config.write_text(
            f"""
[server]
listen = ["0.0.0.0:8000"]
operations_listen = "127.0.0.1:9180"
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
base_url = "{product}/jira"
identity = ["native-token"]
"""
        )

    def begin(self):
        words = ["credential", "add", "--owner", "alice", "--instance", "jira"]
        self.run(*words, stdin=f"{NATIVE_TOKEN}\n")
        self.token = self.issue()["secret"]
        self.serve()

    def command(self, *words):
        return self.namespace.command(super().command(*words))

    def is_ready(self):
        return self.namespace.within(super().is_ready)


class Site:
    """Three machines: the product's, the gate's, and one outside."""

    def __init__(self, folder):
        self.folder, self.network = folder, Network(folder)
        self.tomcats, self.gate = [], None

    def start_product(self, **options):
        """Instead of the one that runs."""
        for tomcat in self.tomcats:
            tomcat.process.kill()
        name = f"tomcat-{len(self.tomcats)}"
        self.tomcats.append(Tomcat(self.folder, self.network["product"], name, **options))

    def start_gate(self, on, product):
        self.gate = FencedGate(self.folder, self.network[on], product)
        self.gate.begin()

    def check(self, *words, of="outside", as_user=None):
        """The states of what `check --from-outside` finds from that machine, and what it says."""
        lesser = [] if as_user is None else ["setpriv", f"--reuid={as_user}", "--clear-groups"]
        urls = [word for url in words for word in (["--from-outside", url] if "//" in url else [url])]
        # Another user may not get into the folder that the program stands in.
        with open(BINARY, "rb") as program:
            command = [*lesser, f"/proc/self/fd/{program.fileno()}", "check", "--json", *urls]
            done = subprocess.run(
                self.network[of].command(command),
                capture_output=True,
                env=environment(),
                pass_fds=[program.fileno()],
                cwd="/",
                timeout=120,
                check=False,
            )
        document = json.loads(done.stdout)
        assert done.returncode == (0 if document["ok"] else 1), done
        found = document["checks"]
        return [one["state"] for one in found], " ".join(one["words"] for one in found)

    def assert_reached(self, urls=PRODUCT):
        states, words = self.check(*urls)
        assert states == ["failed"] * len(urls), words
        assert "/jira/rest/api/2/serverInfo is answered with 200" in words, words

    def assert_shut(self, urls=PRODUCT):
        """Nothing answers past the gate, not even with a token; through the gate all is well."""
        states, words = self.check(*urls)
        assert states == ["ok"] * len(urls), words
        assert words.count("nothing answers") == len(urls), words
        self.assert_gate_works()

    def assert_gate_works(self):
        machine = "product" if self.gate.namespace is self.network["product"] else "gate"
        base = f"http://{ADDRESSES[machine][0]}:8000"
        path, headers = "/jira/rest/api/2/myself", [bearer(self.gate.token)]
        answer = self.network["outside"].within(lambda: call(base, "GET", path, headers))
        assert (answer.status, answer.json()["name"]) == (200, "alice"), answer
        assert self.network["outside"].within(lambda: call(base, "GET", path)).status == 200
        states, words = self.check(f"{base}/jira")
        assert states == ["ok"] and "the gate answers everything" in words, words

    def close(self):
        for one in [*self.tomcats, self.gate]:
            if one is not None and one.process is not None:
                one.process.kill()
        self.network.remove()


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    try:
        site.network.build(ADDRESSES)
        yield site
    finally:
        site.close()


def test_a_product_that_is_bound_to_its_machine_answers_nobody_else(site):
    site.start_product()
    site.assert_reached()
    site.start_product(connector=recipe(PAGE, "Bind it to the machine", "xml"))
    site.start_gate("product", "http://127.0.0.1:8080")
    site.assert_shut()

    # The machine's other users: before, and after the rules that know users.
    own = "http://127.0.0.1:8080/jira"
    assert site.check(own, of="product", as_user=NOBODY)[0] == ["failed", "warning"]
    rules = replaced(recipe(PAGE, "Bind it to the machine", "nft"), '"gatepass", "jira"', "0")
    for _ in range(2):
        site.network["product"].run("nft", "-f", "-", stdin=rules)
    states, words = site.check(own, of="product", as_user=NOBODY)
    assert states == ["ok", "warning"] and "the connection is refused" in words, words
    assert site.check(own, of="product")[0] == ["failed", "warning"], "the gate's user is let through"
    site.assert_gate_works()


def test_the_network_drops_whoever_is_not_the_gate(site):
    site.start_product()
    site.start_gate("gate", "http://10.0.0.12:8080")
    product = site.network["product"]
    # Port 80 leads to the product too, as on many machines.
    redirect = "tcp dport 80 redirect to :8080"
    product.run("nft", "add table inet web")
    product.run("nft", "add chain inet web before { type nat hook prerouting priority dstnat; }")
    product.run("nft", f"add rule inet web before {redirect}")
    urls = [*PRODUCT, "http://10.0.0.12/jira"]
    site.assert_reached(urls)
    for _ in range(2):
        product.run("nft", "-f", "-", stdin=recipe(PAGE, "Let the network drop everybody else", "nft"))
    site.assert_shut(urls)
    for url in PRODUCT:
        from_gate = site.check(url, of="gate")
        assert from_gate[0] == ["failed"], f"the gate itself gets there by both protocols: {from_gate}"


def test_a_container_is_shut_by_each_of_its_ports_and_by_its_own_address(site):
    """What is handed on to it never comes to the machine's own input."""
    product, address = site.network["product"], "172.17.0.2"
    site.tomcats.append(Tomcat(site.folder, site.network.attach("container", address, "172.17.0.1"), "container"))
    product.within(lambda: Path("/proc/sys/net/ipv4/ip_forward").write_text("1"))
    # As Docker publishes 8080:8080 and 80:8080.
    product.run("nft", "add table ip docker")
    product.run("nft", "add chain ip docker before { type nat hook prerouting priority dstnat; }")
    for port in (8080, 80):
        to = f"fib daddr type local tcp dport {port} dnat to {address}:8080"
        product.run("nft", f"add rule ip docker before {to}")
    for machine in ("outside", "gate"):
        site.network[machine].ip("route", "add", f"{address}/32", "via", "10.0.0.12")
    urls = [f"http://{place}/jira" for place in ("10.0.0.12:8080", "10.0.0.12", f"{address}:8080")]
    site.start_gate("gate", "http://10.0.0.12")
    site.assert_reached(urls)
    site.assert_gate_works()
    for _ in range(2):
        product.run("nft", "-f", "-", stdin=recipe(PAGE, "Let the network drop everybody else", "nft"))
    site.assert_shut(urls)
    assert site.check(*urls, of="gate")[0] == ["failed"] * 3, "the gate itself gets there"


REMOTE_IP = '<Valve className="org.apache.catalina.valves.RemoteIpValve" />'


def test_a_valve_refuses_whoever_is_not_the_gate_and_who_claims_to_be(site):
    valve = recipe(PAGE, "Let a valve refuse everybody else", "xml")
    site.start_product()
    site.assert_reached()
    # The wrong way, which a look at the status alone would not find: the address out of a header.
    unsafe = replaced(valve, 'usePeerAddress="true"', "")
    site.start_product(valves=REMOTE_IP + unsafe)
    states, words = site.check(PRODUCT[0], "--gate", "10.0.0.5")
    assert states == ["failed"] and "claims in X-Forwarded-For to be 10.0.0.5" in words, words
    # The valve compares the text, and the recipe's is IPv6 written out.
    states, words = site.check(PRODUCT[0], "--gate", "fd00::5")
    claimed = "claims in X-Forwarded-For to be fd00:0:0:0:0:0:0:5"
    assert states == ["failed"] and claimed in words, words
    states, words = site.check(PRODUCT[0])
    assert states == ["warning"] and "name each of the gate's addresses with --gate" in words, words

    site.start_product(valves=REMOTE_IP + valve)
    states, words = site.check(*PRODUCT, "--gate", "10.0.0.5", "--gate", "fd00::5")
    assert states == ["ok", "ok"] and words.count("refuses everything with 403") == 2, words
    assert "failed to set property" not in site.tomcats[-1].process.said()
    for url in PRODUCT:
        assert site.check(url, of="gate")[0] == ["failed"], "the gate gets there by both protocols"
    site.start_gate("gate", "http://10.0.0.12:8080")
    site.assert_gate_works()
