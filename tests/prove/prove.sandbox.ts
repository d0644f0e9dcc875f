import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { stringify } from "yaml";
import type { Manifest } from "../../mesh";
import { located } from "../../cli/proof/places";
import { UserError } from "../../errors/userError";
import { type Bench, combine, openBench, proveStatically } from "../../prove";
import { settled } from "../../prove/cluster";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { xdsOracle } from "../../prove/xds";
import { compareWithTraffic } from "./agreement";
import { configureMesh } from "./configureMesh";
import { commandLine, descendants, isAlive } from "./processTree";
import { randomQuestions } from "./randomQuestions";
import {
  atOnce,
  definition,
  type Mutant,
  mutants,
  mutated,
  refutations,
  refutedClaims,
  rendered,
  subject,
  subjectFrom,
} from "./shop";

describe("prove", () => {
  let bench: Bench;
  let changed: readonly Manifest[] = [];
  /** Puts objects in the place of rendered ones, and rendered ones in the place of those before. */
  const apply = async (objects: readonly Manifest[]): Promise<void> => {
    const own = objects.map(keyOf);
    const restored = changed.filter((one) => !own.includes(keyOf(one)));
    changed = objects;
    await bench.laboratory.apply([
      ...restored.map(({ kind, metadata: { name } }) => rendered(subject, kind, name)),
      ...objects,
    ]);
    await settled(bench.laboratory);
  };
  /** Changes fields of the mesh configuration; returns those that were there. */
  const configure = (fields: object): Promise<object> => configureMesh(bench.laboratory, () => fields);
  before(async () => {
    bench = await openBench(subject);
  });
  after(() => bench.stop());

  it("proves every claim of a catalog", async () => {
    const proofs = await bench.prove();
    expect(refutations(proofs)).to.deep.equal([]);
    expect(proofs.map(({ claim }) => claim)).to.include.members([
      "web:http refuses plaintext",
      "store:redis denies every identity without a call",
      "shop/web may call api:http, as its calls say",
      "shop/web may call api:http only as its calls say",
      "web reaches api:http through its Sidecar",
      "web reaches no service that it does not call",
      "web reaches no undeclared host",
      "web reaches search:tls outside of the mesh",
      "web reaches payments:http outside of the mesh, over TLS that its proxy starts",
      "the egress gateway forwards nothing to payments without an identity",
      "shop.example.com/ leads to web:http, as its route says",
      "shop.example.com/old is redirected",
      "shop.example.com redirects plain HTTP to HTTPS",
      "shop.example.com refuses TLS 1.1",
      "requests to api with x-canary: true reach v2 only",
    ]);
    expect(await bench.laboratory.problems()).to.deep.equal([]);
  });

  it("gives the answers of the model, of istiod's configuration and of explain to random questions", async () => {
    const { mesh } = subject;
    const issuer = createTokenIssuer();
    const istiod = await xdsOracle(subject, issuer);
    const tiers = { mesh, jwks: issuer.jwks, model: staticOracle(subject, issuer), istiod };
    const questions = randomQuestions(mesh, issuer, 500, 1);
    const { disagreements, explained } = await compareWithTraffic(bench, tiers, questions);
    expect(disagreements.join("\n")).to.equal("");
    expect(explained).to.be.greaterThan(250);
    // A model without the policies is told apart.
    const objects = subject.objects.filter(({ kind }) => kind !== "AuthorizationPolicy");
    const model = staticOracle({ ...subject, objects }, issuer);
    const found = await compareWithTraffic(bench, { ...tiers, model }, questions);
    expect(found.disagreements.join("\n"))
      .to.match(/static: /)
      .and.to.match(/explain: /)
      .and.not.to.match(/xds: /);
  });

  it("makes every mistake, each object once at a time", () => {
    expect(atOnce.flat().sort()).to.deep.equal(Object.keys(mutants).sort());
    for (const mistakes of atOnce) {
      const keys = mistakes.flatMap((mistake) => mutants[mistake].objects).map(keyOf);
      expect(new Set(keys).size).to.equal(keys.length);
    }
  });

  for (const mistakes of atOnce) {
    it(`refutes the claims that are wrong when ${mistakes.join("; and when ")}`, async () => {
      const made = mistakes.map((mistake): [string, Mutant] => [mistake, mutants[mistake]]);
      for (const [mistake, { only }] of made) {
        const others = made.filter(([other]) => other !== mistake).map(([, mutant]) => mutant);
        const claims = refutedClaims(await proveStatically(mutated(allOf(others)), only));
        expect(claims, `without this, but with the others: ${mistake}`).to.deep.equal([]);
      }
      const { objects, meshConfig } = allOf(made.map(([, mutant]) => mutant));
      const before = meshConfig && (await configure(meshConfig));
      await apply(objects);
      for (const [mistake, { only, refuted, byRequests = [] }] of made) {
        const claims = refutedClaims(await bench.prove(only));
        expect(claims, mistake).to.have.members([...refuted, ...byRequests]);
      }
      if (before) await configure(before);
    });
  }

  it("names what wrong overrides break, with what was expected and seen, and their lines", async () => {
    const rules = [{ from: [{ source: { namespaces: ["shop"] } }] }];
    const route = ["v1", "v2", "v3"].map((subset, index) => ({
      destination: { host: "api.shop.svc.cluster.local", subset, port: { number: 80 } },
      weight: [20, 80, 0][index],
    }));
    const overrides = {
      AuthorizationPolicy: { "shop/store": { spec: { rules } } },
      VirtualService: { "shop/api": { spec: { http: [{ route }] } } },
    };
    const catalog = { ...definition, overrides };
    const broken = subjectFrom(catalog);
    await apply([
      rendered(broken, "AuthorizationPolicy", "store"),
      rendered(broken, "VirtualService", "api"),
    ]);
    const traffic = [
      ...(await bench.prove("store:redis denies")),
      ...(await bench.prove("services.api.traffic.weights")),
    ];
    const folder = mkdtempSync(join(tmpdir(), "prove-"));
    const file = join(folder, "catalog.yaml");
    writeFileSync(file, stringify(catalog, { compat: "yaml-1.1", aliasDuplicateObjects: false }));
    const proofs = await located({ name: file, catalog }, combine({ traffic }));
    rmSync(folder, { recursive: true });
    expect(
      proofs.map(({ path, verdict, counterexample, place }) => [
        path,
        verdict,
        counterexample?.expected,
        place?.override?.object,
        place?.override?.catalog?.startsWith(`${file}:`),
      ]),
    ).to.deep.equal([
      ["services.store.ports.redis", "refuted", "denied", "AuthorizationPolicy shop/store", true],
      [
        "services.api.traffic.weights",
        "refuted",
        "70 % to v1, 30 % to v2, 0 % to v3",
        "VirtualService shop/api",
        true,
      ],
    ]);
    const [store, weights] = proofs.map(({ counterexample }) => counterexample);
    expect(store?.request).to.match(/^connection from shop\/\w+ to store\.shop\.svc/);
    expect(store?.seen).to.match(/^echo from store-/);
    expect(weights?.seen).to.match(/^\d+ × v\d, \d+ × v\d$/);
  });

  it("leaves nothing behind when its command is killed, beside another laboratory", async () => {
    await withCommand("pilot-discovery", (command) => {
      command.kill("SIGKILL");
    });
    // The other one is as it was.
    expect(refutations(await bench.prove("refuses plaintext"))).to.deep.equal([]);
  });

  it("ends without a verdict, and leaves nothing behind, when its first process is killed", async () => {
    const said = await withCommand("unshare", (_, started) => {
      killOne(started(), "unshare");
    });
    expect(said).to.contain("error: The laboratory ended, so there is no verdict.");
  });

  it("ends without a verdict, and leaves nothing behind, when a part of a pod is killed", async () => {
    const all = descendants(process.pid);
    killOne(all, "app.js");
    const error = await bench.prove().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UserError);
    const { problem, details } = error as UserError;
    expect(problem).to.equal("The laboratory ended, so there is no verdict.");
    expect(details).to.match(/the application of \S+\/\S+ ended \(SIGKILL\)/);
    await expectGone(all);
  });
});

function keyOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return [kind, namespace, name].join("/");
}

/** The changes of several mutants as those of one. */
function allOf(all: readonly Mutant[]): Mutant {
  const meshConfig = Object.assign({}, ...all.map((one) => one.meshConfig)) as object;
  return {
    objects: all.flatMap(({ objects }) => objects),
    ...(Object.keys(meshConfig).length > 0 && { meshConfig }),
    only: "",
    refuted: [],
  };
}

function killOne(pids: readonly number[], program: string): void {
  process.kill(pids.find((pid) => commandLine(pid).includes(program)) ?? 0, "SIGKILL");
}

/** Expects that processes end soon, and that the machine has none of the laboratory's mounts. */
async function expectGone(pids: readonly number[]): Promise<void> {
  for (let attempt = 0; attempt < 100 && pids.some(isAlive); attempt += 1) await sleep(100);
  expect(pids.filter(isAlive)).to.deep.equal([]);
  expect(readFileSync("/proc/mounts", "utf8")).not.to.include("/dev/shm/");
}

/** A catalog of one service: the command is killed before it matters which. */
const small = { name: "shop", services: { web: { workload: { image: "example.com/app:1" } } } };

/**
 * Starts a proof, lets `kill` kill a part of it when a program runs, and expects that it ends soon, and that nothing of it is
 * left. Returns what it has said.
 */
async function withCommand(
  program: string,
  kill: (command: ChildProcess, started: () => readonly number[]) => void,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "prove-"));
  try {
    const file = join(folder, "catalog.yaml");
    writeFileSync(file, stringify(small));
    const command = spawn(process.execPath, ["dist/cli/main.js", "prove", file, "--tier", "traffic"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    command.stderr.on("data", (part: Buffer) => (said += part.toString()));
    const started = (): number[] => descendants(command.pid ?? 0);
    while (!started().some((pid) => commandLine(pid).includes(program))) {
      expect(command.exitCode, "the command ended early").to.equal(null);
      await sleep(200);
    }
    const all = started();
    kill(command, started);
    await expectGone(all);
    for (let attempt = 0; attempt < 100 && !hasEnded(command); attempt += 1) await sleep(100);
    expect(command.exitCode ?? command.signalCode).to.be.oneOf([1, "SIGKILL"]);
    return said;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
