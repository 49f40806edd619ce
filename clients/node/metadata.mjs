// What tools make of an environment's metadata, unmodified: dynamics-web-api reads the
// definitions of tables; @sap-ux/edmx-parser reads $metadata; odata2ts makes TypeScript of $metadata, which the compiler then
// judges programs by; odata2openapi makes an OpenAPI document. Prints one JSON line per
// step; works in the directory named on the command line.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { DynamicsWebApi } from "dynamics-web-api";
import { parse as readEdmx } from "@sap-ux/edmx-parser";
import openapi from "odata2openapi";
import ts from "typescript";

const env = process.env;
const work = process.argv[2];
const authority = `${env.AZURE_AUTHORITY_HOST}/${env.AZURE_TENANT_ID}`;
const app = new ConfidentialClientApplication({
  auth: { clientId: env.AZURE_CLIENT_ID, authority, clientSecret: env.AZURE_CLIENT_SECRET, knownAuthorities: [new URL(authority).host] },
});
const token = async () => (await app.acquireTokenByClientCredential({ scopes: [`${env.DATAVERSE_URL}/.default`] })).accessToken;
const api = new DynamicsWebApi({ serverUrl: env.DATAVERSE_URL, dataApi: { version: "9.2" }, onTokenRefresh: token });

const say = (step, value) => console.log(JSON.stringify({ step, value: value ?? null }));
const failing = async (step, call) => {
  try {
    await call();
    say(step, "accepted");
  } catch (e) {
    say(step, { status: e.status, code: e.code, message: e.message });
  }
};

const tables = await api.retrieveEntities({ select: ["LogicalName", "EntitySetName"], filter: "OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned' and IsCustomizable/Value eq true" });
say("entities", tables.value);

const account = await api.retrieveEntity({ key: "LogicalName='account'", select: ["SchemaName", "ObjectTypeCode", "OwnershipType"], expand: [{ property: "Attributes", select: ["LogicalName"], filter: "IsPrimaryName eq true" }, { property: "ManyToOneRelationships", select: ["SchemaName"] }] });
say("entity", account);
say("entity-by-id", await api.retrieveEntity({ key: account.MetadataId, select: ["LogicalName"] }));

say("attributes", (await api.retrieveAttributes({ entityKey: "LogicalName='account'", castType: "Microsoft.Dynamics.CRM.MoneyAttributeMetadata", select: ["LogicalName", "Precision"] })).value);
const name = await api.retrieveAttribute({ entityKey: "LogicalName='account'", attributeKey: "LogicalName='name'" });
say("attribute", name);
say("attribute-by-id", await api.retrieveAttribute({ entityKey: account.MetadataId, attributeKey: name.MetadataId, select: ["LogicalName"] }));
say("choices", await api.retrieveAttribute({ entityKey: "LogicalName='account'", attributeKey: "LogicalName='industrycode'", castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata", select: ["LogicalName"], expand: [{ property: "OptionSet", select: ["Options"] }, { property: "GlobalOptionSet" }] }));

const relationships = await api.retrieveRelationships({ castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", select: ["SchemaName"], filter: "ReferencedEntity eq 'account' and ReferencingEntity eq 'task'" });
say("relationships", relationships.value);
say("relationship", await api.retrieveRelationship({ key: relationships.value[0].MetadataId, castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", select: ["ReferencingEntityNavigationPropertyName"] }));
say("option-sets", (await api.retrieveGlobalOptionSets()).value);
await failing("option-set", () => api.retrieveGlobalOptionSet({ key: "Name='nobody'" }));
await failing("create", () => api.createEntity({ data: { SchemaName: "new_BankAccount" } }));
await failing("unknown", () => api.retrieveEntity({ key: "LogicalName='nobody'" }));

const csdl = await api.retrieveCsdlMetadata({ addAnnotations: true });
say("csdl", { annotated: csdl.includes("Org.OData.Capabilities.V1.ChangeTracking"), start: csdl.slice(0, 38) });

const document = await fetch(`${env.DATAVERSE_URL}/api/data/v9.2/$metadata`, { headers: { authorization: `Bearer ${await token()}`, accept: "application/xml" } });
const xml = await document.text();
say("document", { status: document.status, type: document.headers.get("content-type") });

const service = await openapi.parse(xml);
const swagger = openapi.convert(service.entitySets, { ...service, host: new URL(env.DATAVERSE_URL).host, path: "/api/data/v9.2" }, service.version);
say("openapi", { path: Object.keys(swagger.paths["/accounts({accountid})"] ?? {}), revenue: swagger.definitions["Microsoft.Dynamics.CRM.account"]?.properties?.revenue });

const edmx = readEdmx(xml).schema;
const read = edmx.entityTypes.find((type) => type.name === "account");
say("edmx", {
  keys: read.keys.map((key) => key.name), revenue: read.entityProperties.find((property) => property.name === "revenue").type,
  contact: read.navigationProperties.find((property) => property.name === "primarycontactid").targetTypeName,
  sets: edmx.entitySets.filter((set) => set.name === "accounts").map((set) => set.entityTypeName), actions: edmx.actionImports.length > 5,
});

writeFileSync(join(work, "metadata.xml"), xml);
writeFileSync(join(work, "tsconfig.json"), JSON.stringify({ compilerOptions: { target: "ES2022", module: "ES2022" } }));
const odata2ts = createRequire(import.meta.url).resolve("@odata2ts/odata2ts/lib/run-cli.js");
execFileSync(process.execPath, [odata2ts, "-s", "metadata.xml", "-o", "out", "-m", "models", "-e", "ts"], { cwd: work });

// A program by the generated types, and one that gets a column and a table wrong.
const head = 'import type { account, task, WhoAmIResponse } from "./out/MicrosoftDynamicsCrmModel";\n';
const judge = (file, text) => {
  writeFileSync(join(work, file), head + text);
  const program = ts.createProgram([join(work, file)], { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, moduleResolution: ts.ModuleResolutionKind.Bundler });
  return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, " "));
};
say("typescript", judge("right.ts", `
export const city = (a: account): string | null => a.address1_city;
export const contact = (a: account): string | undefined => a.primarycontactid?.contactid;
export const first = (a: account): task | undefined => a.Account_Tasks?.[0];
export const employees = (a: account): number | null => a.numberofemployees;
export const me = (r: WhoAmIResponse): string => r.UserId;
`));
say("typescript-wrong", judge("wrong.ts", `
export const city = (a: account) => a.nosuchcolumn;
export const employees = (a: account): string => a.numberofemployees ?? 0;
`));
