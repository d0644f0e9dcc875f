import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { stringify } from "yaml";
import type { Manifest } from "../../mesh";
import { located } from "../../cli/proof/places";
import { type Bench, combine, openBench } from "../../prove";
import { settled } from "../../prove/cluster";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { xdsOracle } from "../../prove/xds";
import { compareWithTraffic } from "./agreement";
import { configureMesh } from "./configureMesh";
import { commandLine, descendants, isAlive } from "./processTree";
import { randomQuestions } from "./randomQuestions";
import { definition, mutants, refutations, refutedClaims, rendered, subject, subjectFrom } from "./shop";

describe("prove", () => {
  let bench: Bench;
  let toRestore: Manifest[] = [];
  const apply = async (objects: readonly Manifest[]): Promise<void> => {
    toRestore = objects.map(({ kind, metadata: { name } }) => rendered(subject, kind, name));
    await bench.laboratory.apply(objects);
    await settled(bench.laboratory);
  };
  /** Changes fields of the mesh configuration; returns those that were there. */
  const configure = (fields: object): Promise<object> => configureMesh(bench.laboratory, () => fields);
  before(async () => {
    bench = await openBench(subject);
  });
  afterEach(async () => {
    if (toRestore.length === 0) return;
    await bench.laboratory.apply(toRestore);
    toRestore = [];
    await settled(bench.laboratory);
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

  for (const [mistake, { objects, meshConfig, only, refuted, byRequests = [] }] of Object.entries(mutants)) {
    it(`refutes the claims that are wrong when ${mistake}`, async () => {
      const before = meshConfig && (await configure(meshConfig));
      await apply(objects);
      expect(refutedClaims(await bench.prove(only))).to.have.members([...refuted, ...byRequests]);
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
    expect(refutedClaims(await bench.prove("refuses plaintext"))).to.deep.equal([]);
  });

  // The last one is the laboratory's first process, and the first one belongs to a pod.
  for (const part of ["app.js", "unshare"]) {
    it(`ends without a verdict, and leaves nothing behind, when ${part} is killed`, async () => {
      const said = await withCommand(part, (_, started) => {
        process.kill(started().find((pid) => commandLine(pid).includes(part)) ?? 0, "SIGKILL");
      });
      expect(said).to.contain("error: The laboratory ended, so there is no verdict.");
      if (part === "app.js") expect(said).to.match(/the application of \S+\/\S+ ended \(SIGKILL\)/);
    });
  }
});

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
    writeFileSync(file, stringify(definition));
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
    for (let attempt = 0; attempt < 100 && all.some(isAlive); attempt += 1) await sleep(100);
    expect(all.filter(isAlive)).to.deep.equal([]);
    for (let attempt = 0; attempt < 100 && !hasEnded(command); attempt += 1) await sleep(100);
    expect(command.exitCode ?? command.signalCode).to.be.oneOf([1, "SIGKILL"]);
    expect(readFileSync("/proc/mounts", "utf8")).not.to.include("/dev/shm/");
    return said;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
