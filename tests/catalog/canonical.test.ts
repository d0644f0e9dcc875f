import { expect } from "chai";
import {
  canonicalName,
  canonicalNames,
  canonicalRevision,
  type Labels,
  versionRevision,
} from "../../catalog";
import { checkMesh } from "../../mesh";
import type { MeshDefinition, Service } from "../../catalog";

const http = { port: 80, protocol: "http" } as const;

function findingsOf(definition: MeshDefinition): (readonly [string, string])[] {
  return checkMesh(definition).findings.map(({ code, path }) => [code, path] as const);
}

function serviceOf(definition: Partial<MeshDefinition["services"][string]>): Service {
  const { mesh, findings } = checkMesh({
    name: "shop",
    services: { cart: { ports: { http }, ...definition } },
  });
  const [service] = mesh?.services ?? [];
  if (!service) throw new Error(JSON.stringify(findings));
  return service;
}

describe("canonical name and revision", () => {
  const cases: [labels: Labels, name: string, revision: string][] = [
    [{ app: "cart", version: "v1" }, "cart", "v1"],
    [{ app: "cart", "app.kubernetes.io/name": "shop-cart" }, "shop-cart", "latest"],
    [{ "app.kubernetes.io/name": "shop", "service.istio.io/canonical-name": "basket" }, "basket", "latest"],
    [{ version: "v1", "app.kubernetes.io/version": "1.4.2" }, "deployment", "1.4.2"],
    [
      { "service.istio.io/canonical-revision": "blue", "app.kubernetes.io/version": "1.4.2" },
      "deployment",
      "blue",
    ],
    [{}, "deployment", "latest"],
  ];
  for (const [labels, name, revision] of cases) {
    it(`are ${name} and ${revision} with ${JSON.stringify(labels)}`, () => {
      expect([canonicalName(labels, "deployment"), canonicalRevision(labels)]).to.deep.equal([
        name,
        revision,
      ]);
    });
  }

  it("follow from the selector, the version's labels and the workload's labels", () => {
    expect(canonicalNames(serviceOf({}))).to.deep.equal(["cart"]);
    expect(canonicalNames(serviceOf({ selector: { "app.kubernetes.io/name": "shop-cart" } }))).to.deep.equal([
      "shop-cart",
    ]);
    const workload = { image: "cart:1", labels: { "app.kubernetes.io/name": "basket" } };
    expect(canonicalNames(serviceOf({ workload }))).to.deep.equal(["basket"]);
  });

  it("are the names of the workloads where the pods have no name label", () => {
    const selector = { team: "cart" };
    expect(canonicalNames(serviceOf({ selector }))).to.deep.equal(["cart"]);
    const workload = { image: "cart:1" };
    expect(canonicalNames(serviceOf({ selector, workload }))).to.deep.equal(["cart"]);
    const service = serviceOf({
      selector,
      workload,
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 50, v2: 50 } },
    });
    expect(canonicalNames(service)).to.deep.equal(["cart-v1", "cart-v2"]);
    expect(service.versions.map((version) => versionRevision(service, version))).to.deep.equal(["v1", "v2"]);
  });

  it("are told where versions or services share them, and only there", () => {
    const versions = (workload: object): MeshDefinition => ({
      name: "shop",
      services: {
        cart: {
          ports: { http },
          workload: { image: "cart:1", probes: { readiness: {} }, ...workload },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 50, v2: 50 } },
        },
      },
    });
    const told = (definition: MeshDefinition): (readonly [string, string])[] =>
      findingsOf(definition).filter(([code]) => code === "MW374" || code === "MW375");
    expect(told(versions({ labels: { "app.kubernetes.io/version": "1.4.2" } }))).to.deep.equal([
      ["MW374", "services.cart.versions"],
    ]);
    expect(told(versions({}))).to.deep.equal([]);
    const two = (web: Labels): MeshDefinition => ({
      name: "shop",
      services: { cart: { ports: { http } }, web: { ports: { http }, selector: web } },
    });
    expect(told(two({ app: "cart", "app.kubernetes.io/name": "shop-web" }))).to.deep.equal([]);
    expect(told(two({ tier: "web", "app.kubernetes.io/name": "cart" }))).to.deep.equal([
      ["MW375", "services.web.selector"],
    ]);
  });
});
