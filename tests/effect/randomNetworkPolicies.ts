import fc from "fast-check";
import type { PlainObject, Workload } from "../../effect";
import { object } from "./objects";

const app = fc.constantFrom("web", "api", "ledger").map((name) => ({ matchLabels: { app: name } }));
const values = fc.oneof(
  app,
  app,
  fc.constant({}),
  fc
    .record({
      operator: fc.constantFrom("In", "NotIn"),
      values: fc.uniqueArray(fc.constantFrom("web", "api", "ledger"), { minLength: 1, maxLength: 2 }),
    })
    .map((one) => ({ matchExpressions: [{ key: "app", ...one }] })),
);
const labels = fc.oneof(
  { weight: 4, arbitrary: values },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("Exists", "DoesNotExist")
      .map((operator) => ({ matchExpressions: [{ key: "app", operator }] })),
  },
);
const namespaces = fc.oneof(
  fc.constantFrom("shop", "bank").map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
  fc.constant({ matchLabels: { team: "money" } }),
  fc.constant({}),
);
const blocks = fc.constantFrom(
  { cidr: "0.0.0.0/0" },
  { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"] },
  { cidr: "8.8.0.0/16", except: ["8.8.8.0/24"] },
  { cidr: "8.8.8.0/24" },
  { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] },
);
// Of pods of other namespaces, the analyzer never finds those that have or lack a key, whatever its value.
const peer = fc.oneof(
  { weight: 3, arbitrary: labels.map((podSelector) => ({ podSelector })) },
  { weight: 2, arbitrary: namespaces.map((namespaceSelector) => ({ namespaceSelector })) },
  { weight: 2, arbitrary: fc.record({ podSelector: values, namespaceSelector: namespaces }) },
  { weight: 2, arbitrary: blocks.map((ipBlock) => ({ ipBlock })) },
);
const port = fc.oneof(
  fc.constantFrom(
    { port: 8080 },
    { port: 9000, protocol: "TCP" },
    { port: 8080, protocol: "UDP" },
    { protocol: "UDP" },
    { protocol: "TCP" },
    { port: "http" },
    { port: 8000, endPort: 8079 },
    { port: 8000, endPort: 8080 },
  ),
);

const rules = (key: "from" | "to") =>
  fc.array(
    fc.record(
      {
        [key]: fc.array(peer, { minLength: 1, maxLength: 2 }),
        ports: fc.array(port, { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 2 },
  );

/** Up to four NetworkPolicies of the namespaces `shop` and `bank`. */
export const randomNetworkPolicies: fc.Arbitrary<PlainObject[]> = fc
  .array(
    fc.record({
      namespace: fc.constantFrom("shop", "shop", "bank"),
      podSelector: labels,
      types: fc.constantFrom<readonly string[] | undefined>(
        undefined,
        ["Ingress"],
        ["Egress"],
        ["Ingress", "Egress"],
      ),
      ingress: fc.option(rules("from"), { nil: undefined }),
      egress: fc.option(rules("to"), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) =>
    list.map(({ namespace, podSelector, types, ingress, egress }, i) =>
      object("NetworkPolicy", `${namespace}/policy-${i}`, {
        podSelector,
        ...(types && { policyTypes: types }),
        ...(ingress && (types?.includes("Ingress") ?? true) && { ingress }),
        // The analyzer takes an empty list as the type Egress, which Kubernetes' defaults do not.
        ...(egress && (types?.includes("Egress") ?? egress.length > 0) && { egress }),
      }),
    ),
  );

/** Connections between pods of workloads, and with addresses outside of the cluster. */
export function randomConnections(workloads: readonly Workload[]) {
  const outside = ["8.8.8.8", "8.8.1.1", "9.9.9.9", "10.1.2.3", "10.2.2.3"];
  const end = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Workload | string>(...workloads) },
    { weight: 1, arbitrary: fc.constantFrom<Workload | string>(...outside) },
  );
  return fc.record({
    from: end,
    to: end,
    port: fc.constantFrom(8080, 8080, 9000, 8079, 8000),
    protocol: fc.constantFrom("TCP" as const, "TCP" as const, "UDP" as const),
  });
}
