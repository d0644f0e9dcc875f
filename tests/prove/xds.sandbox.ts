import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import type { Manifest } from "../../mesh";
import { changesOf } from "../../cli/cost/change";
import type { Exceeded } from "../../cli/cost/budgets";
import { report } from "../../cli/cost/report";
import { located } from "../../cli/proof/places";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import { meshwright } from "../cli/run";
import { combine, costOf, type Proof, proveByXds, type ProofSubject } from "../../prove";
import { proveByOracle } from "../../prove/proveByOracle";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { xdsOracle } from "../../prove/xds";
import { overrideLine, withoutPolicies } from "./mistakenOverrides";
import { compareOracles, countsText } from "./agreement";
import {
  definition,
  type Mutant,
  mutants,
  mutated,
  refutations,
  refutedClaims,
  rendered,
  subject,
  withObjects,
} from "./shop";
import { randomQuestions } from "./randomQuestions";
import { commandLine, descendants, isAlive } from "./processTree";
import { sharedAnswers } from "./sharedAnswers";
import { deskWith, otherAnswers, provenClaims } from "./desk";
import { wrongOverrides } from "./wrongOverrides";

const platforms = ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"];
const examples = ["bookinfo", "online-boutique", "opentelemetry-demo"];
const random = 1_000;

const load = async (name: string): Promise<ProofSubject> =>
  subjectOf(
    platforms.includes(name)
      ? await loadSubject(name, "prod")
      : await loadSubject(`examples/${name}/catalog.ts`, undefined),
  );

describe("proveByXds", () => {
  for (const [index, name] of [...platforms, ...examples].entries()) {
    it(`proves ${name}, and gives the model's answer to ${random} random questions about it`, async () => {
      const own = await load(name);
      const issuer = createTokenIssuer();
      const istiod = await xdsOracle(own, issuer);
      expect(sharedAnswers(istiod, own, issuer).shared).to.be.greaterThan(10);
      const proofs = await proveByOracle(istiod, own, issuer);
      expect(refutations(proofs)).to.deep.equal([]);
      expect(openIn(proofs)).to.deep.equal([]);
      expect(proofs.filter(({ verdict }) => verdict === "proven").length).to.be.greaterThan(40);
      const questions = randomQuestions(own.mesh, issuer, random, index + 1);
      const { counts, disagreements } = compareOracles(
        staticOracle(own, issuer),
        istiod,
        own.mesh,
        questions,
      );
      expect(disagreements.join("\n")).to.equal("");
      process.stdout.write(`      ${random} questions, no disagreement: ${countsText(counts)}\n`);
      expect(counts.get("unknown") ?? 0).to.be.below(random / 20);
      expect(counts.size).to.be.at.least(4);
    });
  }

  for (const [mistake, mutant] of Object.entries<Mutant>(mutants)) {
    const { only, refuted, inEndpoints = false } = mutant;
    // They take counted requests, or endpoints in several zones.
    if (only === "services.limited.rateLimit" || inEndpoints) continue;
    it(`refutes the claims that are wrong when ${mistake}`, async () => {
      const claims = refutedClaims(await proveByXds(mutated(mutant), { only }));
      expect(claims).to.have.members(refuted);
    });
  }

  it("measures what docs/cost.md shows, the same each time, and names the proxies that a change reaches", async () => {
    const bookinfo = await load("bookinfo");
    const [cost, again] = [await costOf(bookinfo), await costOf(bookinfo)];
    expect(changesOf(cost, again)).to.deep.equal([]);
    const page = readFileSync("docs/cost.md", "utf8");
    expect(page).to.include(
      report(cost, undefined, [])
        .split("\n")
        .slice(0, -1)
        .map((line) => line.trimEnd())
        .join("\n"),
    );
    const file = join(mkdtempSync(join(tmpdir(), "cost-")), "catalog.yaml");
    // orders loses its route, which only the gateway has.
    const gateways = {
      edge: {
        hosts: {
          "shop.example.com": { tls: { credentialName: "c" }, routes: [{ prefix: "/", service: "web" }] },
        },
      },
    };
    writeFileSync(file, stringify({ ...definition, gateways }, { compat: "yaml-1.1" }));
    const reached = changesOf(
      await costOf(subjectOf({ name: "shop", catalog: definition })),
      await costOf(subjectOf(await loadSubject(file, undefined))),
    ).map(({ name }) => name);
    const over = await meshwright(["cost", file, "--budget", "1kB", "--json"]);
    rmSync(join(file, ".."), { recursive: true });
    const { exceeded, proxies } = JSON.parse(over.stdout) as {
      exceeded: Exceeded[];
      proxies: { bytes: number }[];
    };
    expect(over.exitCode).to.equal(1);
    expect(exceeded.map(({ kind, value, limit }) => [kind, value, limit])).to.deep.equal(
      proxies.map(({ bytes }) => ["configuration", bytes, 1000]),
    );
    expect(reached).to.include.members(["istio-ingress-shop"]);
    expect(reached).not.to.include.members(["api", "store"]);
  });

  it("refutes the claims that wrong overrides contradict, with what was expected and seen", async () => {
    const wrong = subjectOf({ name: "shop", catalog: parse(wrongOverrides) as object });
    const refuted = (await proveByXds(wrong)).filter(({ verdict }) => verdict === "refuted");
    expect(refuted.map(({ path, counterexample }) => ({ path, ...counterexample }))).to.deep.equal([
      {
        path: "services.api.ports.http",
        request: "GET / from shop/default to api.shop.svc.cluster.local:80",
        expected: "denied",
        seen: '200 from api-v1-0 ({"path":"/"})',
      },
      {
        path: "services.api.traffic.weights",
        request: "300 × GET http://api.shop.svc.cluster.local:80/",
        expected: "80 % to v1, 20 % to v2",
        seen: "150 × v1, 150 × v2",
      },
    ]);
  });

  it("knows what a gateway answers itself, and the clients of a database whose protocol proxies read", async () => {
    const proofs = await proveByXds(deskWith({}));
    expect(refutations(proofs)).to.deep.equal([]);
    expect(provenClaims(proofs)).to.include.members([
      "the gateway answers desk.example.com/robots.txt itself",
      "the gateway answers desk.example.com/closed itself",
      "desk/desk may call records:mongo, as its calls say",
      "callers of records keep to its limits",
    ]);
    for (const change of otherAnswers) {
      expect(refutedClaims(await proveByXds(deskWith(change)))).to.deep.equal([
        "the gateway answers desk.example.com/closed itself",
      ]);
    }
  });

  it("names the override of a filter that the model does not read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "xds-"));
    try {
      const { catalog, claim, object, place } = withoutPolicies;
      const file = join(folder, "catalog.yaml");
      writeFileSync(file, catalog);
      const own = await loadSubject(file, undefined);
      const proofs = await located(own, combine({ xds: await proveByXds(subjectOf(own), { only: claim }) }));
      expect(proofs.map(({ verdict, place: found }) => [verdict, found?.override])).to.deep.equal([
        ["refuted", { object, line: place, catalog: `${file}:${overrideLine}` }],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("divides questions with the same answer by a policy that admits one identity of many", async () => {
    const [one, issuer] = [rendered(subject, "AuthorizationPolicy", "store"), createTokenIssuer()];
    for (const principals of [["cluster.local/ns/shop/sa/cart"], ["*/sa/depot"]]) {
      const rules = [{ from: [{ source: { principals } }] }];
      const admits = {
        ...one,
        metadata: { ...one.metadata, name: "admits" },
        spec: { ...(one.spec as object), rules },
      };
      const wrong = { ...subject, objects: [...subject.objects, admits as Manifest] };
      const istiod = await xdsOracle(wrong, issuer);
      expect(sharedAnswers(istiod, wrong, issuer).shared).to.be.greaterThan(100);
      expect(refutedClaims(await proveByOracle(istiod, wrong, issuer, "services.store.ports"))).to.deep.equal(
        ["store:redis denies every identity without a call"],
      );
    }
  });

  it("says what istiod refuses", async () => {
    const broken = withObjects([
      {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "default", namespace: "istio-system" },
        spec: { mtls: { mode: "SOMETIMES" } },
      },
    ]);
    const error = await proveByXds(broken).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).to.match(/^istiod did not start with the rendered objects\.[^]*SOMETIMES/);
  });

  for (const victim of ["its command", "istiod", "the shell that runs istiod"]) {
    it(`leaves neither a process nor a file when ${victim} is killed`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "xds-"));
      try {
        const file = join(folder, "catalog.yaml");
        writeFileSync(file, stringify({ name: "shop", services: { web: {} } }));
        const command = spawn(process.execPath, ["dist/cli/main.js", "prove", file, "--tier", "xds"], {
          env: { ...process.env, TMPDIR: folder },
          stdio: ["ignore", "ignore", "pipe"],
        });
        const left = (): string[] => readdirSync(folder).filter((file) => file.startsWith("istiod-"));
        while (left().length === 0) {
          expect(command.exitCode, "the command ended early").to.equal(null);
          await sleep(20);
        }
        let said = "";
        command.stderr.on("data", (part: Buffer) => (said += part.toString()));
        const isVictim = (pid: number): boolean => {
          const line = commandLine(pid);
          if (victim === "istiod") return /^\S*pilot-discovery discovery/.test(line);
          return victim === "its command" ? pid === command.pid : line.startsWith("/bin/sh -c");
        };
        const find = (): number | undefined =>
          [command.pid ?? 0, ...descendants(command.pid ?? 0)].find(isVictim);
        while (find() === undefined) await sleep(20);
        const all = descendants(command.pid ?? 0);
        process.kill(find() ?? 0, "SIGKILL");
        for (let attempt = 0; attempt < 100 && left().length > 0; attempt += 1) await sleep(100);
        // The folder is removed after istiod has ended.
        expect(left()).to.deep.equal([]);
        for (let attempt = 0; attempt < 50 && all.some(isAlive); attempt += 1) await sleep(100);
        expect(all.filter(isAlive)).to.deep.equal([]);
        if (victim === "its command") return;
        while (command.exitCode === null) await sleep(20);
        expect(command.exitCode).to.equal(1);
        expect(said).to.contain("error: istiod ended (SIGKILL), so there is no verdict.");
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

/** The claims that are open for another reason than those in the docs. */
function openIn(proofs: readonly Proof[]): readonly string[] {
  return proofs
    .filter(({ verdict, reason = "" }) => verdict === "not provable here" && !known.test(reason))
    .map(({ claim, reason = "" }) => `${claim}: ${reason}`);
}

const known =
  /^(clusters do not show |requests do not show |it takes (requests that are counted|requests through proxies|answers of a proxy)$)/;
