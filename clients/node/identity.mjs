// @azure/identity, unmodified: a token by secret and one by certificate, each used
// for WhoAmI. Prints one JSON line per credential.
import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";

const env = process.env;
const options = { authorityHost: env.AZURE_AUTHORITY_HOST, disableInstanceDiscovery: true };

async function whoAmI(kind, credential) {
  const token = await credential.getToken(`${env.DATAVERSE_URL}/.default`);
  const answer = await fetch(`${env.DATAVERSE_URL}/api/data/v9.2/WhoAmI`, {
    headers: { Authorization: `Bearer ${token.token}`, Accept: "application/json" },
  });
  console.log(JSON.stringify({ kind, status: answer.status, body: await answer.json() }));
}

await whoAmI("secret", new ClientSecretCredential(env.AZURE_TENANT_ID, env.AZURE_CLIENT_ID, env.AZURE_CLIENT_SECRET, options));
await whoAmI("certificate", new ClientCertificateCredential(env.AZURE_TENANT_ID, env.AZURE_CLIENT_ID, { certificatePath: env.AZURE_CLIENT_CERTIFICATE_PATH }, options));
