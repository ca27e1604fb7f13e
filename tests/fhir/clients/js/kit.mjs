// fhir-kit-client, as it comes from npm.
import { Client } from "fhir-kit-client";
import { BASE, NHS, TOKEN, child, expect, numbers, referral, refused, run } from "./steps.mjs";

const c = new Client({ baseUrl: BASE, bearerToken: TOKEN });
const entries = (bundle) => bundle.entry ?? [];
const bundleOf = (type, ...patients) => ({
  resourceType: "Bundle",
  type,
  entry: patients.map((body, n) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${n}`,
    resource: body,
    request: { method: "POST", url: "Patient" },
  })),
});

await run([
  ["capability statement", async () => expect((await c.capabilityStatement()).fhirVersion === "4.0.1", "version")],
  ["create", async (k) => {
    k.p = await c.create({ resourceType: "Patient", body: child(0) });
    expect(k.p.id && k.p.meta.versionId === "1", "no id or version");
  }],
  ["read", async (k) => expect((await c.read({ resourceType: "Patient", id: k.p.id })).id === k.p.id, "another one")],
  ["vread", async (k) => {
    const read = await c.vread({ resourceType: "Patient", id: k.p.id, version: k.p.meta.versionId });
    expect(read.meta.versionId === "1", "another version");
  }],
  ["search by identifier", async (k) => {
    const found = await c.search({ resourceType: "Patient", searchParams: { identifier: `${NHS}|${numbers[0]}` } });
    expect(entries(found).length === 1 && found.entry[0].resource.id === k.p.id, "not found");
  }],
  ["search by POST", async () => {
    const found = await c.resourceSearch({
      resourceType: "Patient", searchParams: { family: "Oka" }, options: { postSearch: true },
    });
    expect(entries(found).length === 1, "not found");
  }],
  ["page", async (k) => {
    k.other = await c.create({ resourceType: "Patient", body: child(1) });
    const first = await c.search({ resourceType: "Patient", searchParams: { family: "Okafor", _count: 1 } });
    const second = await c.nextPage({ bundle: first });
    expect(entries(second).length === 1 && second.entry[0].resource.id !== first.entry[0].resource.id, "same page");
  }],
  ["update with version", async (k) => {
    const options = { headers: { "If-Match": `W/"${k.p.meta.versionId}"` } };
    const body = { ...k.p, gender: "male" };
    k.updated = await c.update({ resourceType: "Patient", id: k.p.id, body, options });
    expect(k.updated.gender === "male" && k.updated.meta.versionId === "2", "not updated");
    await refused(c.update({ resourceType: "Patient", id: k.p.id, body, options }), 412);
  }],
  ["patch", async (k) => {
    const jsonPatch = [{ op: "replace", path: "/gender", value: "other" }];
    const patched = await c.patch({ resourceType: "Patient", id: k.p.id, jsonPatch });
    expect(patched.gender === "other", "not patched");
  }],
  ["conditional create", async (k) => {
    const options = { headers: { "If-None-Exist": `identifier=${NHS}|${numbers[0]}` } };
    const same = await c.create({ resourceType: "Patient", body: child(0), options });
    expect(same.id === k.p.id, "made another child");
  }],
  ["history", async (k) => {
    const versions = await c.resourceHistory({ resourceType: "Patient", id: k.p.id });
    expect(entries(versions).length >= 1, "no history");
  }],
  ["refer", async (k) => {
    k.sr = await c.create({ resourceType: "ServiceRequest", body: referral(k.p.id) });
    expect(k.sr.status === "active", "not active");
  }],
  ["transaction", async () => {
    const done = await c.transaction({ body: bundleOf("transaction", child(2), child(3)) });
    expect(done.entry.every((e) => e.response.status.startsWith("201")), "not all created");
  }],
  ["batch", async () => {
    const done = await c.batch({ body: bundleOf("batch", child(4), { resourceType: "Patient" }) });
    expect(done.entry[0].response.status.startsWith("201"), "first");
    expect(done.entry[1].response.status.startsWith("4"), "second");
  }],
  ["everything", async (k) => {
    const all = await c.operation({ name: "everything", resourceType: "Patient", id: k.p.id, method: "GET" });
    expect(entries(all).some((e) => e.resource.resourceType === "EpisodeOfCare"), "no episode");
  }],
  ["compartment search", async (k) => {
    const found = await c.compartmentSearch({
      resourceType: "ServiceRequest", compartment: { resourceType: "Patient", id: k.p.id },
    });
    expect(entries(found).length === 1, "not found");
  }],
  ["delete is refused", async (k) => refused(c.delete({ resourceType: "Patient", id: k.p.id }), 405)],
  ["unknown parameter is refused", async () =>
    refused(c.search({ resourceType: "Patient", searchParams: { foo: 1 } }), 400)],
  ["what is not there", async () =>
    refused(c.read({ resourceType: "Patient", id: "00000000-0000-4000-8000-000000000000" }), 404)],
]);
