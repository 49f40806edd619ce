// @azure/msal-node, unmodified: a token by secret and one by certificate, each used
// for WhoAmI. Prints one JSON line per credential.
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfidentialClientApplication } from "@azure/msal-node";

const env = process.env;
const authority = `${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}`;
const scopes = [`${env.DATAVERSE_URL}/.default`];

function certificate(path) {
  const pem = readFileSync(path, "utf8");
  const cert = pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/)[0];
  const key = pem.match(/-----BEGIN (?:RSA )?PRIVATE KEY-----[^]+?-----END (?:RSA )?PRIVATE KEY-----/)[0];
  const der = new X509Certificate(cert).raw;
  return {
    thumbprintSha256: createHash("sha256").update(der).digest("hex"),
    privateKey: key,
    x5c: cert,
  };
}

async function whoAmI(kind, credential) {
  const app = new ConfidentialClientApplication({
    auth: { clientId: env.AZURE_CLIENT_ID, authority, knownAuthorities: [new URL(authority).host], ...credential },
  });
  const token = await app.acquireTokenByClientCredential({ scopes });
  const answer = await fetch(`${env.DATAVERSE_URL}/api/data/v9.2/WhoAmI`, {
    headers: { Authorization: `Bearer ${token.accessToken}`, Accept: "application/json" },
  });
  console.log(JSON.stringify({ kind, status: answer.status, body: await answer.json() }));
}

await whoAmI("secret", { clientSecret: env.AZURE_CLIENT_SECRET });
await whoAmI("certificate", { clientCertificate: certificate(env.AZURE_CLIENT_CERTIFICATE_PATH) });

// A wrong secret must reach the caller as the authority worded it.
try {
  await whoAmI("wrong", { clientSecret: "not-the-secret" });
} catch (e) {
  console.log(JSON.stringify({ kind: "wrong", error: e.errorCode, message: e.errorMessage ?? e.message }));
}
