// What becomes of certificates, as the official clients for Node see it: changed, listed, deleted, brought back.

import { strict as assert } from "node:assert";
import { createPublicKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import forge from "node-forge";
import { all, control, created, deleted, emulator, life, opened, refusal, SOON } from "./vault.mjs";

const POLICY = { issuerName: "Self", subject: "CN=web", keyType: "RSA", keySize: 2048 };
const BY_HAND = { ...POLICY, issuerName: "Unknown" };

test("tags and enabled are changed and leave the certificate as it was", life({}, async ({ certificates, keys, secrets }) => {
  const made = await created(certificates, "web", POLICY, { tags: { a: "1" } });
  const { version } = made.properties;

  const changed = await certificates.updateCertificateProperties("web", version, { enabled: false, tags: { b: "2" } });

  const shown = await certificates.getCertificate("web");
  assert.deepEqual([changed.properties.enabled, changed.properties.tags], [false, { b: "2" }]);
  assert.deepEqual([shown.properties.enabled, shown.properties.tags, shown.cer], [false, { b: "2" }, made.cer]);
  assert.equal(await refusal(secrets.getSecret("web")), "403 Forbidden SecretDisabled");
  assert.equal(await refusal(keys.getKey("web")), "403 Forbidden KeyDisabled");
}));

test("policy is changed for what is made next", life({}, async ({ certificates }) => {
  await created(certificates, "web", POLICY);
  const wanted = { issuerName: "Self", subject: "CN=next", keyType: "EC", keyCurveName: "P-384", validityInMonths: 3 };

  await certificates.updateCertificatePolicy("web", wanted); // 4.10.3 loses the answer: azure-sdk-for-js, pull request 39461
  const shown = await certificates.getCertificatePolicy("web");
  const made = await created(certificates, "web", shown);

  const certificate = new X509Certificate(made.cer);
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, shown[name]])), wanted);
  assert.equal(certificate.subject, "CN=next");
  assert.equal(certificate.publicKey.asymmetricKeyDetails.namedCurve, "secp384r1");
}));

test("issuer lives", life({}, async ({ certificates }) => {
  const contact = { firstName: "Ann", lastName: "Admin", email: "ann@example.com", phone: "123" };
  const made = await certificates.createIssuer("ca", "DigiCert", {
    accountId: "account",
    password: "hunter2",
    organizationId: "org",
    administratorContacts: [contact],
  });
  const changed = await certificates.updateIssuer("ca", { accountId: "another", provider: "GlobalSign" });
  await certificates.createIssuer("b-ca", "GlobalSign");

  const shown = await certificates.getIssuer("ca");
  const listed = await all(certificates.listPropertiesOfIssuers());
  const gone = await certificates.deleteIssuer("ca");

  assert.equal(made.id, `${emulator.url}/certificates/issuers/ca`);
  assert.deepEqual([made.provider, made.accountId, made.password, made.organizationId], ["DigiCert", "account", undefined, "org"]);
  assert.deepEqual(made.administratorContacts.map((one) => ({ ...one })), [contact]);
  assert.deepEqual([changed.provider, changed.accountId, changed.enabled], ["GlobalSign", "another", true]);
  assert.deepEqual([shown.accountId, shown.organizationId], ["another", "org"]);
  const id = (name) => `${emulator.url}/certificates/issuers/${name}`; // 4.10.3 leaves the names out
  assert.deepEqual(listed.map((one) => [one.id, one.provider]), [[id("b-ca"), "GlobalSign"], [id("ca"), "GlobalSign"]]);
  assert.equal(gone.id, id("ca"));
  assert.equal(await refusal(certificates.getIssuer("ca")), "404 CertificateIssuerNotFound");
}));

test("contacts are set, shown and deleted", life({}, async ({ certificates }) => {
  const wanted = [{ email: "b@example.com", name: "Bo", phone: "2" }, { email: "a@example.com" }];
  const noneYet = await refusal(certificates.getContacts());
  const plain = (contacts) => JSON.parse(JSON.stringify(contacts));

  const made = await certificates.setContacts(wanted);
  const shown = await certificates.getContacts();
  await certificates.deleteContacts(); // 4.10.3 loses the answer

  assert.deepEqual([made, shown].map(plain), [wanted, wanted]);
  assert.equal(noneYet, "404 ContactsNotFound");
  assert.equal(await refusal(certificates.getContacts()), "404 ContactsNotFound");
}));

test("lists come in pages", life({}, async ({ certificates }) => {
  const names = Array.from({ length: 26 }, (_, at) => `n${String(at).padStart(2, "0")}`);
  await Promise.all(names.map((name) => certificates.beginCreateCertificate(name, BY_HAND, SOON)));
  const pending = () => certificates.listPropertiesOfCertificates({ includePending: true });
  const named = (page) => page.map((one) => one.name);

  const pages = await all(pending().byPage()); // 4.10.3 knows neither page sizes nor continuation tokens

  assert.deepEqual(pages.map(named), [names.slice(0, 25), names.slice(25)]);
  assert.deepEqual(named(await all(pending())), names);
  assert.deepEqual(await all(certificates.listPropertiesOfCertificates()), []);
}));

test("deletion is waited for", life({}, async ({ certificates }) => {
  await created(certificates, "web", POLICY);
  await control("/vaults/default/take", { deletion_s: 3600 });
  const poller = await certificates.beginDeleteCertificate("web", SOON);

  const before = [poller.isDone(), await refusal(certificates.getDeletedCertificate("web")), await refusal(created(certificates, "web", POLICY))];
  await control("/vaults/default/advance", { seconds: 3600 });
  const gone = await poller.pollUntilDone();

  assert.deepEqual(before, [false, "404 CertificateNotFound", "409 Conflict ObjectIsBeingDeleted"]);
  assert.equal((await certificates.getDeletedCertificate("web")).recoveryId, gone.recoveryId);
}));

test("deleted certificate is recovered, deleted again and purged", life({}, async ({ certificates }) => {
  const made = await created(certificates, "web", POLICY, { tags: { a: "b" } });

  const gone = await deleted(certificates, "web");
  const listed = await all(certificates.listDeletedCertificates());
  const taken = await refusal(created(certificates, "web", POLICY));
  const away = await refusal(certificates.getCertificate("web"));
  const recovered = await (await certificates.beginRecoverDeletedCertificate("web", SOON)).pollUntilDone();
  const noneLeft = await all(certificates.listDeletedCertificates());
  await deleted(certificates, "web");
  await certificates.purgeDeletedCertificate("web");

  assert.equal(gone.recoveryId, `${emulator.url}/deletedcertificates/web`);
  assert.equal(gone.scheduledPurgeDate - gone.deletedOn, 90 * 86_400_000);
  assert.deepEqual(listed.map((one) => [one.name, one.recoveryId]), [["web", gone.recoveryId]]);
  assert.deepEqual([taken, away], ["409 Conflict ObjectIsDeletedButRecoverable", "404 CertificateNotFound"]);
  assert.deepEqual(recovered.cer, made.cer);
  assert.deepEqual([recovered.properties.version, recovered.properties.tags], [made.properties.version, { a: "b" }]);
  assert.deepEqual(noneLeft, []);
  assert.equal(await refusal(certificates.getDeletedCertificate("web")), "404 CertificateNotFound");
}));

test("backup is restored with all versions once the name is free", life({}, async ({ certificates }) => {
  const made = [await created(certificates, "web", POLICY), await created(certificates, "web", POLICY, { tags: { n: "1" } })];

  const blob = await certificates.backupCertificate("web");
  const there = await refusal(certificates.restoreCertificateBackup(blob));
  await deleted(certificates, "web");
  await certificates.purgeDeletedCertificate("web");
  const restored = await certificates.restoreCertificateBackup(blob);

  const versions = await all(certificates.listPropertiesOfCertificateVersions("web"));
  assert.equal(there, "409 Conflict");
  assert.deepEqual(restored.cer, made[1].cer);
  assert.deepEqual(restored.properties.tags, { n: "1" });
  assert.deepEqual(versions.map((one) => one.version).sort(), made.map((one) => one.properties.version).sort());
}));

test("secret of a certificate is a PFX with its key", life({}, async ({ certificates, secrets }) => {
  const made = await created(certificates, "web", POLICY);

  const secret = await secrets.getSecret("web");

  const file = opened(secret.value);
  const key = createPublicKey(forge.pki.publicKeyToPem(forge.pki.setRsaPublicKey(file.keys[0].key.n, file.keys[0].key.e)));
  const found = new X509Certificate(forge.pki.certificateToPem(file.certificates[0].cert));
  assert.equal(found.fingerprint256, new X509Certificate(made.cer).fingerprint256);
  assert.ok(found.publicKey.equals(key));
  assert.equal(secret.properties.contentType, "application/x-pkcs12");
  assert.equal(secret.properties.managed, true);
  assert.equal(secret.properties.certificateKeyId, made.keyId);
}));

test("key of a certificate is the public one", life({}, async ({ certificates, keys }) => {
  const made = await created(certificates, "web", POLICY);

  const { key, id, properties } = await keys.getKey("web");

  const text = (number) => Buffer.from(number).toString("base64url");
  const shown = createPublicKey({ key: { kty: key.kty, n: text(key.n), e: text(key.e) }, format: "jwk" });
  assert.ok(new X509Certificate(made.cer).publicKey.equals(shown));
  assert.deepEqual([id, properties.managed, key.d], [made.keyId, true, undefined]);
}));

test("key and secret of a certificate refuse to be written", life({}, async ({ certificates, keys, secrets }) => {
  const { version } = (await created(certificates, "web", POLICY)).properties;

  const writes = {
    Secret: [
      () => secrets.setSecret("web", "value"),
      () => secrets.updateSecretProperties("web", version, {}),
      () => secrets.beginDeleteSecret("web"),
    ],
    Key: [
      () => keys.createRsaKey("web"),
      () => keys.updateKeyProperties("web", version, {}),
      () => keys.beginDeleteKey("web"),
    ],
  };

  for (const [kind, asked] of Object.entries(writes)) {
    for (const ask of asked) assert.equal(await refusal(ask()), `403 Forbidden ${kind}ManagedByKeyVault`);
  }
  assert.equal((await secrets.getSecret("web")).properties.version, version);
}));
