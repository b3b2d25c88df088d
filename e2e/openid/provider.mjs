// An OpenID provider: the certified `oidc-provider`, with people and clients of a test's own. Prints its
// address, then a line of JSON for each sign-in and each end.
//
//     node provider.mjs '{"port": 25000, "tls": null, "people": {…}, "clients": […]}'

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Provider } from "oidc-provider";

const { port, tls, people, clients } = JSON.parse(process.argv[2]);
const issuer = `${tls ? "https" : "http"}://localhost:${port}`;

const made = (type, options) =>
  generateKeyPairSync(type, options).privateKey.export({ format: "jwk" });
const rsa = made("rsa", { modulusLength: 2048 });
const elliptic = { ES256: made("ec", { namedCurve: "P-256" }), EdDSA: made("ed25519", {}) };
// The primes of RSA are what takes time.
const keys = Object.entries({ RS256: rsa, PS256: rsa, ...elliptic }).map(([alg, key]) => ({
  ...key,
  use: "sig",
  alg,
  kid: alg,
}));

const provider = new Provider(issuer, {
  clients: clients.map((client) => ({
    grant_types: ["authorization_code"],
    response_types: ["code"],
    ...client,
  })),
  jwks: { keys },
  cookies: { keys: ["of a test"] },
  claims: {
    openid: ["sub"],
    profile: ["name", "preferred_username"],
    email: ["email"],
    groups: ["groups"],
  },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"] },
  pkce: { required: () => true },
  // Whoever has a password that is his name with a dot behind it.
  findAccount: (_context, login) => ({
    accountId: login,
    claims: () => ({ sub: `subject of ${login}`, ...people[login] }),
  }),
  // Nobody is asked whether the console may know his name.
  loadExistingGrant: async (context) => {
    const { client, session, params } = context.oidc;
    const grant = new context.oidc.provider.Grant({
      clientId: client.clientId,
      accountId: session.accountId,
    });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
});

provider.on("authorization.success", (context) => {
  const { params, session } = context.oidc;
  console.log(JSON.stringify({ who: session.accountId, params }));
});
provider.on("authorization.error", (_context, error) => {
  console.log(JSON.stringify({ error: error.error }));
});

const own = tls && { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
const answer = provider.callback();
const server = own ? createSecureServer(own, answer) : createServer(answer);
server.listen(port, "localhost", () => console.log(issuer));
process.on("SIGTERM", () => {
  server.closeAllConnections();
  server.close();
});
