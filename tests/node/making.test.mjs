// How certificates come to be, as the official client for Node sees it: signed, merged, imported, refused, given up.

import { strict as assert } from "node:assert";
import { createHash, X509Certificate } from "node:crypto";
import { test } from "node:test";
import forge from "node-forge";
import { all, control, created, der, emulator, life, PAIR, pem, pfx, refusal, signed, SOON } from "./vault.mjs";

const POLICY = {
  issuerName: "Self",
  subject: "CN=web.example.com",
  subjectAlternativeNames: { dnsNames: ["web.example.com", "www.example.com"] },
  keyType: "RSA",
  keySize: 3072,
  exportable: true,
  reuseKey: false,
  keyUsage: ["digitalSignature", "keyEncipherment"],
  enhancedKeyUsage: ["1.3.6.1.5.5.7.3.1"],
  contentType: "application/x-pkcs12",
  validityInMonths: 6,
  lifetimeActions: [{ action: "AutoRenew", lifetimePercentage: 75 }],
};
const BY_HAND = { issuerName: "Unknown", subject: "CN=hand", keyType: "RSA", keySize: 2048 };

/** The request of an operation, as forge reads it. */
const requestOf = (operation) =>
  forge.pki.certificationRequestFromAsn1(forge.asn1.fromDer(Buffer.from(operation.csr).toString("binary")));

test("certificate that the vault signs shows what its policy asked for", life({}, async ({ certificates }) => {
  const made = await created(certificates, "web", POLICY, { tags: { team: "blue" } });

  const certificate = new X509Certificate(made.cer);
  const { version } = made.properties;
  assert.match(version, /^[0-9a-f]{32}$/);
  assert.equal(made.properties.id, `${emulator.url}/certificates/web/${version}`);
  assert.equal(made.keyId, `${emulator.url}/keys/web/${version}`);
  assert.equal(made.secretId, `${emulator.url}/secrets/web/${version}`);
  assert.equal(certificate.subject, "CN=web.example.com");
  assert.equal(certificate.subjectAltName, "DNS:web.example.com, DNS:www.example.com");
  assert.equal(certificate.publicKey.asymmetricKeyDetails.modulusLength, 3072);
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  assert.deepEqual(Buffer.from(made.properties.x509Thumbprint), createHash("sha1").update(made.cer).digest());
  assert.equal(made.properties.expiresOn.getTime(), Date.parse(certificate.validTo));
  assert.deepEqual(made.properties.tags, { team: "blue" });
  assert.equal(made.properties.enabled, true);
  assert.equal(made.properties.recoveryLevel, "Recoverable+Purgeable");
  assert.equal(made.properties.recoverableDays, 90);
  const shown = Object.fromEntries(Object.keys(POLICY).map((name) => [name, made.policy[name]]));
  shown.subjectAlternativeNames = { dnsNames: shown.subjectAlternativeNames.dnsNames };
  shown.lifetimeActions = shown.lifetimeActions.map(({ action, lifetimePercentage }) => ({ action, lifetimePercentage }));
  assert.deepEqual(shown, POLICY);
}));

test("certificate created again has another version and the first stays", life({}, async ({ certificates }) => {
  const [first, second] = [await created(certificates, "web", POLICY), await created(certificates, "web", POLICY)];

  const newest = await certificates.getCertificate("web");
  const old = await certificates.getCertificateVersion("web", first.properties.version);
  const listed = await all(certificates.listPropertiesOfCertificateVersions("web"));
  assert.equal(newest.properties.version, second.properties.version);
  assert.deepEqual(old.cer, first.cer);
  assert.notDeepEqual(first.cer, second.cer);
  assert.deepEqual(listed.map((one) => one.version).sort(), [first, second].map((one) => one.properties.version).sort());
}));

test("certificate that never was is not found", life({}, async ({ certificates }) => {
  assert.equal(await refusal(certificates.getCertificate("web")), "404 CertificateNotFound");
  assert.equal(await refusal(certificates.getCertificateOperation("web")), "404 CertificateNotFound");
  assert.equal(await refusal(certificates.deleteCertificateOperation("web")), "404 PendingCertificateNotFound");
}));

async function partner(certificates) {
  await certificates.createIssuer("ca", "DigiCert", { accountId: "account", password: "hunter2" });
  return { issuerName: "ca", subject: "CN=shop", keyType: "RSA", keySize: 2048 };
}

test("certificate of a partner CA is waited for", life({}, async ({ certificates }) => {
  const policy = await partner(certificates);
  await control("/vaults/default/decide", { decision: { kind: "stall" }, issuer: "partner" });
  const poller = await certificates.beginCreateCertificate("shop", policy, SOON);
  const before = poller.isDone();
  await control("/vaults/default/decide", { decision: { kind: "issue" }, name: "shop" });

  const made = await poller.pollUntilDone();

  const certificate = new X509Certificate(made.cer);
  assert.equal(before, false);
  assert.equal(certificate.subject, "CN=shop");
  assert.notEqual(certificate.issuer, certificate.subject);
  assert.equal(made.policy.issuerName, "ca");
}));

test("refusal of a partner CA is what the poller ends with", life({}, async ({ certificates }) => {
  const policy = await partner(certificates);
  await control("/vaults/default/decide", { decision: { kind: "stall" }, issuer: "partner" });
  const poller = await certificates.beginCreateCertificate("shop", policy, SOON);
  const operation = await certificates.getCertificateOperation("shop", SOON);
  const before = operation.getOperationState().certificateOperation.status;
  await control("/vaults/default/decide", { decision: { kind: "refuse", message: "No more funds." }, name: "shop" });

  await assert.rejects(poller.pollUntilDone(), /No more funds/);
  await assert.rejects(operation.pollUntilDone(), /No more funds/);

  const after = operation.getOperationState().certificateOperation;
  assert.deepEqual([before, after.status, after.error.code], ["inProgress", "failed", "Request rejected"]);
}));

test("issuer that is not there is refused", life({}, async ({ certificates }) => {
  const asked = certificates.beginCreateCertificate("shop", { issuerName: "nobody", subject: "CN=shop" });
  assert.equal(await refusal(asked), "400 BadParameter");
}));

test("certificate signed elsewhere is merged", life({}, async ({ certificates }) => {
  const poller = await certificates.beginCreateCertificate("hand", BY_HAND, SOON);
  const operation = await certificates.getCertificateOperation("hand", SOON);
  const { certificateOperation } = operation.getOperationState();
  const request = requestOf(certificateOperation);
  const own = signed(request.subject.attributes, request.publicKey);
  const other = signed(request.subject.attributes, PAIR.publicKey);

  const wrong = await refusal(certificates.mergeCertificate("hand", [der(other)]));
  await certificates.mergeCertificate("hand", [der(own)]);
  const made = await poller.pollUntilDone();

  assert.equal(certificateOperation.status, "inProgress");
  assert.ok(request.verify());
  assert.equal(wrong, "400 BadParameter");
  assert.deepEqual(Buffer.from(made.cer), der(own));
}));

test("operation is cancelled and deleted", life({}, async ({ certificates }) => {
  await control("/vaults/default/cancellation", { wins: true, after_s: 0 });
  await certificates.beginCreateCertificate("hand", BY_HAND, SOON);
  const poller = await certificates.getCertificateOperation("hand", SOON);

  await poller.cancelOperation();
  const asked = poller.getOperationState().certificateOperation;
  const ended = (await certificates.getCertificateOperation("hand", SOON)).getOperationState().certificateOperation;
  const gone = await certificates.deleteCertificateOperation("hand");

  assert.equal(asked.cancellationRequested, true);
  assert.equal(ended.status, "cancelled");
  assert.equal(gone.status, "cancelled");
  assert.equal(await refusal(certificates.getCertificateOperation("hand")), "404 PendingCertificateNotFound");
}));

test("operation that is completed can not be cancelled", life({}, async ({ certificates }) => {
  await created(certificates, "web", POLICY);
  const poller = await certificates.getCertificateOperation("web", SOON);

  assert.equal(await refusal(poller.cancelOperation()), "403 Forbidden");
}));

const ownFile = (form, password) => {
  const own = signed([{ name: "commonName", value: "imported" }], PAIR.publicKey);
  return [own, form(PAIR.privateKey, own, password)];
};

for (const password of [undefined, "xyzzy"]) {
  test(`PFX ${password ? "with" : "without"} a password is imported`, life({}, async ({ certificates }) => {
    const [own, content] = ownFile(pfx, password);

    const wrong = await refusal(certificates.importCertificate("taken", content, { password: "plugh" }));
    const made = await certificates.importCertificate("taken", content, { password, tags: { a: "b" } });

    assert.equal(wrong, "400 BadParameter");
    assert.deepEqual(Buffer.from(made.cer), der(own));
    assert.deepEqual(made.properties.tags, { a: "b" });
    assert.deepEqual([made.policy.contentType, made.policy.issuerName], ["application/x-pkcs12", "Unknown"]);
    assert.deepEqual([made.policy.subject, made.policy.keySize], ["CN=imported", 2048]);
  }));
}

// 4.10.3 does not send the policy that it is given, and a vault does not guess what is in a file: KVC-IMP-012 and
// https://github.com/Azure/azure-sdk-for-net/issues/11669. PEM is imported by the clients for Python.
test("PEM is taken for a PFX, for the client forgets the policy", life({}, async ({ certificates }) => {
  const [, content] = ownFile(pem);

  const asked = certificates.importCertificate("taken", content, { policy: { contentType: "application/x-pem-file" } });

  await assert.rejects(asked, /PKCS#12 X\.509 certificate content can not be read/);
}));
