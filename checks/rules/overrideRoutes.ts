import { owns } from "../../catalog";
import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { sentText } from "../../effect";
import { differencesOf, workloadsText } from "../effectText";

const overriding = (hosts: string[]): object => ({
  ...webAndApi({}, {}),
  overrides: { Sidecar: { "shop/web": { spec: { egress: [{ hosts }] } } } },
});

export const text = (workloads: string, request: string, after: string): Text => ({
  message: `with the override, requests of ${workloads} fail, such as ${request}: ${after}`,
  fix: "keep a destination that exists for every declared call",
});

export const overrideRoutes: ObjectRule = {
  code: "MW914",
  severity: "error",
  title: "Overrides leave no route to nowhere",
  why: [
    "A proxy answers with 404 without a route, with 503 without a cluster, and with 502 to what may not leave the mesh.",
    "None of this is an error for Kubernetes or istiod: only the requests fail.",
  ],
  see: pages.networkIssues,
  stage: "objects",
  examples: {
    wrong: overriding(["shop/web.shop.svc.cluster.local"]),
    right: overriding(["shop/api.shop.svc.cluster.local"]),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    const services = new Set(mesh.services.map(({ host }) => host));
    const routes = mesh.overrides.VirtualService ?? {};
    // Namespaces that the catalog does not own may have Services that it does not know.
    const isTypo = (host: string): boolean => {
      const [, namespace = "", svc] = host.split(".");
      return svc === "svc" && owns(mesh, namespace) && !services.has(host);
    };
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "route broken").filter(({ by: [by], sent, missing = [] }) => {
        const own = by?.kind === "VirtualService" && Object.hasOwn(routes, `${by.namespace}/${by.name}`);
        // MW361 names the subset or port of a service in the override of the VirtualService.
        return !(own && services.has(sent?.host ?? "") && missing.length > 0) || missing.some(isTypo);
      });
      const [first] = found;
      if (first)
        yield { path: effect.path, ...text(workloadsText(found), sentText(first.sent), first.after) };
    }
  },
};
