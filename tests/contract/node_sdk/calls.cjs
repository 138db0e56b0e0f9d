// Every call of Autodesk's Node SDK on the paths that the emulator serves, as its README writes it.
// Usage: node calls.cjs <folder with node_modules>, and a JSON object on standard input.
// It prints one JSON object: for each call what came back, or the error.

const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const sdk = createRequire(`${process.argv[2]}/package.json`);
const { ApsConfiguration, SdkManagerBuilder, Logger } = sdk("@aps_sdk/autodesk-sdkmanager");
const { AuthenticationClient } = sdk("@aps_sdk/authentication");
const { AdminClient } = sdk("@aps_sdk/construction-account-admin");
const { DataManagementClient } = sdk("@aps_sdk/data-management");

const given = JSON.parse(readFileSync(0, "utf8"));
const { account, project, admin } = given;

const configuration = new ApsConfiguration({});
configuration.BaseAddress = new URL(given.url);
const sdkManager = SdkManagerBuilder.create().addApsConfiguration(configuration).build();
sdkManager.toggleLogging?.(false);

const results = {};

async function call(name, send) {
  try {
    results[name] = { content: (await send()) ?? null };
  } catch (error) {
    results[name] = { error: `${error.message}: ${JSON.stringify(error.axiosError?.response?.data)}` };
  }
  return results[name].content;
}

function picture() {
  return new File([Buffer.from("89504e470d0a1a0a", "hex")], "logo.png", { type: "image/png" });
}

async function companies(client, options) {
  const body = { name: "SDK Steel", trade: "Metals", country: "United States", city: "Austin" };
  const made = await call("createCompany", () => client.createCompany(account, body, options));
  const others = [{ name: "SDK Glass", trade: "Openings | Glazing" }, { name: "SDK Air", trade: "Electrical" }];
  await call("importCompanies", () => client.importCompanies(account, others, options));
  await call("getCompanies", () =>
    client.getCompanies(account, { ...options, limit: 2, offset: 1, sort: "name", field: "name,trade" }),
  );
  await call("getCompany", () => client.getCompany(made.id, account, options));
  await call("searchCompanies", () =>
    client.searchCompanies(account, { ...options, name: "SDK", partial: true, operator: "AND", sort: "name" }),
  );
  await call("patchCompanyDetails", () =>
    client.patchCompanyDetails(made.id, account, { city: "Houston" }, options),
  );
  await call("patchCompanyImage", () =>
    client.patchCompanyImage(made.id, account, picture(), options),
  );
  await call("getProjectCompanies", () =>
    client.getProjectCompanies(account, project, { ...options, limit: 5, sort: "name" }),
  );
}

async function users(client, options) {
  const body = { email: "sdk@example.com", company_id: given.company, first_name: "Sam", last_name: "Dek" };
  const made = await call("createUser", () => client.createUser(account, body, options));
  await call("importUsers", () => client.importUsers(account, [{ email: "kit@example.com" }], options));
  await call("getUsers", () =>
    client.getUsers(account, { ...options, limit: 5, offset: 0, sort: "email", field: "email,status" }),
  );
  await call("getUser", () => client.getUser(account, made.id, options));
  await call("searchUsers", () =>
    client.searchUsers(account, { ...options, email: "sdk@example.com", partial: false, limit: 1 }),
  );
  await call("patchUserDetails", () =>
    client.patchUserDetails(account, made.id, { company_id: given.company }, options),
  );
}

async function units(client, options) {
  const before = await call("getBusinessUnits", () => client.getBusinessUnits(account, options));
  const kept = before.business_units.map(({ id, parent_id, name, description }) => ({
    id,
    parent_id,
    name,
    description,
  }));
  const structure = { business_units: [...kept, { name: "SDK", parent_id: kept[0].id }] };
  await call("createBusinessUnits", () => client.createBusinessUnits(account, structure, options));
}

async function projects(client, options) {
  await call("createProjectImage", () =>
    client.createProjectImage(project, account, picture(), options),
  );
  await call("getProject", () => client.getProject(project, { ...options, fields: ["name", "status"] }));
  await call("getProjects", () =>
    client.getProjects(account, {
      ...options,
      fields: ["name", "status", "products"],
      filterClassification: ["production", "sample"],
      filterPlatform: ["bim360", "acc"],
      filterProducts: ["documentManagement", "costManagement"],
      filterName: "Tower",
      filterTextMatch: "startsWith",
      filterStatus: ["active", "pending"],
      filterType: ["Office", "Bridge"],
      filterUpdatedAt: "2000-01-01T00:00:00.000Z..",
      sort: ["name asc", "updatedAt desc"],
      limit: 50,
      offset: 0,
    }),
  );
  await call("getProjectUsers", () =>
    client.getProjectUsers(project, {
      ...options,
      filterProducts: ["documentManagement", "projectAdministration"],
      filterName: "anna",
      filterEmail: "nobody@example.com",
      orFilters: ["name", "email"],
      filterStatus: ["active", "pending"],
      filterAccessLevels: ["projectAdmin", "accountAdmin"],
      filterTextMatch: "contains",
      sort: ["addedOn desc", "name asc"],
      fields: ["email", "products", "accessLevels"],
      limit: 20,
    }),
  );
  await call("getProjectUser", () => client.getProjectUser(project, admin, options));
  await call("getUserProjects", () =>
    client.getUserProjects(account, admin, {
      ...options,
      filterId: [project],
      filterAccessLevels: ["projectAdmin", "projectMember"],
      filterPlatform: ["bim360"],
      filterStatus: ["active", "pending"],
      sort: ["name asc"],
    }),
  );
}

function folderBody(parent, name) {
  return {
    jsonapi: { version: "1.0" },
    data: {
      type: "folders",
      attributes: { name, extension: { type: "folders:autodesk.bim360:Folder", version: "1.0" } },
      relationships: { parent: { data: { type: "folders", id: parent } } },
    },
  };
}

function folderChange(id, attributes, parent) {
  const relationships = parent && { parent: { data: { type: "folders", id: parent } } };
  return { jsonapi: { version: "1.0" }, data: { type: "folders", id, attributes, relationships } };
}

async function folders(client, accessToken) {
  const id = `b.${project}`;
  const args = { accessToken };
  await call("getHubProject", () => client.getProject(account, id, args));
  const top = await call("getProjectTopFolders", () =>
    client.getProjectTopFolders(account, id, { ...args, xUserId: admin, excludeDeleted: true }),
  );
  const files = top.data.find((folder) => folder.attributes.name === "Project Files").id;
  const plans = top.data.find((folder) => folder.attributes.name === "Plans").id;
  const first = await call("createFolder", () => client.createFolder(id, folderBody(files, "01 WIP"), args));
  const second = await call("createSubfolder", () =>
    client.createFolder(id, folderBody(first.data.id, "Drawings"), { ...args, xUserId: admin }),
  );
  const change = (name, attributes, parent) =>
    call(name, () => client.patchFolder(id, second.data.id, folderChange(second.data.id, attributes, parent), args));
  await change("renameFolder", { name: "Models" });
  await change("moveFolder", {}, plans);
  await change("hideFolder", { hidden: true });
  await change("restoreFolder", { hidden: false }, first.data.id);
  await call("getFolder", () => client.getFolder(id, second.data.id, args));
  await call("getFolderParent", () => client.getFolderParent(id, second.data.id, args));
  await call("getFolderContents", () =>
    client.getFolderContents(id, first.data.id, {
      ...args,
      filterType: ["folders"],
      filterExtensionType: ["folders:autodesk.bim360:Folder"],
      pageNumber: 0,
      pageLimit: 50,
      includeHidden: true,
    }),
  );
}

async function main() {
  const authentication = new AuthenticationClient({ sdkManager });
  const scopes = ["account:read", "account:write", "data:read", "data:create", "data:write"];
  const token = await call("getTwoLeggedToken", () =>
    authentication.getTwoLeggedToken(given.clientId, given.clientSecret, scopes),
  );
  const options = { accessToken: token.access_token, region: "US" };
  const client = new AdminClient({ sdkManager });
  await companies(client, options);
  await users(client, options);
  await units(client, options);
  await projects(client, options);
  await folders(new DataManagementClient({ sdkManager }), token.access_token);
}

main().finally(() => process.stdout.write(JSON.stringify(results)));
