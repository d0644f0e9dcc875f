import type { PlainObject } from "../../effect";
import { object, workload } from "./objects";

export const web = workload("shop/web");
export const api = workload("shop/api", { namedPorts: { http: 8080, admin: 9000 } });
export const other = workload("bank/web");
/** A NetworkPolicy of the pods of `shop/api`, unless its spec says otherwise. */
export const policy = (spec: object, name = "shop/api"): PlainObject =>
  object("NetworkPolicy", name, { podSelector: { matchLabels: { app: "api" } }, ...spec });
/** A policy with one rule for ingress. */
export const ingress = (from: object[], ports: object[] = []): PlainObject =>
  policy({ ingress: [{ ...(from.length > 0 && { from }), ...(ports.length > 0 && { ports }) }] });
/** A policy of all pods of `shop`, with one rule for egress. */
export const egress = (to: object[], ports: object[] = []): PlainObject =>
  policy(
    {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to, ...(ports.length > 0 && { ports }) }],
    },
    "shop/egress",
  );
export const namespaceOf = (name: string, labels: object = {}): PlainObject =>
  object("Namespace", name, {}, { labels });
/** A selector of the pods with a label `app`. */
export const app = (name: string): object => ({ matchLabels: { app: name } });
/** A peer: all pods of a namespace. */
export const named = (name: string): object => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});
/** A peer: a block of addresses. */
export const block = (cidr: string, ...except: string[]): object => ({
  ipBlock: { cidr, ...(except.length > 0 && { except }) },
});
