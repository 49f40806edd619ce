// dynamics-web-api, unmodified, with tokens of @azure/msal-node: the life of an
// account, its contact and its task. Prints one JSON line per step.
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

say("whoami", await api.callFunction("WhoAmI"));

const contact = await api.create({ collection: "contacts", data: { firstname: "Dyna", lastname: "Mics" }, returnRepresentation: true, select: ["fullname"] });
say("contact", contact);

const account = await api.create({
  collection: "accounts",
  data: { name: "Dynamics Web API Ltd", revenue: 1234.5, "primarycontactid@odata.bind": `contacts(${contact.contactid})` },
  returnRepresentation: true,
  select: ["name", "revenue"],
});
say("account", account);
const key = account.accountid;

say("retrieve", await api.retrieve({ collection: "accounts", key, select: ["name", "statecode"], includeAnnotations: "*", expand: [{ property: "primarycontactid", select: ["fullname"] }] }));

say("update", await api.update({ collection: "accounts", key, data: { name: "Dynamics Web API Limited", telephone1: "555-0100" } }));

// The library answers false where the server says 412, and throws everything else.
say("stale", { updated: await api.update({ collection: "accounts", key, data: { name: "Lost update" }, ifmatch: account["@odata.etag"] }) });

say("list", await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "name eq 'Dynamics Web API Limited'", count: true }));

const pages = [];
let page = await api.retrieveMultiple({ collection: "accounts", select: ["name"], orderBy: ["name"], maxPageSize: 4 });
for (;;) {
  pages.push(page.value.length);
  if (!page["@odata.nextLink"]) break;
  page = await api.retrieveMultiple({ collection: "accounts", maxPageSize: 4 }, page["@odata.nextLink"]);
}
say("pages", pages);

say("all", (await api.retrieveAll({ collection: "accounts", select: ["name"] })).value.length);

const upserted = "5a1f0000-0000-4000-8000-00000000dada";
say("upsert", await api.upsert({ collection: "accounts", key: upserted, data: { name: "Upserted" }, returnRepresentation: true, select: ["name"] }));

const task = await api.create({ collection: "tasks", data: { subject: "Call back", "regardingobjectid_account_task@odata.bind": `accounts(${key})` }, returnRepresentation: true, select: ["subject", "statecode"] });
say("task", task);

say("tasks", await api.retrieve({ collection: "accounts", key, select: ["name"], expand: [{ property: "Account_Tasks", select: ["subject"] }] }));

try {
  await api.create({ collection: "accounts", data: { name: "x".repeat(161) } });
  say("toolong", "accepted");
} catch (e) {
  say("toolong", { status: e.status, code: e.code, message: e.message });
}

try {
  await api.retrieveMultiple({ collection: "accounts", select: ["nosuchcolumn"] });
  say("unknown", "accepted");
} catch (e) {
  say("unknown", { status: e.status, code: e.code, message: e.message });
}

for (const id of [key, upserted]) await api.deleteRecord({ collection: "accounts", key: id });
await api.deleteRecord({ collection: "contacts", key: contact.contactid });
try {
  await api.retrieve({ collection: "accounts", key, select: ["name"] });
  say("gone", "still there");
} catch (e) {
  say("gone", { status: e.status, code: e.code, message: e.message });
}
