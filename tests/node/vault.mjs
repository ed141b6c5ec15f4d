// Vaults of a running emulator as the official clients for Node see them, and what the tests want besides.
//
// Environment: CERTLIFE_EMULATOR, the file with what `certlife serve --json` told; NODE_EXTRA_CA_CERTS, its CA;
// CERTLIFE_RECORDINGS, a folder for one HAR file of every test, which the model judges afterwards.

import { strict as assert } from "node:assert";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClientSecretCredential } from "@azure/identity";
import { CertificateClient } from "@azure/keyvault-certificates";
import { KeyClient } from "@azure/keyvault-keys";
import { SecretClient } from "@azure/keyvault-secrets";
import forge from "node-forge";

export const emulator = JSON.parse(readFileSync(process.env.CERTLIFE_EMULATOR, "utf8"));
export const credentialOf = (secret) =>
  new ClientSecretCredential(emulator.tenant, emulator.client_id, secret, {
    authorityHost: emulator.url,
    disableInstanceDiscovery: true,
  });
const credential = credentialOf(emulator.client_secret);

/** Pollers look again at once. */
export const SOON = { intervalInMs: 1 };

/** Have something done that a service does on its own time. */
export async function control(path, body = {}) {
  const headers = { authorization: `Bearer ${emulator.control_token}` };
  const answer = await fetch(emulator.control_url + path, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
}

class Recording {
  entries = [];
  name = "certlife recording";

  async sendRequest(request, next) {
    const answer = await next(request);
    const headers = Object.entries(answer.headers.toJSON()).map(([name, value]) => ({ name, value }));
    this.entries.push({
      request: { method: request.method, url: request.url, ...(request.body && { postData: { text: request.body } }) },
      response: { status: answer.status, headers, content: { text: answer.bodyAsText ?? "" } },
    });
    return answer;
  }
}

/** Live a life in an empty vault, and keep what was said for the model. */
export function life(wish, live) {
  return async (context) => {
    await control("/vaults/default", wish);
    const recording = new Recording();
    const options = {
      disableChallengeResourceVerification: true,
      additionalPolicies: [{ policy: recording, position: "perRetry" }],
    };
    const clients = {
      certificates: new CertificateClient(emulator.url, credential, options),
      keys: new KeyClient(emulator.url, credential, options),
      secrets: new SecretClient(emulator.url, credential, options),
    };
    await live(clients);
    const file = join(process.env.CERTLIFE_RECORDINGS, `${context.name.replaceAll(/\W+/g, "-")}.har`);
    writeFileSync(file, JSON.stringify({ starts_empty: true, log: { version: "1.2", entries: recording.entries } }));
  };
}

export async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The status and the codes, outer and inner, of a refusal. */
export async function refusal(asked) {
  const error = await asked.then(() => assert.fail("it was granted"), (reason) => reason);
  assert.equal(error.name, "RestError", error.stack);
  const inner = error.details.error.innererror ?? error.details.error.innerError; // clients differ
  return [error.statusCode, error.code, inner?.code].filter(Boolean).join(" ");
}

export async function created(certificates, name, policy, options = {}) {
  return (await certificates.beginCreateCertificate(name, policy, { ...SOON, ...options })).pollUntilDone();
}

export async function deleted(certificates, name) {
  return (await certificates.beginDeleteCertificate(name, SOON)).pollUntilDone();
}

// --- a CA of the tests

function pairOf() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = forge.pki.privateKeyFromPem(privateKey.export({ type: "pkcs1", format: "pem" }));
  return { privateKey: key, publicKey: forge.pki.setRsaPublicKey(key.n, key.e) };
}
const CA = pairOf();
export const PAIR = pairOf();
const CA_NAME = [{ name: "commonName", value: "the test's CA" }];

/** A certificate of the test's CA, for a key that somebody else has. */
export function signed(subject, publicKey) {
  const made = forge.pki.createCertificate();
  made.publicKey = publicKey;
  made.serialNumber = `0${forge.util.bytesToHex(forge.random.getBytesSync(12))}`;
  made.validity.notBefore = new Date(Date.now() - 86_400_000);
  made.validity.notAfter = new Date(Date.now() + 90 * 86_400_000);
  made.setSubject(subject);
  made.setIssuer(CA_NAME);
  made.sign(CA.privateKey, forge.md.sha256.create());
  return made;
}

export const der = (certificate) =>
  Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), "binary");

export function pfx(privateKey, certificate, password) {
  const made = forge.pkcs12.toPkcs12Asn1(privateKey, [certificate], password ?? "", { algorithm: "aes256" });
  return Buffer.from(forge.asn1.toDer(made).getBytes(), "binary");
}

/** PEM of a key in PKCS#8 and its certificate. */
export function pem(privateKey, certificate, password) {
  const protection = password && { cipher: "aes-256-cbc", passphrase: password };
  const key = createPrivateKey(forge.pki.privateKeyToPem(privateKey)).export({ type: "pkcs8", format: "pem", ...protection });
  return Buffer.from(key + forge.pki.certificateToPem(certificate).replaceAll("\r", ""));
}

/** What is in a PFX without a password. */
export function opened(content) {
  const file = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(Buffer.from(content, "base64").toString("binary")), "");
  const bags = (type) => file.getBags({ bagType: type })[type] ?? [];
  return { keys: [...bags(forge.pki.oids.keyBag), ...bags(forge.pki.oids.pkcs8ShroudedKeyBag)], certificates: bags(forge.pki.oids.certBag) };
}
