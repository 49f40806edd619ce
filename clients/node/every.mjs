// dynamics-web-api, unmodified: every function that it exports, at least once. What is
// called is watched from outside; the last line names the functions that answered. Prints
// one JSON line per step.
import { ConfidentialClientApplication } from "@azure/msal-node";
import { DynamicsWebApi } from "dynamics-web-api";

const env = process.env;
const authority = `${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}`;
const app = new ConfidentialClientApplication({
  auth: { clientId: env.AZURE_CLIENT_ID, authority, clientSecret: env.AZURE_CLIENT_SECRET, knownAuthorities: [new URL(authority).host] },
});
const token = async () => (await app.acquireTokenByClientCredential({ scopes: [`${env.DATAVERSE_URL}/.default`] })).accessToken;

const answered = new Set();

// watched notes each function that returns, or whose promise is kept.
const watched = (object) => new Proxy(object, {
  get(target, name) {
    const member = target[name];
    if (typeof member === "object" && member !== null) return watched(member);
    if (typeof member !== "function") return member;
    return (...args) => {
      const result = member.apply(target, args);
      if (!(result instanceof Promise)) {
        answered.add(name);
        return result;
      }
      return result.then((value) => (answered.add(name), value));
    };
  },
});

const say = (step, value) => console.log(JSON.stringify({ step, value: value ?? null }));
const refused = (e) => ({ status: e.status, code: e.code, message: e.message });
const label = (text) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
const kind = (name) => `Microsoft.Dynamics.CRM.${name}Metadata`;

const first = watched(new DynamicsWebApi({ serverUrl: env.DATAVERSE_URL, onTokenRefresh: token }));
first.setConfig({ dataApi: { version: "9.2" }, useEntityNames: true });
const api = watched(first.initializeInstance());

// Names of tables stand for names of sets, which the library learns from the definitions.
const contact = await api.create({ collection: "contact", data: { firstname: "Every", lastname: "Function" } });
const account = await api.create({ collection: "account", data: { name: "Every Ltd", revenue: 10 } });
say("name", api.Utility.getCollectionName("contact"));
say("address", api.Utility.toAbsoluteUrl(`accounts(${account})`) === `${env.DATAVERSE_URL}/api/data/v9.2/accounts(${account})`);

await api.update({ collection: "accounts", key: account, data: { telephone1: "555-0199" } });
await api.updateSingleProperty({ collection: "accounts", key: account, fieldValuePair: { fax: "555-0198" } });
say("retrieve", await api.retrieve({ collection: "accounts", key: account, select: ["telephone1", "fax"] }));
await api.deleteRecord({ collection: "accounts", key: account, property: "fax" });
say("emptied", (await api.retrieve({ collection: "accounts", key: account, select: ["fax"] })).fax);
const second = "5a1f0000-0000-4000-8000-00000000e7e1";
await api.upsert({ collection: "accounts", key: second, data: { name: "Every Other Ltd" } });

await api.associate({ collection: "accounts", primaryKey: account, relationshipName: "contact_customer_accounts", relatedCollection: "contacts", relatedKey: contact });
const parent = async () => (await api.retrieve({ collection: "contacts", key: contact, select: ["_parentcustomerid_value"] }))._parentcustomerid_value;
say("associated", (await parent()) === account);
await api.disassociate({ collection: "accounts", primaryKey: account, relationshipName: "contact_customer_accounts", relatedKey: contact });
say("disassociated", await parent());
await api.associateSingleValued({ collection: "accounts", primaryKey: account, navigationProperty: "primarycontactid", relatedCollection: "contacts", relatedKey: contact });
say("linked", (await api.retrieve({ collection: "accounts", key: account, navigationProperty: "primarycontactid", select: ["fullname"] })).fullname);
await api.disassociateSingleValued({ collection: "accounts", primaryKey: account, navigationProperty: "primarycontactid" });

// Lists, by the page and whole.
const mine = `accountid eq ${account} or accountid eq ${second}`;
const page = await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: mine, orderBy: ["name desc"], maxPageSize: 1, count: true });
const rest = await api.retrieveMultiple({ collection: "accounts", select: ["name"], maxPageSize: 1 }, page.oDataNextLink);
say("pages", [page.value, rest.value].map((rows) => rows.map((row) => row.name).join()).concat(page.oDataCount, rest.oDataNextLink ?? "end"));
say("all", (await api.retrieveAll({ collection: "accounts", select: ["name"], filter: mine })).value.length);
say("count", await api.count({ collection: "accounts", filter: mine }));
say("countAll", await api.countAll({ collection: "accounts", filter: mine, select: ["name"] }));
const xml = `<fetch count="1"><entity name="account"><attribute name="name"/><order attribute="name"/><filter><condition attribute="name" operator="like" value="Every%Ltd"/></filter></entity></fetch>`;
const one = await api.fetch({ collection: "accounts", fetchXml: xml, includeAnnotations: "*" });
const two = await api.fetch({ collection: "accounts", fetchXml: xml, includeAnnotations: "*", pageNumber: one.PagingInfo.nextPage, pagingCookie: one.PagingInfo.cookie });
say("fetch", [one.value[0].name, one.PagingInfo.nextPage, two.value[0].name, two.PagingInfo ?? "end"]);
say("fetchAll", (await api.fetchAll({ collection: "accounts", fetchXml: xml, includeAnnotations: "*" })).value.map((row) => row.name));

say("whoami", (await api.callFunction("WhoAmI")).OrganizationId);
say("bound", (await api.callFunction({ collection: "systemusers", key: (await api.callFunction("WhoAmI")).UserId, name: "Microsoft.Dynamics.CRM.RetrieveUserPrivileges" })).RolePrivileges.length > 100);
say("action", (await api.callAction({ collection: "accounts", actionName: "Microsoft.Dynamics.CRM.CreateMultiple", action: { Targets: [{ "@odata.type": "Microsoft.Dynamics.CRM.account", name: "Every One" }] } })).Ids.length);

api.startBatch();
api.create({ collection: "accounts", data: { name: "Every Batch" } });
api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "startswith(name,'Every')" });
say("batch", (await api.executeBatch())[1].value.map((row) => row.name).sort());

// Messages in the background: the first is asked after until it is done, of the others, which
// take their time, the last is called off.
const order = await api.callFunction({ name: "WhoAmI", respondAsync: true });
let status;
do status = await api.getBackgroundOperationStatus(order.backgroundOperationId);
while (status.backgroundOperationStateCode !== 3);
say("background", { status: status.backgroundOperationStatusCode, location: order.location === `${env.DATAVERSE_URL}/api/backgroundoperation/${order.backgroundOperationId}`, organization: status.OrganizationId });
say("late", await api.cancelBackgroundOperation(order.backgroundOperationId).catch(refused));
const Targets = Array.from({ length: 600 }, (_, i) => ({ "@odata.type": "Microsoft.Dynamics.CRM.account", name: `Every ${i}` }));
const orders = [];
for (let i = 0; i < 5; i++) orders.push(await api.callAction({ collection: "accounts", actionName: "Microsoft.Dynamics.CRM.CreateMultiple", action: { Targets }, respondAsync: true }));
say("cancel", (await api.cancelBackgroundOperation(orders.at(-1).backgroundOperationId)).backgroundOperationStateCode);
for (const { backgroundOperationId } of orders) while ((await api.getBackgroundOperationStatus(backgroundOperationId)).backgroundOperationStateCode !== 3);

// Definitions.
const table = await api.createEntity({ data: {
  "@odata.type": kind("Entity"), SchemaName: "new_Every", DisplayName: label("Every"), DisplayCollectionName: label("Everies"), OwnershipType: "UserOwned", HasNotes: false, HasActivities: false, IsActivity: false,
  Attributes: [{ "@odata.type": kind("StringAttribute"), AttributeType: "String", SchemaName: "new_Name", IsPrimaryName: true, MaxLength: 80, FormatName: { Value: "Text" }, DisplayName: label("Name") }],
} });
const whole = await api.retrieveEntity({ key: table });
whole.DisplayName.LocalizedLabels[0].Label = "Each";
await api.updateEntity({ data: whole, mergeLabels: true });
say("entities", (await api.retrieveEntities({ select: ["LogicalName", "DisplayName"], filter: "LogicalName eq 'new_every'" })).value.map((t) => t.DisplayName.UserLocalizedLabel.Label));
const choice = await api.createGlobalOptionSet({ data: { "@odata.type": kind("OptionSet"), Name: "new_everychoice", OptionSetType: "Picklist", IsGlobal: true, DisplayName: label("Choice"), Options: [{ Value: 100000000, Label: label("First") }] } });
const shared = await api.retrieveGlobalOptionSet({ key: choice, castType: kind("OptionSet") });
shared.DisplayName.LocalizedLabels[0].Label = "Choices";
await api.updateGlobalOptionSet({ data: shared, mergeLabels: true });
say("choices", (await api.retrieveGlobalOptionSets({ select: ["Name", "DisplayName"] })).value.filter((o) => o.Name === "new_everychoice").map((o) => o.DisplayName.UserLocalizedLabel.Label));
await api.createAttribute({ entityKey: table, data: { "@odata.type": kind("PicklistAttribute"), SchemaName: "new_Choice", DisplayName: label("Choice"), "GlobalOptionSet@odata.bind": `/GlobalOptionSetDefinitions(${choice})` } });
await api.createAttribute({ entityKey: table, data: { "@odata.type": kind("FileAttribute"), SchemaName: "new_Scan", DisplayName: label("Scan"), MaxSizeInKB: 32768 } });
const scan = await api.retrieveAttribute({ entityKey: table, attributeKey: "LogicalName='new_name'", castType: kind("StringAttribute") });
scan.MaxLength = 90;
await api.updateAttribute({ entityKey: table, castType: kind("StringAttribute"), data: scan });
say("attributes", (await api.retrieveAttributes({ entityKey: table, castType: kind("StringAttribute"), select: ["LogicalName", "MaxLength"], filter: "LogicalName eq 'new_name'" })).value.map((c) => c.MaxLength));
const relationship = await api.createRelationship({ data: {
  "@odata.type": kind("OneToManyRelationship"), SchemaName: "new_account_every", ReferencedEntity: "account", ReferencedAttribute: "accountid", ReferencingEntity: "new_every",
  Lookup: { "@odata.type": kind("LookupAttribute"), AttributeType: "Lookup", SchemaName: "new_AccountId", DisplayName: label("Account") },
  CascadeConfiguration: { Assign: "NoCascade", Delete: "RemoveLink", Merge: "NoCascade", Reparent: "NoCascade", Share: "NoCascade", Unshare: "NoCascade" },
} });
const found = await api.retrieveRelationship({ key: relationship, castType: kind("OneToManyRelationship") });
found.CascadeConfiguration.Delete = "Cascade";
await api.updateRelationship({ data: found, castType: kind("OneToManyRelationship") });
say("relationships", (await api.retrieveRelationships({ castType: kind("OneToManyRelationship"), filter: "SchemaName eq 'new_account_every'", select: ["SchemaName", "CascadeConfiguration"] })).value.map((r) => r.CascadeConfiguration.Delete));
say("csdl", (await api.retrieveCsdlMetadata({ addAnnotations: true })).includes('EntityType Name="new_every"'));

// A file of more than one chunk goes up and comes down as it was.
const row = await api.create({ collection: "new_everies", data: { new_name: "with a scan", "new_AccountId@odata.bind": `accounts(${account})` } });
const content = Buffer.alloc(5 << 20, "every byte of it; ");
await api.uploadFile({ collection: "new_everies", key: row, property: "new_scan", fileName: "scan.bin", data: content });
const down = await api.downloadFile({ collection: "new_everies", key: row, property: "new_scan" });
say("file", { name: down.fileName, size: down.fileSize, same: Buffer.compare(Buffer.from(down.data), content) === 0 });
await api.deleteRecord({ collection: "new_everies", key: row, property: "new_scan" });
say("nofile", (await api.retrieve({ collection: "new_everies", key: row, select: ["new_scan"] })).new_scan);

// Dataverse search, which the service lets a user ask once a second.
const pause = () => new Promise((done) => setTimeout(done, 1100));
say("search", (await api.search("every other ltd")).value[0].name);
await pause();
say("query", (await api.query({ query: { search: "every", entities: ["contact"], returnTotalRecordCount: true } })).totalrecordcount);
await pause();
say("suggest", (await api.suggest({ query: { search: "eve", entities: ["contact"] } })).value.map((found) => found.text));
await pause();
say("autocomplete", (await api.autocomplete("functi")).value);

await api.deleteRelationship({ key: relationship });
await api.deleteRecord({ collection: "EntityDefinitions", key: table });
await api.deleteGlobalOptionSet({ key: choice });
const rows = (await api.retrieveAll({ collection: "accounts", select: ["name"], filter: "startswith(name,'Every')" })).value;
for (let i = 0; i < rows.length; i += 900) {
  api.startBatch();
  for (const { accountid } of rows.slice(i, i + 900)) api.deleteRecord({ collection: "accounts", key: accountid });
  await api.executeBatch();
}
await api.deleteRecord({ collection: "contacts", key: contact });
say("answered", [...answered].sort());
