import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stackSide } from "../../cli/stackSide";
import type { UserError } from "../../errors/userError";
import { changesBetween } from "../../program/diff/changes";
import { deployedObjects } from "../../program/diff/deployed";
import { answer } from "../../cli/explain/answer";
import { appliedTo, withApplied } from "../../cli/liveSide";
import { sideOf, sideOfSources } from "../../cli/side";
import type { PlainObject } from "../../effect";
import { checkMesh, renderMesh } from "../../mesh";
import { inProcess } from "./inProcess";
import { Api } from "./api";

const http = { http: { port: 8080, protocol: "http" } };
const shop = (methods: readonly string[], image: { image?: string } = { image: "x:1" }) => ({
  name: "shop",
  services: {
    web: {
      ports: http,
      ...(image.image && { workload: image }),
      calls: { cart: { methods, paths: ["/api/*"] } },
    },
    cart: { ports: http, ...(image.image && { workload: image }), resilience: { timeout: "2s" } },
    stock: { ports: http, ...(image.image && { workload: image }) },
  },
});
const rendered = (catalog: object): PlainObject[] => {
  const { mesh } = checkMesh(catalog);
  if (!mesh) throw new Error("errors");
  return renderMesh(mesh) as readonly object[] as PlainObject[];
};
const source = (object: PlainObject) => ({ object, at: [] });
const namespaces = (): PlainObject[] => [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
  },
];

describe("cli: sides that are no files", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "sides-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("answer as the catalog does, from its objects alone", () => {
    const catalog = shop(["GET"]);
    const own = sideOf("shop", catalog);
    const live = sideOfSources("cluster", { objects: [...namespaces(), ...rendered(catalog)].map(source) });
    for (const [client, server, method, path] of [
      ["web", "cart", "GET", "/api/x"],
      ["web", "cart", "GET", "/apix"],
      ["web", "cart", "PUT", "/api/"],
      ["cart", "web", "GET", "/"],
      ["stock", "cart", "GET", "/api/x"],
    ] as const) {
      const question = { client, server, method, path, headers: {} };
      expect(answer(live.model, question), `${client} ${server} ${method} ${path}`).to.deep.equal(
        answer(own.model, question),
      );
    }
  });

  it("show what applying a catalog to a cluster changes, and nothing if it is there already", () => {
    const other: PlainObject = {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "by-hand", namespace: "shop" },
      spec: { action: "DENY", rules: [{ to: [{ operation: { paths: ["/api/secret"] } }] }] },
    };
    const cluster = sideOfSources("cluster", {
      objects: [...namespaces(), ...rendered(shop(["GET"])), other].map(source),
    });
    expect(changesBetween(cluster, appliedTo(cluster, sideOf("shop", shop(["GET"]))))).to.deep.equal([]);
    const widened = changesBetween(cluster, appliedTo(cluster, sideOf("shop", shop(["GET", "PUT"]))));
    expect(widened.map(({ verdict, sentence }) => `${verdict} ${sentence}`)).to.deep.equal([
      "wider shop/web may now PUT shop/cart (was GET)",
    ]);
    // What the catalog no longer has goes, and what others have applied stays.
    const { stock, ...services } = shop(["GET"]).services;
    expect(stock).to.be.an("object");
    const without = withApplied(cluster.objects, rendered({ name: "shop", services }));
    const named = without.map(({ kind, metadata }) => `${kind} ${(metadata as { name: string }).name}`);
    expect(named).to.include("AuthorizationPolicy by-hand").and.to.include("Namespace shop");
    expect(named.filter((name) => name.endsWith(" stock"))).to.deep.equal([]);
  });

  it("keep what a Service and a Namespace have from others", () => {
    const service = (spec: object): PlainObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "shop" },
      spec,
    });
    const [merged] = withApplied(
      [service({ selector: { app: "web" }, ports: [] })],
      [service({ ports: [{ port: 80 }] })],
    );
    expect(merged?.spec).to.deep.equal({ selector: { app: "web" }, ports: [{ port: 80 }] });
  });

  it("show what differs from a stack's last deployment, also for pods that others deploy", async () => {
    for (const image of [{ image: "x:1" }, {}]) {
      const state = mkdtempSync(join(folder, "state-"));
      const stacks = join(state, "pulumi", ".pulumi", "stacks", "shop");
      mkdirSync(stacks, { recursive: true });
      const resources = rendered(shop(["GET"], image)).map((inputs) => ({
        urn: "",
        type: "kubernetes:x",
        id: "1",
        inputs,
      }));
      const secret = {
        urn: "",
        type: "kubernetes:x",
        inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "shop" }, data: {} },
      };
      const latest = { resources: [...resources, secret] };
      writeFileSync(join(stacks, "local.json"), JSON.stringify({ checkpoint: { latest } }));
      const catalog = join(state, "mesh.json");
      const compared = async (methods: readonly string[]) => {
        writeFileSync(catalog, JSON.stringify(shop(methods, image)));
        const before = await stackSide(catalog, undefined, state);
        return changesBetween(before, sideOf("shop", shop(methods, image)));
      };
      expect(await compared(["GET"])).to.deep.equal([]);
      const [change, ...others] = await compared(["GET", "PUT"]);
      expect(others).to.deep.equal([]);
      expect(change?.sentence).to.equal("shop/web may now PUT shop/cart (was GET)");
    }
    expect(
      deployedObjects([
        {
          urn: "",
          type: "kubernetes:x",
          inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } },
        },
      ]),
    ).to.deep.equal([]);
    const empty = join(folder, "none");
    const refused = await stackSide(undefined, undefined, empty).catch((error: unknown) => String(error));
    expect(refused).to.contain(`There is no deployment of the sandbox in ${empty} to compare with.`);
  });

  it("need Pulumi's CLI for a stack, and say where it is", async () => {
    const { PATH } = process.env;
    process.env.PATH = folder;
    try {
      const refused = await stackSide(undefined, "dev", folder).catch((error: unknown) => error as UserError);
      expect((refused as UserError).problem).to.equal(
        "`pulumi stack export --stack dev` failed: pulumi is not on PATH.",
      );
      expect((refused as UserError).fix).to.equal("Install it: https://www.pulumi.com/docs/install/");
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("are read of a cluster by explain and diff", async () => {
    const api = new Api();
    const config = await api.start();
    try {
      const catalog = shop(["GET"]);
      const file = join(folder, "mesh.json");
      writeFileSync(file, JSON.stringify(catalog));
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, config.exportConfig());
      serve(api, [...namespaces(), ...rendered(catalog)]);
      const live = ["--cluster", "--kubeconfig", kubeconfig];
      const asked = ["web", "cart", "PUT", "/api/x"];
      const [ofCatalog, ofCluster] = [
        await inProcess(["explain", file, ...asked]),
        await inProcess(["explain", ...asked, ...live]),
      ];
      expect(ofCluster.stdout, ofCluster.stderr).to.equal(ofCatalog.stdout);
      expect([ofCluster.exitCode, ofCluster.stdout.split("\n")[0]]).to.deep.equal([
        1,
        "DENIED  web → cart PUT /api/x",
      ]);
      const named = await inProcess(["explain", file, ...asked, ...live]);
      expect([named.exitCode, named.stderr.includes("--cluster asks about a cluster")]).to.deep.equal([
        2,
        true,
      ]);
      writeFileSync(file, JSON.stringify(shop(["GET", "PUT"])));
      const diff = await inProcess(["diff", file, ...live]);
      expect(diff.stdout, diff.stderr).to.match(/^WIDER {2}shop\/web may now PUT shop\/cart \(was GET\)/);
    } finally {
      await api.stop();
    }
  });
});

/** Lets an API serve objects, as lists of their kinds. */
function serve(api: Api, objects: readonly PlainObject[]): void {
  const plural = (kind: string): string => {
    const name = kind.toLowerCase();
    return name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`;
  };
  const kinds = new Map<string, Set<string>>([["v1", new Set(["Namespace", "Service"])]]);
  for (const { apiVersion, kind } of objects)
    kinds.set(apiVersion, (kinds.get(apiVersion) ?? new Set()).add(kind));
  for (const [apiVersion, own] of kinds) {
    const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    api.objects[root] = {
      resources: [...own].map((kind) => ({
        name: plural(kind),
        kind,
        namespaced: kind !== "Namespace",
        verbs: ["list"],
      })),
    };
    for (const kind of own) {
      const items = objects.filter((one) => one.kind === kind && one.apiVersion === apiVersion);
      api.objects[`${root}/${plural(kind)}`] = { metadata: {}, items };
    }
  }
  const definitions = [...kinds].flatMap(([apiVersion, own]) => {
    const [group = "", name] = apiVersion.split("/");
    if (!group.endsWith(".istio.io")) return [];
    return [...own].map((kind) => ({
      metadata: { name: `${plural(kind)}.${group}` },
      spec: { group, names: { plural: plural(kind), kind }, versions: [{ name, storage: true }] },
    }));
  });
  api.objects["/apis/apiextensions.k8s.io/v1/customresourcedefinitions"] = {
    metadata: {},
    items: definitions,
  };
}
