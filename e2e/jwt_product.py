"""A product with an authenticator that takes a call for whom a header names, when PyPI's PyJWT finds
the assertion beside it right. Prints its port, then a line of JSON for each call.

    jwt_product.py ADDRESS_OF_THE_KEYS AUDIENCE ISSUER
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

PEOPLE = {"alice", "bob"}


class Product(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def who(self):
        named = self.headers.get_all("X-Our-User", [])
        proofs = self.headers.get_all("X-Our-Proof", [])
        if len(named) != 1 or len(proofs) != 1:
            return None, {}
        key = jwt.PyJWKClient(sys.argv[1]).get_signing_key_from_jwt(proofs[0])
        try:
            claims = jwt.decode(
                proofs[0],
                key,
                algorithms=["EdDSA"],
                audience=sys.argv[2],
                issuer=sys.argv[3],
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
        except jwt.PyJWTError as problem:
            return None, {"problem": str(problem)}
        name = named[0].encode("latin-1").decode()
        is_known = claims["sub"] == name and name in PEOPLE
        return (name if is_known else None), claims

    def do_GET(self):
        user, claims = self.who()
        headers = {name.lower() for name in self.headers}
        line = {"target": self.path, "user": user, "claims": claims, "headers": sorted(headers)}
        if user:
            line["kid"] = jwt.get_unverified_header(self.headers["X-Our-Proof"])["kid"]
        print(json.dumps(line), flush=True)
        body = json.dumps({"name": user, "displayName": user}).encode()
        self.send_response(200 if user else 401)
        self.send_header("X-AUSERNAME", user or "anonymous")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Product)
print(server.server_port, flush=True)
server.serve_forever()
