"""Stands before a product and lets a signed call pass only when PyPI's oauthlib finds its signature
right, with the public key that the first argument names. Prints its port, then a line of JSON for each
signed call: its method, its target, and whether it passed.

    oauth_front.py PUBLIC_KEY_FILE PORT_OF_THE_PRODUCT
"""

import http.client
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature, utils


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def is_right(self, body):
        url = f"http://{self.headers['Host']}{self.path}"
        request = Request(url, self.command, body or None, dict(self.headers))
        header = utils.parse_authorization_header(self.headers["Authorization"])
        request.params = signature.collect_parameters(
            uri_query=request.uri_query, headers=request.headers
        )
        request.signature = utils.unescape(dict(header)["oauth_signature"])
        assert ("oauth_signature_method", "RSA-SHA1") in header
        return signature.verify_rsa_sha1(request, PUBLIC_KEY)

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization", "").startswith("OAuth "):
            passed = self.is_right(body)
            line = {"method": self.command, "target": self.path, "passed": passed}
            print(json.dumps(line), flush=True)
            if not passed:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'OAuth oauth_problem="signature_invalid"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        product = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]))
        product.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            product.putheader(name, value)
        product.endheaders(body or None)
        answer = product.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        product.close()

    do_GET = do_POST = do_PUT = do_DELETE = pass_on

    def log_message(self, *_):
        pass


PUBLIC_KEY = Path(sys.argv[1]).read_text()
server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
print(server.server_port, flush=True)
server.serve_forever()
