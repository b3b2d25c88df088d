"""Stand-ins of the products with application links, and a gate before them."""

import json
import os
from urllib.parse import urlsplit

from harness import Process, Serving, Upstream, basic, call, wait_until

STAND_IN = os.environ.get("GATEPASS_STAND_IN", "")


def enter_link(product_url, public_key):
    """What the page of application links sends to the product."""
    body = {
        "key": "gatepass",
        "name": "Gatepass",
        "publicKey": public_key.read_text(),
        "twoLOAllowed": True,
        "twoLOImpersonationAllowed": True,
    }
    context = urlsplit(product_url).path
    path = f"{context}/rest/applinks/3.0/applicationlink/1/authentication/consumer"
    headers = [basic("carol", "carol-password"), "Content-Type: application/json"]
    entered = call(product_url, "PUT", path, headers, json.dumps(body).encode())
    assert entered.status == 200, entered


class StandIn:
    """A stand-in of a product, in a process of its own; what PyPI's oauthlib finds wrongly signed never
    reaches it through `base_url`."""

    def __init__(self, folder, product, *words):
        self.folder, self.product = folder, product
        command = [STAND_IN, product, "0", f"/{product}", *words]
        self.process = Process(command, folder, product)
        self.front = None
        try:
            self.own_url = wait_until(self.first_line, f"the stand-in {product} listens")
        except BaseException:
            self.process.kill()
            raise
        self.base_url = self.own_url

    def first_line(self):
        self.process.check_runs()
        line, end, _ = self.process.out.read_text().partition("\n")
        return line if end else ""

    def put_front(self, public_key):
        port = urlsplit(self.own_url).port
        folder = self.folder / f"front-{self.product}"
        folder.mkdir()
        self.front = Upstream(folder, "oauth_front.py", public_key, port)
        self.base_url = f"{self.front.url}{urlsplit(self.own_url).path}"

    def enter_link(self, public_key):
        enter_link(self.own_url, public_key)

    def log(self):
        """What it has seen but this, oldest first: whom each call was taken for, and why."""
        path = f"/{self.product}/stand-in/log"
        return [one for one in call(self.own_url, "GET", path).json() if one["target"] != path]

    def kill(self):
        for process in (self.process, self.front and self.front.process):
            if process is not None:
                process.kill()


class LinkedGate(Serving):
    """A gate before stand-ins, one for each of `products`. All of them have the people of the first.
    `credential`: what links make, with oauthlib before each product; `None`: there are no links."""

    def __init__(self, folder, products, *words, identity, credential=None):
        super().__init__(folder / "gate")
        self.identity, self.credential = json.dumps(identity), credential
        self.products, self.keys = {}, {}
        try:
            for product in products:
                self.products[product] = StandIn(folder, product, *words)
            self.write(linked=False)
            if credential is None:
                return
            for product, stand_in in self.products.items():
                made = self.ask("impersonation", "keygen", "--instance", product)
                self.keys[product] = self.folder / f"{product}.pub"
                self.keys[product].write_text(made["public_key"])
                stand_in.put_front(self.keys[product])
            self.write(linked=True)
        except BaseException:
            self.end()
            raise

    def write(self, linked):
        head = f"""
[server]
listen = ["127.0.0.1:{self.port}"]
operations_listen = "{urlsplit(self.operations).netloc}"
[store]
url = "sqlite:gatepass.db"
[secrets]
key_file = "gatepass.key"
[[directories]]
name = "main"
kind = "product"
instance = "{next(iter(self.products))}"
"""
        parts = [self.instance(product, linked) for product in self.products]
        self.config.write_text(head + "".join(parts))

    def instance(self, product, linked):
        identity = self.identity if linked else '["native-token"]'
        text = f"""
[[instances]]
name = "{product}"
product = "{product}"
base_url = "{self.products[product].base_url}"
identity = {identity}
"""
        link = f"""
[instances.impersonation]
key_file = "{self.folder / f'{product}-link.pem'}"
credential = "{self.credential}"
"""
        return text + link if linked else text

    def enter_links(self):
        for product, stand_in in self.products.items():
            stand_in.enter_link(self.keys[product])

    def end(self):
        for stand_in in self.products.values():
            stand_in.kill()
        if self.process is not None:
            self.process.kill()
