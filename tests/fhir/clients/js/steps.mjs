// Runs named steps one after the other and prints one JSON line for each: what was asked, and how it went.
export const { BASE, TOKEN, NUMBERS, REFERRAL } = process.env;
export const numbers = NUMBERS.split(",");
export const NHS = "https://fhir.nhs.uk/Id/nhs-number";

export const child = (n, family = "Okafor") => ({
  resourceType: "Patient",
  identifier: [{ system: NHS, value: numbers[n] }],
  name: [{ use: "official", family, given: ["Ada"] }],
  gender: "female",
  birthDate: "2018-03-04",
});

export const referral = (patient) => {
  const sent = JSON.parse(REFERRAL);
  sent.subject = { reference: `Patient/${patient}` };
  return sent;
};

export const expect = (holds, what) => {
  if (!holds) throw new Error(what);
};

export async function run(steps) {
  const kept = {};
  for (const [name, step] of steps) {
    try {
      await step(kept);
      console.log(JSON.stringify({ step: name, ok: true }));
    } catch (error) {
      const said = error.response?.data ?? error.outcome ?? error.message;
      console.log(JSON.stringify({ step: name, ok: false, error: said }));
    }
  }
}

export async function refused(promise, status) {
  try {
    await promise;
  } catch (error) {
    const got = error.response?.status ?? error.outcome?.extension?.[0]?.valueInteger ?? error.status;
    const said = JSON.stringify(error.response?.data ?? error.outcome ?? {});
    expect(said.includes("OperationOutcome"), `no OperationOutcome: ${said}`);
    if (got !== undefined) expect(got === status, `expected ${status}, got ${got}`);
    return;
  }
  throw new Error(`was not refused with ${status}`);
}
