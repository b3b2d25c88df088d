"""A real browser: Debian's Chromium, with a profile of its own."""

import os
import re
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECRET = re.compile(r"gpass_[0-9A-Za-z]{38}")


@contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody at a browser of his own. What a page's policy stops, or a script fails at, is kept."""

    def __init__(self, browser, demo, name, **options):
        self.demo, self.name = demo, name
        options = {"locale": "en-GB", "java_script_enabled": True} | options
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def hear(self, message):
        # The product's own pages are the product's business.
        if message.type in ("error", "warning") and "/gatepass/" in message.location["url"]:
            self.complaints.append(message.text)

    def go(self, path=""):
        return self.page.goto(f"{self.demo.url}/gatepass{path}")

    def sign_in(self, path="/"):
        """Opens a page of the console, and signs in to the product where it leads."""
        self.go(path)
        if "/login.jsp" in self.page.url:
            self.page.fill("[name=os_username]", self.name)
            self.page.fill("[name=os_password]", f"{self.name}-password")
            self.page.click("#login-form-submit")
        return self

    def text(self):
        return self.page.inner_text("body")

    def secret(self):
        """The secret that the page shows."""
        found = SECRET.search(self.page.content())
        assert found, self.text()
        return found[0]

    def close(self):
        self.context.close()
