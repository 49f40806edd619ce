// dynamics-web-api, unmodified, with tokens of @azure/msal-node: reads all rows of a filter, as often as it
// is told, and prints how many and how many milliseconds it took. Read by ../../bench.
import { ConfidentialClientApplication } from "@azure/msal-node";
import { DynamicsWebApi } from "dynamics-web-api";
import { createInterface } from "node:readline";

const env = process.env;
const authority = `${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}`;
const app = new ConfidentialClientApplication({
  auth: { clientId: env.AZURE_CLIENT_ID, authority, clientSecret: env.AZURE_CLIENT_SECRET, knownAuthorities: [new URL(authority).host] },
});
const { accessToken } = await app.acquireTokenByClientCredential({ scopes: [`${env.DATAVERSE_URL}/.default`] });
const api = new DynamicsWebApi({ serverUrl: env.DATAVERSE_URL, dataApi: { version: "9.2" }, onTokenRefresh: async () => accessToken });

for await (const _ of createInterface({ input: process.stdin })) {
  const began = performance.now();
  const all = await api.retrieveAll({ collection: "accounts", select: ["accountid", "name", "accountnumber", "createdon"], filter: env.FILTER });
  console.log(JSON.stringify({ rows: all.value.length, ms: performance.now() - began }));
}
