// How the official clients for Node get at the emulator: how they sign in, and which vault they take for theirs.

import { strict as assert } from "node:assert";
import https from "node:https";
import { test } from "node:test";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { credentialOf, emulator, SOON } from "./vault.mjs";

const right = credentialOf(emulator.client_secret);

test("wrong secret gets no token", async () => {
  const client = new CertificateClient(emulator.url, credentialOf("wrong"), { disableChallengeResourceVerification: true });

  await assert.rejects(client.getCertificate("web"), /AADSTS7000215/);
});

test("localhost is no subdomain, so clients that verify that refuse it", async () => {
  await assert.rejects(new CertificateClient(emulator.url, right).getCertificate("web"), /does not match the requested domain/);
});

test("vault with a name of its own passes the verification", async () => {
  // every name is this machine, as RFC 6761 has it for those that end in `.localhost`
  const lookup = (_, { all }, found) => (all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4));
  const policy = {
    name: "loopback",
    sendRequest: (request, next) => next(Object.assign(request, { agent: new https.Agent({ lookup }) })),
  };
  const url = emulator.url.replace("localhost", "green.vault.localhost");
  const client = new CertificateClient(url, right, { additionalPolicies: [{ policy, position: "perCall" }] });

  const made = await (await client.beginCreateCertificate("web", DefaultCertificatePolicy, SOON)).pollUntilDone();

  assert.equal(made.properties.id, `${url}/certificates/web/${made.properties.version}`);
});
