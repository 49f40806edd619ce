// dynamics-web-api, unmodified: a copy of the contacts is kept by delta links, page by
// page. Prints one JSON line per step.
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

const copy = new Map();
let delta;

// sync follows the links of the library's answers; it says how many pages there were.
async function sync() {
  let pages = 0;
  const request = { collection: "contacts", select: ["fullname"], maxPageSize: 2, trackChanges: true };
  for (let link = delta; ; pages++) {
    const page = await api.retrieveMultiple(request, link);
    for (const row of page.value) {
      if (row.reason === "deleted") copy.delete(row.id);
      else copy.set(row.contactid, row.fullname);
    }
    delta = page.oDataDeltaLink;
    link = page.oDataNextLink;
    if (!link) return pages + 1;
  }
}

const made = [];
for (const lastname of ["One", "Two", "Three", "Four"]) {
  made.push((await api.create({ collection: "contacts", data: { firstname: "Tracked", lastname }, returnRepresentation: true, select: ["contactid"] })).contactid);
}
const names = () => made.map((id) => copy.get(id) ?? null);

say("several", (await sync()) > 1);
say("first", names());
say("quiet", await sync());

await api.update({ collection: "contacts", key: made[1], data: { lastname: "Twice" } });
await api.deleteRecord({ collection: "contacts", key: made[0] });
await api.deleteRecord({ collection: "contacts", key: made[3] });
say("changed", await sync());
say("second", names());
say("number", await api.count({ collection: "contacts" }) === copy.size);

const refused = (error) => ({ status: error.status, message: error.message });
say("filter", await api.retrieveMultiple({ collection: "contacts", select: ["fullname"], filter: "lastname eq 'One'", trackChanges: true }).catch(refused));
say("untracked", await api.retrieveMultiple({ collection: "privileges", select: ["name"], trackChanges: true }).catch(refused));
