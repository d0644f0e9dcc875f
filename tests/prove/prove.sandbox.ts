import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { stringify } from "yaml";
import { defineMesh, type MeshDefinition } from "../../catalog";
import { subjectOf } from "../../cli/proofSubject";
import { type Bench, openBench, type Proof, type ProofSubject } from "../../prove";
import { settled } from "../../prove/cluster";
import type { Manifest } from "../../mesh";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const one = { image: "example.com/app:1", replicas: 1 };
const definition: MeshDefinition = defineMesh({
  name: "shop",
  services: {
    web: { ports: { http }, workload: one, calls: { api: { methods: ["GET"], paths: ["/items/*"] } } },
    api: { ports: { http }, workload: one, calls: { store: {} } },
    store: { ports: { redis: { port: 6379, protocol: "redis" } }, workload: one },
  },
});
const subject = subjectFrom(definition);

function subjectFrom(catalog: MeshDefinition): ProofSubject {
  return subjectOf({ name: "shop", catalog });
}

/** The rendered object of this kind and name in the namespace of the catalog. */
function rendered({ objects }: ProofSubject, kind: string, name: string): Manifest {
  const found = objects.find(
    (object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === "shop",
  );
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** A copy of a rendered object with one field changed. */
function changed(kind: string, name: string, change: (spec: Spec) => void): Manifest {
  const copy = structuredClone(rendered(subject, kind, name)) as Manifest & { spec: Spec };
  change(copy.spec);
  return copy;
}

interface Spec {
  mtls: { mode: string };
  egress: { hosts: string[] }[];
  rules: { from: { source: { principals: string[] } }[]; to: { operation: object }[] }[];
}

/** What a mistake of a renderer would leave in the cluster, and the claims that it contradicts. */
const mutants: Record<string, { objects: readonly Manifest[]; refuted: readonly string[] }> = {
  "mutual TLS is PERMISSIVE": {
    objects: [changed("PeerAuthentication", "default", ({ mtls }) => (mtls.mode = "PERMISSIVE"))],
    // A TCP connection in plaintext is closed either way: by the listener, or by the policy, as it has no identity.
    refuted: ["web:http refuses plaintext", "api:http refuses plaintext"],
  },
  "a policy admits every method": {
    objects: [
      changed("AuthorizationPolicy", "api", ({ rules }) => {
        for (const { to } of rules)
          for (const { operation } of to) Object.assign(operation, { methods: ["*"] });
      }),
    ],
    refuted: ["shop/web may call api:http only as its calls say"],
  },
  "a policy admits every path": {
    objects: [
      changed("AuthorizationPolicy", "api", ({ rules }) => {
        for (const { to } of rules)
          for (const { operation } of to) Object.assign(operation, { paths: ["/*"] });
      }),
    ],
    refuted: ["shop/web may call api:http only as its calls say"],
  },
  "a policy admits every identity": {
    objects: [
      changed("AuthorizationPolicy", "api", ({ rules }) => {
        for (const { from } of rules) for (const { source } of from) source.principals = ["*"];
      }),
    ],
    refuted: ["api:http denies every identity without a call"],
  },
  "a policy of a TCP port admits every identity": {
    objects: [
      changed("AuthorizationPolicy", "store", ({ rules }) => {
        for (const { from } of rules) for (const { source } of from) source.principals = ["*"];
      }),
    ],
    refuted: ["store:redis denies every identity without a call"],
  },
  "a policy names another identity": {
    objects: [
      changed("AuthorizationPolicy", "api", ({ rules }) => {
        for (const { from } of rules) {
          for (const { source } of from) source.principals = ["cluster.local/ns/shop/sa/other"];
        }
      }),
    ],
    refuted: ["shop/web may call api:http, as its calls say", "web reaches api:http through its Sidecar"],
  },
  "a Sidecar lacks a callee": {
    objects: [
      changed("Sidecar", "web", ({ egress }) => {
        for (const part of egress) part.hosts = ["shop/store.shop.svc.cluster.local"];
      }),
    ],
    refuted: ["web reaches api:http through its Sidecar"],
  },
};

const refutedClaims = (proofs: readonly Proof[]): string[] =>
  proofs.filter(({ verdict }) => verdict === "refuted").map(({ claim }) => claim);

describe("prove", () => {
  let bench: Bench;
  let toRestore: Manifest[] = [];
  const apply = async (objects: readonly Manifest[]): Promise<void> => {
    toRestore = objects.map(({ kind, metadata: { name } }) => rendered(subject, kind, name));
    await bench.laboratory.apply(objects);
    await settled(bench.laboratory);
  };
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
    expect(refutedClaims(proofs)).to.deep.equal([]);
    expect(proofs.map(({ claim }) => claim)).to.include.members([
      "web:http refuses plaintext",
      "store:redis denies every identity without a call",
      "shop/web may call api:http, as its calls say",
      "shop/web may call api:http only as its calls say",
      "web reaches api:http through its Sidecar",
      "web reaches no service that it does not call",
    ]);
    expect(await bench.laboratory.problems()).to.deep.equal([]);
  });

  for (const [mistake, { objects, refuted }] of Object.entries(mutants)) {
    it(`refutes the claims that are wrong when ${mistake}`, async () => {
      await apply(objects);
      expect(refutedClaims(await bench.prove())).to.have.members(refuted);
    });
  }

  it("names the call that an override breaks, with what was expected and what was seen", async () => {
    const rules = [{ from: [{ source: { namespaces: ["shop"] } }] }];
    const overrides = { AuthorizationPolicy: { "shop/store": { spec: { rules } } } };
    const broken = rendered(subjectFrom({ ...definition, overrides }), "AuthorizationPolicy", "store");
    await apply([broken]);
    const proofs = await bench.prove("store:redis denies");
    expect(proofs).to.have.length(1);
    expect(proofs[0]).to.deep.include({ path: "services.store.ports.redis", verdict: "refuted" });
    expect(proofs[0]?.counterexample).to.deep.include({
      request: "connection from shop/web to store.shop.svc.cluster.local:6379",
      expected: "denied",
    });
    expect(proofs[0]?.counterexample?.seen).to.match(/^echo from store-/);
  });

  it("leaves nothing behind when its command is killed, beside another laboratory", async () => {
    const folder = mkdtempSync(join(tmpdir(), "prove-"));
    try {
      const file = join(folder, "catalog.yaml");
      writeFileSync(file, stringify(definition));
      const command = spawn(process.execPath, ["dist/cli/main.js", "prove", file], { stdio: "ignore" });
      let started: number[] = [];
      while (!started.some((pid) => commandLine(pid).includes("pilot-discovery"))) {
        expect(command.exitCode, "the command ended early").to.equal(null);
        await sleep(200);
        started = descendants(command.pid ?? 0);
      }
      command.kill("SIGKILL");
      for (let attempt = 0; attempt < 50 && started.some(isAlive); attempt += 1) await sleep(100);
      expect(started.filter(isAlive)).to.deep.equal([]);
      expect(readFileSync("/proc/mounts", "utf8")).not.to.include("/dev/shm/");
    } finally {
      rmSync(folder, { recursive: true });
    }
    // The other one is as it was.
    expect(refutedClaims(await bench.prove("refuses plaintext"))).to.deep.equal([]);
  });
});

function isAlive(pid: number): boolean {
  return commandLine(pid) !== "";
}

/** Empty if the process has ended. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Every process that `pid` or one of its children has started. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const isBelow = (one: number): boolean => {
    const parent = parents.get(one);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}
