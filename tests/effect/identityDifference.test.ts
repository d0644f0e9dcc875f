import { expect } from "chai";
import { difference, type PlainObject, readObjects } from "../../effect";

const object = (kind: string, apiVersion: string, name: string, spec: object): PlainObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop" },
  spec,
});
const deployment = (name: string, serviceAccountName: string, labels = {}): PlainObject =>
  object("Deployment", "apps/v1", name, {
    template: {
      metadata: { labels: { app: name, ...labels } },
      spec: { serviceAccountName, containers: [{ name, ports: [{ containerPort: 8080 }] }] },
    },
  });
const common: readonly PlainObject[] = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
  },
  deployment("cart", "cart"),
  deployment("web", "web"),
  object("AuthorizationPolicy", "security.istio.io/v1", "cart", {
    selector: { matchLabels: { app: "cart" } },
    rules: [
      {
        from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
        to: [{ operation: { methods: ["GET"] } }],
      },
      { from: [{ source: { principals: ["cluster.local/ns/shop/sa/admin"] } }] },
    ],
  }),
];
const found = (old: PlainObject, now: PlainObject): string[] =>
  difference(readObjects([...common, old]), readObjects([...common, now]))
    .filter(({ kind }) => kind.startsWith("identity"))
    .map(
      ({ kind, workload, server, witness, before, after }) =>
        `${kind}: ${workload.name} ${witness?.method ?? ""} ${server?.name ?? ""}: ${before} -> ${after}`,
    );

describe("effect/identityDifference", () => {
  const sa = "cluster.local/ns/shop/sa";
  const allowed = "allowed: rule allows (AuthorizationPolicy shop/cart)";
  const denied = "denied: no rule allows (AuthorizationPolicy shop/cart)";

  it("finds what pods with the service account of others may call, though no policy has changed", () => {
    expect(found(deployment("batch", "batch"), deployment("batch", "web"))).to.deep.equal([
      `identity gained: batch GET cart: ${sa}/batch: ${denied} -> ${sa}/web: ${allowed}`,
    ]);
    expect(found(deployment("batch", "web"), deployment("batch", "batch"))).to.deep.equal([
      `identity lost: batch GET cart: ${sa}/web: ${allowed} -> ${sa}/batch: ${denied}`,
    ]);
  });

  it("finds only the requests that the other identity has besides", () => {
    expect(found(deployment("batch", "web"), deployment("batch", "admin"))).to.have.length(1);
    const [text = ""] = found(deployment("batch", "web"), deployment("batch", "admin"));
    expect(text).to.match(/^identity gained: batch (?!GET)\w+ cart: /);
    expect(found(deployment("batch", "batch"), deployment("batch", "other"))).to.deep.equal([]);
    expect(found(deployment("batch", "web"), deployment("batch", "web"))).to.deep.equal([]);
  });

  it("finds what pods may no longer call without a proxy, which has no identity", () => {
    const without = deployment("batch", "web", { "sidecar.istio.io/inject": "false" });
    expect(found(deployment("batch", "web"), without)).to.deep.equal([
      `identity lost: batch GET cart: ${sa}/web: ${allowed} -> no identity: ${denied}`,
    ]);
    expect(found(without, deployment("batch", "web"))).to.deep.equal([
      `identity gained: batch GET cart: no identity: ${denied} -> ${sa}/web: ${allowed}`,
    ]);
  });
});
