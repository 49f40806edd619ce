// dynamics-web-api, unmodified, against an environment that throttles it: what the
// caller sees, and that waiting as long as the answer says is enough. Prints one JSON
// line per step. The first two requests are throttled.
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

const say = (step, value) => console.log(JSON.stringify({ step, value: value ?? null }));
const header = (headers, name) => Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];

let waits = 0;
const patiently = async (call) => {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const after = Number(header(error.headers, "retry-after"));
      if (error.status !== 429 || !(after >= 0) || waits === 5) throw error;
      waits++;
      await new Promise((done) => setTimeout(done, after * 1000));
    }
  }
};

try {
  await api.callFunction("WhoAmI");
  say("throttled");
} catch (error) {
  say("throttled", { status: error.status, code: error.code, message: error.message, retryAfter: header(error.headers, "retry-after") });
}
say("recovered", await patiently(() => api.callFunction("WhoAmI")));
say("waits", waits);
