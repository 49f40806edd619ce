// dataverse-webapi, unmodified, which knows port 443 alone: every function that it exports.
// Prints one JSON line per step; the last names the functions that answered.
import { ConfidentialClientApplication } from "@azure/msal-node";
import * as library from "dataverse-webapi/lib/node";

const env = process.env;
const url = env.CLOUD_URL;
const app = new ConfidentialClientApplication({
  auth: { clientId: env.AZURE_CLIENT_ID, authority: `https://login.microsoftonline.com/${env.AZURE_TENANT_ID}`, clientSecret: env.AZURE_CLIENT_SECRET },
});
const { accessToken } = await app.acquireTokenByClientCredential({ scopes: [`${url}/.default`] });
// The constructor takes a slash away, the second of https://, and a next page's address stays in
// the configuration.
const fresh = () => Object.assign(new library.WebApiConfig("9.2", accessToken, url), { url: `${url}/api/data/v9.2` });

const say = (step, value) => console.log(JSON.stringify({ step, value: value ?? null }));
const answered = new Set();
const api = new Proxy({}, { get: (_, name) => async (...args) => {
  const value = await library[name](fresh(), ...args);
  answered.add(name);
  return value;
} });
const bare = (id) => id.replace(/^.*\(|\)$/g, "");

const contact = bare(await api.create("contacts", { firstname: "Data", lastname: "Verse" }));
const account = await api.createWithReturnData("accounts", { name: "Webapi Ltd", revenue: 10, "primarycontactid@odata.bind": `contacts(${contact})` }, "$select=name,revenue");
say("created", { name: account.name, revenue: account["revenue@OData.Community.Display.V1.FormattedValue"] });
const id = account.accountid;
await api.update("accounts", id, { telephone1: "555-0150" });
say("updated", (await api.updateWithReturnData("accounts", id, { fax: "555-0151" }, "$select=telephone1,fax")).fax);
await api.updateProperty("accounts", id, "address1_city", "Delft");
say("retrieved", await api.retrieve("accounts", id, "$select=address1_city,telephone1&$expand=primarycontactid($select=fullname)"));
await api.deleteProperty("accounts", id, "address1_city");
say("emptied", (await api.retrieve("accounts", id, "$select=address1_city")).address1_city);
say("key", (await api.retrieveAlternateKey("accounts", `accountid=${id}`, "$select=name")).name);

await api.associate("accounts", id, "contact_customer_accounts", "contacts", contact);
const parent = async () => (await api.retrieve("contacts", contact, "$select=_parentcustomerid_value"))._parentcustomerid_value;
say("associated", (await parent()) === id);
await api.disassociate("accounts", id, "contact_customer_accounts", contact);
say("disassociated", await parent());
await api.disassociate("accounts", id, "primarycontactid");

const page = await api.retrieveMultiple("accounts", "$select=name&$orderby=name", { maxPageSize: 3 });
const next = await api.retrieveMultipleNextPage(page["@odata.nextLink"], { maxPageSize: 3 });
say("pages", [page.value.length, next.value.length, page.value.at(-1).name <= next.value[0].name]);

const me = await api.unboundFunction("WhoAmI");
say("me", me.OrganizationId);
say("bound", (await api.boundFunction("systemusers", me.UserId, "RetrieveUserPrivileges")).RolePrivileges.length > 100);
await api.unboundAction("PublishAllXml");
const team = (await api.retrieveMultiple("teams", "$select=teamid&$filter=isdefault eq false")).value[0]?.teamid
  ?? bare(await api.create("teams", { name: "Webapi", teamtype: 0, "businessunitid@odata.bind": `businessunits(${me.BusinessUnitId})`, "administratorid@odata.bind": `systemusers(${me.UserId})` }));
await api.boundAction("teams", team, "AddMembersTeam", { Members: [{ "@odata.type": "Microsoft.Dynamics.CRM.systemuser", systemuserid: me.UserId }] });
say("member", (await api.retrieveMultiple(`teams(${team})/teammembership_association`, "$select=fullname")).value.length > 0);

const batch = await api.batchOperation("b1", "c1", [
  { method: "POST", queryString: "accounts", entity: { name: "Webapi One" } },
  { method: "POST", queryString: "accounts", entity: { name: "Webapi Two" } },
], ["accounts?$select=name&$filter=startswith(name,'Webapi')&$orderby=name"]);
say("batch", batch.map((part) => part.data?.value?.map((row) => row.name) ?? part.httpStatus));
say("refused", await library.create(fresh(), "accounts", { name: "x".repeat(161) }).catch((e) => e.message));

for (const row of (await api.retrieveMultiple("accounts", "$select=name&$filter=startswith(name,'Webapi')")).value) await api.deleteRecord("accounts", row.accountid);
await api.deleteRecord("contacts", contact);
say("exported", Object.keys(library).filter((name) => typeof library[name] === "function" && name !== "WebApiConfig" && name !== "default").sort());
say("answered", [...answered].sort());
