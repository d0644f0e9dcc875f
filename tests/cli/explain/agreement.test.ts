import { expect } from "chai";
import fc from "fast-check";
import { answer } from "../../../cli/explain/answer";
import { answerText } from "../../../cli/explain/answerText";
import type { Question } from "../../../cli/explain/question";
import { subjectOf } from "../../../cli/proof/subject";
import { loadSide, sideOf } from "../../../cli/side";
import type { Side } from "../../../program/diff/side";
import { loadSubject } from "../../../cli/subject";
import { deliver } from "../../../effect";
import type { ProofSubject } from "../../../prove";
import { questionsOf } from "../../../prove/claims";
import { callerOf, modelOf } from "../../../prove/model";
import { describeQuestion, type Question as Demand } from "../../../prove/question";
import { createTokenIssuer } from "../../../prove/tokens";
import { questionFor } from "../../prove/agreement";
import { randomQuestions } from "../../prove/randomQuestions";
import { subject as shop } from "../../prove/shop";

/** The verdicts that an expectation of the catalog allows. */
const verdicts: Partial<Record<Demand["expect"], readonly string[]>> = {
  answered: ["allowed"],
  denied: ["denied"],
  unreachable: ["denied", "unrouted"],
};

/** The questions that `explain` can be asked: of a client in the mesh, to a host, and without a token to validate. */
function demands(subject: ProofSubject): Demand[] {
  return questionsOf(subject, createTokenIssuer()).filter(
    ({ caller, target, through, request, expect: wanted }) =>
      caller.kind !== "unmeshed" &&
      target.kind === "host" &&
      through === undefined &&
      wanted in verdicts &&
      !Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === "authorization"),
  );
}

async function platform(name: string): Promise<ProofSubject> {
  return subjectOf(await loadSubject(name, "prod"));
}

const subjects: Readonly<Record<string, () => Promise<ProofSubject>>> = {
  "the shop": () => Promise.resolve(shop),
  ...Object.fromEntries(
    ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"].map((name) => [
      name,
      () => platform(name),
    ]),
  ),
};

describe("cli/explain: agreement", function () {
  this.timeout(120_000);
  let asked = 0;

  for (const [name, load] of Object.entries(subjects)) {
    it(`answers what the catalog demands of ${name}`, async () => {
      const subject = await load();
      const model = modelOf(subject);
      const own = demands(subject);
      expect(own.length).to.be.greaterThan(5);
      for (const demand of own) {
        const { caller, target, requestPath, request, scheme } = demand;
        const from = callerOf(model, subject.mesh, caller);
        if (!from || target.kind !== "host") continue;
        const known = model.services.some(({ host }) => host === target.host);
        if (!known) continue;
        const question: Question = {
          client: `${from.namespace}/${from.name}`,
          server: target.host,
          port: target.port,
          method: request.method ?? (request.protocol === "grpc" ? "POST" : "GET"),
          path: requestPath === "" ? "/" : requestPath,
          headers: request.headers ?? {},
          ...(scheme === "https" && { scheme }),
        };
        const found = answer(model, question);
        const text = `${demand.claim}: ${question.client ?? ""} → ${target.host} ${question.method} ${question.path}`;
        expect(verdicts[demand.expect], text).to.include(found.verdict);
        asked += 1;
      }
    });
  }

  // Proofs by requests ask about the proof's model, which has probes and no NetworkPolicies: tests/prove/agreement.demand.ts.
  it("answers random questions about what a command reads as it does about what a proof brings up", async () => {
    let compared = 0;
    for (const name of ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"]) {
      const { model: own } = await loadSide(name, "prod");
      const subject = await platform(name);
      const model = modelOf(subject);
      const issuer = createTokenIssuer();
      for (const asked of randomQuestions(subject.mesh, issuer, 400, 3)) {
        const question =
          asked.caller.kind === "identity"
            ? undefined
            : await questionFor(model, subject.mesh, issuer.jwks, asked);
        if (question === undefined || (asked.caller.kind === "unmeshed" && !asked.through)) continue;
        const found = answer(own, question);
        if (JSON.stringify(found).includes("NetworkPolicy")) continue;
        expect(found.verdict, describeQuestion(asked)).to.equal(answer(model, question).verdict);
        compared += 1;
      }
    }
    expect(compared).to.be.greaterThan(800);
  });

  it("has been asked hundreds of them", () => {
    expect(asked).to.be.greaterThan(300);
  });

  it("says the same in words as the model decides, on random requests at the borders of patterns", () => {
    const side = border();
    const { model } = side;
    const clients = ["web", "admin", "other"];
    const questions = fc.record({
      client: fc.constantFrom(...clients),
      server: fc.constantFrom("cart", "admin"),
      method: fc.constantFrom("GET", "POST", "get", "DELETE"),
      path: fc.constantFrom(
        ...["/api", "/api/", "/api/x", "/apix", "/ap", "/API/x", "/api/../x", "/api//x", "/api/%2e%2e/x"],
        ...["/health", "/health/", "/healthz", "/api/x?admin=1", "/v/1.json", "/v/.json", "/v/1.jsonx"],
      ),
      headers: fc.constantFrom<Record<string, string>>({}, { "x-test": "a" }),
      claims: fc.constantFrom(
        undefined,
        { iss: "https://auth.example.com", sub: "ada", role: "buyer" },
        { iss: "https://auth.example.com", sub: "ada", role: "buyers" },
        { iss: "https://other.example.com", sub: "ada", role: "buyer" },
      ),
    });
    const seen = new Map<string, number>();
    const check = ({ claims, ...rest }: Omit<Question, "claims"> & { claims?: object | undefined }): void => {
      const question: Question = { ...rest, ...(claims && { claims: { ...claims } }) };
      const found = answer(model, question);
      seen.set(found.verdict, (seen.get(found.verdict) ?? 0) + 1);
      const text = answerText(question, found, side);
      expect(text.split(" ")[0]?.toLowerCase()).to.equal(found.verdict);
      const client = model.workloads.find(({ name }) => name === question.client);
      if (!client) throw new Error("no client");
      const host = `${question.server}.shop.svc.cluster.local`;
      expect(found.verdict).to.equal(deliver(model, client, { ...question, host, port: 8080 }).verdict);
      for (const { at } of found.destinations) {
        for (const one of at) {
          expect(text).to.include(`    ${one.decision.answer}`);
          const denied = one.decision.answer === "denied" && one.nearest !== undefined;
          expect(text.includes("nearest rule"), text).to.equal(denied);
          // A condition that fits is not named as one that does not.
          for (const { dimension, found: value } of one.nearest?.misfits ?? []) {
            if (dimension === "method") expect(value).to.equal(one.request.method);
          }
        }
      }
    };
    fc.assert(fc.property(questions, check), { numRuns: 1500 });
    expect([...seen.keys()]).to.include.members(["allowed", "denied", "unrouted"]);
    expect(Math.min(...seen.values()), JSON.stringify([...seen])).to.be.greaterThan(100);
  });
});

/** A catalog with patterns of every form. */
function border(): Side {
  const ports = { http: { port: 8080, protocol: "http" } };
  const workload = { image: "x:1" };
  return sideOf("shop", {
    name: "shop",
    jwtRules: [{ issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks" }],
    services: {
      web: {
        ports,
        workload,
        calls: {
          cart: [
            { methods: ["GET"], paths: ["/api/*"], endUser: { claims: { role: ["buyer"] } } },
            { methods: ["GET", "POST"], paths: ["/health", "/v/*"] },
          ],
        },
      },
      admin: { ports, workload, calls: { cart: {} } },
      cart: { ports, workload },
      other: { ports, workload },
    },
  });
}
