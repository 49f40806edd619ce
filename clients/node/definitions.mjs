// dynamics-web-api, unmodified, makes tables, columns, relationships and shared choices,
// changes them, works with rows of them and takes them away. Prints one JSON line per
// step.
import { ConfidentialClientApplication } from "@azure/msal-node";
import { DynamicsWebApi } from "dynamics-web-api";

const env = process.env;
const authority = `${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}`;
const app = new ConfidentialClientApplication({
  auth: { clientId: env.AZURE_CLIENT_ID, authority, clientSecret: env.AZURE_CLIENT_SECRET, knownAuthorities: [new URL(authority).host] },
});
const token = async () => (await app.acquireTokenByClientCredential({ scopes: [`${env.DATAVERSE_URL}/.default`] })).accessToken;
const api = new DynamicsWebApi({ serverUrl: env.DATAVERSE_URL, dataApi: { version: "9.2" }, onTokenRefresh: token });

const say = (step, value) => console.log(JSON.stringify({ step, value: value ?? null }));
const label = (text) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
const kind = (name) => `Microsoft.Dynamics.CRM.${name}Metadata`;

const table = await api.createEntity({ data: {
  "@odata.type": kind("Entity"), SchemaName: "new_Vessel", DisplayName: label("Vessel"), DisplayCollectionName: label("Vessels"), OwnershipType: "UserOwned",
  HasNotes: true, HasActivities: false, IsActivity: false,
  Attributes: [{ "@odata.type": kind("StringAttribute"), AttributeType: "String", SchemaName: "new_Name", IsPrimaryName: true, MaxLength: 80, FormatName: { Value: "Text" }, DisplayName: label("Name") }],
} });
say("table", table);
const whole = await api.retrieveEntity({ key: table });
say("read", { name: whole.LogicalName, set: whole.EntitySetName, custom: whole.IsCustomEntity, notes: whole.HasNotes });
whole.DisplayName.LocalizedLabels[0].Label = "Ship";
await api.updateEntity({ data: whole, mergeLabels: true });
say("renamed", (await api.retrieveEntity({ key: table, select: ["DisplayName"] })).DisplayName.UserLocalizedLabel.Label);

const choice = await api.createGlobalOptionSet({ data: { "@odata.type": kind("OptionSet"), Name: "new_rig", OptionSetType: "Picklist", IsGlobal: true, DisplayName: label("Rig"), Options: [{ Value: 100000000, Label: label("Sloop") }, { Value: 100000001, Label: label("Ketch") }] } });
const shared = await api.retrieveGlobalOptionSet({ key: choice, castType: "Microsoft.Dynamics.CRM.OptionSetMetadata" });
say("choice", shared.Options.map((o) => o.Label.UserLocalizedLabel.Label));
shared.DisplayName.LocalizedLabels[0].Label = "Rigging";
await api.updateGlobalOptionSet({ data: shared, mergeLabels: true });
say("choices", (await api.retrieveGlobalOptionSets({ select: ["Name", "DisplayName"] })).value.map((o) => `${o.Name} ${o.DisplayName.UserLocalizedLabel.Label}`));

const column = await api.createAttribute({ entityKey: table, data: { "@odata.type": kind("PicklistAttribute"), SchemaName: "new_Rig", DisplayName: label("Rig"), "GlobalOptionSet@odata.bind": `/GlobalOptionSetDefinitions(${choice})` } });
await api.createAttribute({ entityKey: "LogicalName='new_vessel'", data: { "@odata.type": kind("DecimalAttribute"), SchemaName: "new_Length", DisplayName: label("Length"), MinValue: 0, MaxValue: 400, Precision: 2 } });
const length = await api.retrieveAttribute({ entityKey: table, attributeKey: "LogicalName='new_length'", castType: "Microsoft.Dynamics.CRM.DecimalAttributeMetadata" });
length.MaxValue = 500;
await api.updateAttribute({ entityKey: table, castType: "Microsoft.Dynamics.CRM.DecimalAttributeMetadata", data: length });
say("column", (await api.retrieveAttribute({ entityKey: table, attributeKey: length.MetadataId, castType: "Microsoft.Dynamics.CRM.DecimalAttributeMetadata", select: ["MaxValue"] })).MaxValue);

const home = await api.createRelationship({ data: {
  "@odata.type": kind("OneToManyRelationship"), SchemaName: "new_account_vessel", ReferencedEntity: "account", ReferencedAttribute: "accountid", ReferencingEntity: "new_vessel",
  Lookup: { "@odata.type": kind("LookupAttribute"), AttributeType: "Lookup", SchemaName: "new_OwnedBy", DisplayName: label("Owned by") },
  CascadeConfiguration: { Assign: "NoCascade", Delete: "RemoveLink", Merge: "NoCascade", Reparent: "NoCascade", Share: "NoCascade", Unshare: "NoCascade" },
} });
const relationship = await api.retrieveRelationship({ key: home, castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata" });
relationship.CascadeConfiguration.Delete = "Restrict";
await api.updateRelationship({ data: relationship, castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata" });
say("relationship", (await api.retrieveRelationship({ key: home, castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata" })).CascadeConfiguration.Delete);
const crew = await api.createRelationship({ data: { "@odata.type": kind("ManyToManyRelationship"), SchemaName: "new_crew", IntersectEntityName: "new_crew", Entity1LogicalName: "new_vessel", Entity2LogicalName: "contact" } });

const owner = await api.create({ collection: "accounts", data: { name: "Yard" } });
const sailor = await api.create({ collection: "contacts", data: { lastname: "Sailor" } });
const ship = await api.create({ collection: "new_vessels", data: { new_name: "Swift", new_rig: 100000001, new_length: 12.5, "new_OwnedBy@odata.bind": `accounts(${owner})`, new_vessel_id: undefined } });
await api.associate({ collection: "new_vessels", primaryKey: ship, relationshipName: "new_crew", relatedCollection: "contacts", relatedKey: sailor });
say("row", await api.retrieve({ collection: "new_vessels", key: ship, select: ["new_name", "new_rig", "new_length"], expand: [{ property: "new_OwnedBy", select: ["name"] }, { property: "new_crew", select: ["lastname"] }], includeAnnotations: "OData.Community.Display.V1.FormattedValue" }));
await api.disassociate({ collection: "new_vessels", primaryKey: ship, relationshipName: "new_crew", relatedCollection: "contacts", relatedKey: sailor });
try {
  await api.deleteRecord({ collection: "accounts", key: owner });
} catch (e) {
  say("restricted", { status: e.status, code: e.code });
}
await api.callAction({ actionName: "PublishXml", action: { ParameterXml: "<importexportxml><entities><entity>new_vessel</entity></entities></importexportxml>" } });
await api.deleteRelationship({ key: crew });
await api.deleteRecord({ collection: `EntityDefinitions`, key: table });
await api.deleteGlobalOptionSet({ key: choice });
try {
  await api.retrieveEntity({ key: "LogicalName='new_vessel'" });
} catch (e) {
  say("gone", e.status);
}
