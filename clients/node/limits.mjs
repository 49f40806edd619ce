// dynamics-web-api, unmodified, in an environment with small limits: five workers make
// rows as fast as they may, each waiting as long as a refusal says. Prints one JSON line.
import { ConfidentialClientApplication } from "@azure/msal-node";
import { DynamicsWebApi } from "dynamics-web-api";

const env = process.env;
const authority = `${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}`;
const app = new ConfidentialClientApplication({
  auth: { clientId: env.AZURE_CLIENT_ID, authority, clientSecret: env.AZURE_CLIENT_SECRET, knownAuthorities: [new URL(authority).host] },
});

const api = new DynamicsWebApi({
  serverUrl: env.DATAVERSE_URL,
  dataApi: { version: "9.2" },
  onTokenRefresh: async () => (await app.acquireTokenByClientCredential({ scopes: [`${env.DATAVERSE_URL}/.default`] })).accessToken,
});

const header = (headers, name) => Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];

const refused = {};
const patiently = async (call) => {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const after = Number(header(error.headers, "retry-after"));
      if (error.status !== 429 || !(after > 0)) throw error;
      refused[error.code] = (refused[error.code] ?? 0) + 1;
      await new Promise((done) => setTimeout(done, after * 1000));
    }
  }
};

let todo = 10;
const made = [];
const worker = async () => {
  while (todo > 0) {
    const name = `limited ${todo--}`;
    made.push(await patiently(() => api.create({ collection: "accounts", data: { name } })));
  }
};
await Promise.all(Array.from({ length: 5 }, worker));
console.log(JSON.stringify({ step: "made", rows: new Set(made).size, refused }));
