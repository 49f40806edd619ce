// openid-client, unmodified: discovery, then client credentials with the secret in
// the body and in the header, and with a private key. Prints one JSON line each.
import { readFileSync } from "node:fs";
import { createPrivateKey, webcrypto } from "node:crypto";
import * as client from "openid-client";

const env = process.env;
const server = new URL(`${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}/v2.0`);

async function whoAmI(kind, authentication) {
  const config = await client.discovery(server, env.AZURE_CLIENT_ID, undefined, authentication);
  const token = await client.clientCredentialsGrant(config, { scope: `${env.DATAVERSE_URL}/.default` });
  const answer = await client.fetchProtectedResource(config, token.access_token, new URL(`${env.DATAVERSE_URL}/api/data/v9.2/WhoAmI`), "GET");
  console.log(JSON.stringify({ kind, status: answer.status, body: await answer.json() }));
}

async function privateKey(path) {
  const key = createPrivateKey(readFileSync(path, "utf8").match(/-----BEGIN (?:RSA )?PRIVATE KEY-----[^]+?-----END (?:RSA )?PRIVATE KEY-----/)[0]);
  return webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), { name: "RSA-PSS", hash: "SHA-256" }, false, ["sign"]);
}

await whoAmI("post", client.ClientSecretPost(env.AZURE_CLIENT_SECRET));
await whoAmI("basic", client.ClientSecretBasic(env.AZURE_CLIENT_SECRET));
const key = await privateKey(env.AZURE_CLIENT_CERTIFICATE_PATH);
await whoAmI("key", client.PrivateKeyJwt({ key, kid: env.KEY_ID }));

try {
  await whoAmI("wrong", client.ClientSecretPost("not-the-secret"));
} catch (e) {
  console.log(JSON.stringify({ kind: "wrong", error: e.error, message: e.error_description }));
}
