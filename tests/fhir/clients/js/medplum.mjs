// MedplumClient, as it comes from npm.
import { MedplumClient } from "@medplum/core";
import { BASE, NHS, TOKEN, child, expect, numbers, referral, refused, run } from "./steps.mjs";

const m = new MedplumClient({ baseUrl: BASE.replace("fhir/R4", ""), fhirUrlPath: "fhir/R4", cacheTime: 0, autoBatchTime: 0 });
m.setAccessToken(TOKEN);

await run([
  ["create", async (k) => {
    k.p = await m.createResource(child(0));
    expect(k.p.id, "no id");
  }],
  ["read", async (k) => expect((await m.readResource("Patient", k.p.id)).id === k.p.id, "another one")],
  ["search", async (k) => {
    const found = await m.searchResources("Patient", { identifier: `${NHS}|${numbers[0]}`, _count: 5 });
    expect(found.length === 1 && found[0].id === k.p.id, "not found");
  }],
  ["search one, sorted", async (k) => {
    const found = await m.searchOne("Patient", "family=Oka&_sort=-_lastUpdated");
    expect(found?.id === k.p.id, "not found");
  }],
  ["refer", async (k) => {
    k.sr = await m.createResource(referral(k.p.id));
    expect(k.sr.status === "active", "not active");
  }],
  ["search with include and total", async (k) => {
    const found = await m.search("ServiceRequest", {
      subject: `Patient/${k.p.id}`, _include: "ServiceRequest:subject", _total: "accurate",
    });
    expect(found.total === 1 && found.entry.some((e) => e.resource.resourceType === "Patient"), "not included");
  }],
  ["update", async (k) => {
    k.updated = await m.updateResource({ ...k.p, gender: "male" });
    expect(k.updated.gender === "male", "not updated");
  }],
  ["patch", async (k) => {
    const patched = await m.patchResource("Patient", k.p.id, [{ op: "replace", path: "/birthDate", value: "2018-03-05" }]);
    expect(patched.birthDate === "2018-03-05", "not patched");
  }],
  ["create if none exists", async (k) => {
    const same = await m.createResourceIfNoneExist(child(0), `identifier=${NHS}|${numbers[0]}`);
    expect(same.id === k.p.id, "made another child");
  }],
  ["upsert", async (k) => {
    const same = await m.upsertResource({ ...k.p, gender: "female" }, `identifier=${NHS}|${numbers[0]}`);
    expect(same.id === k.p.id && same.gender === "female", "not updated");
  }],
  ["history", async (k) => expect((await m.readHistory("Patient", k.p.id)).entry.length >= 1, "no history")],
  ["version", async (k) => {
    const now = await m.readResource("Patient", k.p.id);
    expect((await m.readVersion("Patient", k.p.id, now.meta.versionId)).id === k.p.id, "another one");
  }],
  ["batch", async () => {
    const done = await m.executeBatch({
      resourceType: "Bundle",
      type: "batch",
      entry: [{ resource: child(1), request: { method: "POST", url: "Patient" } }],
    });
    expect(done.entry[0].response.status.startsWith("201"), "not created");
  }],
  ["everything", async (k) => expect((await m.readPatientEverything(k.p.id)).entry.length > 2, "too little")],
  ["validate", async () => expect((await m.validateResource(child(5))).resourceType === "OperationOutcome", "no outcome")],
  ["pages", async () => {
    let pages = 0;
    for await (const page of m.searchResourcePages("Patient", { family: "Okafor", _count: 1 })) {
      expect(page.length === 1, "wrong page");
      pages += 1;
    }
    expect(pages === 2, `${pages} pages`);
  }],
  ["delete is refused", async (k) => refused(m.deleteResource("Patient", k.p.id), 405)],
]);
