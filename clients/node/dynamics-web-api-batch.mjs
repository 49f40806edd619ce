// dynamics-web-api, unmodified, with tokens of @azure/msal-node: batches with change
// sets, links, counts, single properties, deep insert and bulk messages. Prints one
// JSON line per step.
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

// A change set: a contact, an account that names it, and a task that names the account.
api.startBatch();
api.create({ collection: "contacts", data: { firstname: "Batch", lastname: "One" }, contentId: "1" });
api.create({ collection: "accounts", data: { name: "Batched Ltd", "primarycontactid@odata.bind": "$1" }, contentId: "2" });
api.create({ collection: "tasks", data: { subject: "From a batch", "regardingobjectid_account_task@odata.bind": "$2" } });
api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "name eq 'Batched Ltd'" });
const made = await api.executeBatch();
const [contact, account, task] = made;
say("batch", { ids: made.slice(0, 3), names: made[3].value.map((row) => row.name) });

// Without change sets, the second of three fails.
const three = () => {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "kept" } });
  api.create({ collection: "accounts", data: { name: "x".repeat(161) } });
  api.create({ collection: "accounts", data: { name: "after" } });
};
three();
try {
  await api.executeBatch({ inChangeSet: false });
  say("stopped", "accepted");
} catch (errors) {
  say("stopped", errors.map((e) => e.error?.message ?? "made"));
}
three();
try {
  await api.executeBatch();
  say("undone", "accepted");
} catch (errors) {
  say("undone", errors.map((e) => e.error?.message ?? "made"));
}
say("left", await api.count({ collection: "accounts", filter: "name eq 'kept' or name eq 'after'" }));

say("count", (await api.count({ collection: "tasks" })) > 0);
say("property", await api.updateSingleProperty({ collection: "accounts", key: account, fieldValuePair: { name: "Batched Limited" } }));
say("name", (await api.retrieve({ collection: "accounts", key: account, select: ["name"] })).name);
say("reference", await api.retrieve({ collection: "accounts", key: account, navigationProperty: "primarycontactid", select: ["fullname"] }));

const other = await api.create({ collection: "accounts", data: { name: "Other Ltd" } });
await api.associate({ collection: "accounts", primaryKey: other, relationshipName: "Account_Tasks", relatedCollection: "tasks", relatedKey: task });
const tasks = async () => (await api.retrieve({ collection: "accounts", key: other, select: ["name"], expand: [{ property: "Account_Tasks", select: ["subject"] }] })).Account_Tasks.map((t) => t.subject);
say("associated", await tasks());
await api.disassociate({ collection: "accounts", primaryKey: other, relationshipName: "Account_Tasks", relatedKey: task });
say("disassociated", await tasks());
const primary = async () => (await api.retrieve({ collection: "accounts", key: other, select: ["_primarycontactid_value"] }))._primarycontactid_value;
await api.associateSingleValued({ collection: "accounts", primaryKey: other, navigationProperty: "primarycontactid", relatedCollection: "contacts", relatedKey: contact });
say("linked", (await primary()) === contact);
await api.disassociateSingleValued({ collection: "accounts", primaryKey: other, navigationProperty: "primarycontactid" });
say("unlinked", await primary());

const deep = await api.create({ collection: "accounts", data: { name: "Deep Ltd", primarycontactid: { lastname: "Down" }, Account_Tasks: [{ subject: "one" }, { subject: "two" }] } });
say("deep", await api.retrieve({ collection: "accounts", key: deep, select: ["name"], expand: [{ property: "primarycontactid", select: ["lastname"] }, { property: "Account_Tasks", select: ["subject"] }] }));

const type = "Microsoft.Dynamics.CRM.account";
const bulk = await api.callAction({ collection: "accounts", actionName: "Microsoft.Dynamics.CRM.CreateMultiple", action: { Targets: ["a", "b"].map((n) => ({ "@odata.type": type, name: `bulk ${n}` })) } });
say("bulk", bulk.Ids.length);
await api.callAction({ collection: "accounts", actionName: "Microsoft.Dynamics.CRM.UpdateMultiple", action: { Targets: bulk.Ids.map((accountid) => ({ "@odata.type": type, accountid, name: "bulk changed" })) } });
say("changed", (await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "name eq 'bulk changed'" })).value.length);

// Everything goes again, in one change set.
const rows = (await api.retrieveAll({ collection: "accounts", select: ["name"], filter: "startswith(name,'bulk') or startswith(name,'Batched') or name eq 'kept' or name eq 'after' or name eq 'Deep Ltd' or name eq 'Other Ltd'" })).value;
api.startBatch();
for (const row of rows) api.deleteRecord({ collection: "accounts", key: row.accountid });
api.deleteRecord({ collection: "contacts", key: contact });
say("deleted", (await api.executeBatch()).length === rows.length + 1);
