import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import selfsigned from "selfsigned";
import type { MeshDefinition } from "../../catalog";
import { type LocalPulumi, localPulumi, localStack } from "../../cli/pulumi";
import { analyze } from "../../cli/verify";
import type { IstioControlPlaneArgs } from "../../components";
import { type SandboxStatus, startSandbox } from "../../sandbox";
import { istioCharts } from "../../toolchain/pins";
import { type Harness, harness } from "../sandbox/harness";

const repository = join(__dirname, "..", "..");
const http = { port: 8080, protocol: "http" } as const;
const workload = { image: "registry.example.com/app:1.0.0", resources: { requests: { cpu: "10m" } } };

/** A service that calls a host outside of the mesh, and that people reach through the gateway. */
function catalogOf(name: string, service: string, own: Partial<MeshDefinition>): MeshDefinition {
  return {
    name,
    environment: "dev",
    services: {
      [service]: { ports: { http }, workload, calls: { mail: { methods: ["POST"] } } },
      [`${service}-store`]: { ports: { http }, workload },
    },
    externalServices: {
      mail: {
        host: `mail.${name}.example.com`,
        ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
        tls: { mode: "SIMPLE" },
        egressGateway: true,
      },
    },
    gateways: {
      public: {
        hosts: {
          [`${name}.example.com`]: {
            tls: { credentialName: name },
            routes: [{ prefix: "/", service, methods: ["GET"] }],
          },
        },
      },
    },
    telemetry: { accessLogging: { provider: "envoy" } },
    networkPolicies: {},
    ...own,
  };
}

const shop = catalogOf("shop", "web", {});
// The shop's settings apply to the gateways that all of them use.
const telemetry = { accessLogging: { provider: "envoy" }, gateways: false } as const;
const bank = catalogOf("bank", "ledger", { telemetry });
const orders = catalogOf("orders", "list", { namespace: "shop", sharedNamespaces: ["shop"], telemetry });

const kinds = [
  "authorizationpolicies.security.istio.io",
  "deployments",
  "destinationrules.networking.istio.io",
  "gateways.networking.istio.io",
  "namespaces",
  "networkpolicies",
  "peerauthentications.security.istio.io",
  "serviceaccounts",
  "serviceentries.networking.istio.io",
  "services",
  "sidecars.networking.istio.io",
  "telemetries.telemetry.istio.io",
  "virtualservices.networking.istio.io",
];

describe("three catalogs of three stacks on one cluster", () => {
  let h: Harness;
  let status: SandboxStatus;
  const projects = new Map<string, { folder: string; pulumi: LocalPulumi }>();

  before(async () => {
    h = await harness();
    status = await startSandbox(h.options(h.folder()));
    for (const { name } of [shop, bank, orders]) {
      const folder = mkdtempSync(join(tmpdir(), `${name}-`));
      symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
      writeFileSync(join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\nmain: index.js\n`);
      writeFileSync(
        join(folder, "index.js"),
        `const { IstioControlPlane, ServiceMesh, istiodFor } = require(${JSON.stringify(join(repository, "dist", "pulumi"))});
const { controlPlane, asked, catalog } = require("./args.json");
const istiod = controlPlane && { ...istiodFor(asked), ...controlPlane.istiod };
const dependsOn = controlPlane ? [new IstioControlPlane("istio", { ...controlPlane, istiod })] : [];
if (catalog) new ServiceMesh(catalog.name, { catalog }, { dependsOn });
`,
      );
      const pulumi = await localPulumi(h.toolchain, status, folder, { environment: "dev" });
      projects.set(name, { folder, pulumi });
    }
  });
  after(async () => {
    for (const { folder } of projects.values()) await rm(folder, { recursive: true, force: true });
    await h.clean();
  });

  const kubectl = (...args: string[]): Promise<string> => h.kubectl(status.state, args);

  /** Runs a command of a catalog's stack under the policy pack, which must succeed. */
  async function run(name: string, command: "up" | "destroy", args: object = {}): Promise<void> {
    const project = projects.get(name);
    if (project === undefined) throw new Error(`there is no project ${name}`);
    const { folder, pulumi } = project;
    if (command === "up") writeFileSync(join(folder, "args.json"), JSON.stringify(args));
    const target = ["--stack", localStack, "--config-file", pulumi.configFile, "--non-interactive", "--yes"];
    const pack = command === "up" ? pulumi.underPack(join(repository, "policy-pack")) : [];
    const { exitCode, all } = await execa(pulumi.program, [command, "--skip-preview", ...pack, ...target], {
      ...pulumi.options,
      reject: false,
      all: true,
    });
    expect(exitCode, all).to.equal(0);
  }

  const controlPlane = (): IstioControlPlaneArgs => {
    const { validationURL = "", injectionURL = "" } = status.istiod ?? {};
    const gateways = ["istio-ingress", "istio-egress"].map((name) => ({
      name,
      values: { autoscaling: { enabled: false } },
    }));
    return {
      version: istioCharts.version,
      repository: status.chartRepository ?? "",
      base: { base: { validationURL } },
      istiod: { base: { validationURL }, istiodRemote: { injectionURL } },
      gateways,
    };
  };

  /** What the cluster has of a catalog's objects: each by its name, with its identity and what it says. */
  async function objectsOf(name: string): Promise<Record<string, string>> {
    const selector = `app.kubernetes.io/managed-by=meshwright,app.kubernetes.io/part-of=${name}`;
    const text = await kubectl("get", kinds.join(","), "-A", "-l", selector, "-o", "json");
    const { items } = JSON.parse(text) as {
      items: { kind: string; metadata: { name: string; namespace?: string; uid: string }; spec?: unknown }[];
    };
    return Object.fromEntries(
      items.map(({ kind, metadata: { namespace = "", name: own, uid }, spec }) => [
        `${kind} ${namespace}/${own}`,
        `${uid} ${JSON.stringify(spec)}`,
      ]),
    );
  }

  const meshWide = (): Promise<string> =>
    kubectl("get", "peerauthentication", "default", "-n", "istio-system", "-o", "jsonpath={.spec.mtls.mode}");

  const complaints = async (): Promise<unknown> =>
    (await analyze(h.toolchain.program("istioctl"), status.kubeconfig)).filter(
      ({ level }) => level !== "Info",
    );

  it("come up one after the other under the pack, and istioctl analyze says nothing", async () => {
    await run("shop", "up", { controlPlane: controlPlane(), asked: shop, catalog: shop });
    await run("bank", "up", { catalog: bank });
    await run("orders", "up", { catalog: orders });
    const { cert, private: key } = await selfsigned.generate([{ name: "commonName", value: "Shop" }], {
      keySize: 2048,
    });
    for (const { name } of [shop, bank, orders]) {
      const secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: "istio-ingress" },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": cert, "tls.key": key },
      };
      await h.kubectl(status.state, ["apply", "-f", "-"], JSON.stringify(secret));
    }
    expect(await complaints()).to.deep.equal([]);
    expect(await meshWide()).to.equal("STRICT");
  });

  it("have no object in common, and guard each their own pods", async () => {
    const all = await Promise.all([shop, bank, orders].map(({ name }) => objectsOf(name)));
    const names = all.flatMap((objects) => Object.keys(objects));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).to.deep.equal([]);
    expect(names).to.include.members([
      "Namespace /shop",
      "Namespace /bank",
      "AuthorizationPolicy shop/default-deny",
      "AuthorizationPolicy shop/list-store",
      "PeerAuthentication shop/list",
      "NetworkPolicy shop/list",
      "Gateway shop/public",
      "Gateway shop/public-orders",
      "DestinationRule istio-egress/shop",
      "DestinationRule istio-egress/orders",
    ]);
    const { items } = JSON.parse(await kubectl("get", "pods", "-n", "shop", "-o", "json")) as {
      items: {
        metadata: { labels: { app: string } };
        spec: Record<string, { name: string }[] | undefined>;
      }[];
    };
    expect([...new Set(items.map(({ metadata }) => metadata.labels.app))]).to.have.members(
      [shop, orders].flatMap(({ services }) => Object.keys(services)),
    );
    for (const { metadata, spec } of items) {
      const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
      expect(
        containers.map(({ name }) => name),
        metadata.labels.app,
      ).to.include("istio-proxy");
    }
  });

  it("leave the others and the mesh untouched when one is destroyed", async () => {
    const before = { shop: await objectsOf("shop"), orders: await objectsOf("orders") };
    await run("bank", "destroy");
    expect(await objectsOf("bank")).to.deep.equal({});
    expect(await objectsOf("shop")).to.deep.equal(before.shop);
    expect(await objectsOf("orders")).to.deep.equal(before.orders);
    expect(await meshWide()).to.equal("STRICT");

    await run("orders", "destroy");
    expect(await objectsOf("orders")).to.deep.equal({});
    expect(await objectsOf("shop")).to.deep.equal(before.shop);
    expect(await meshWide()).to.equal("STRICT");
    expect(await complaints()).to.deep.equal([]);
  });

  it("leave the mesh STRICT when the last one goes", async () => {
    await run("shop", "up", { controlPlane: controlPlane(), asked: shop });
    expect(await objectsOf("shop")).to.deep.equal({});
    expect(await meshWide()).to.equal("STRICT");
  });
});
