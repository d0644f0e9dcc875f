import { fieldsAt, listAt, textAt, textsByName } from "../../../effect/field";
import { selects } from "../../../effect/object";
import {
  fullHost,
  type KnownObject,
  missingPods,
  type Model,
  objectsOf,
  type Workload,
  workloadsSelected,
} from "../../../effect";
import { amongObjects, type Audited, hasWorkloads } from "../audited";
import type { AuditRule } from "../rule";
import { deployment, documents, policy, service, subsets } from "./examples";
import { destinationsIn, servicesOf } from "./routes";

const networking = "networking.istio.io";

/** The effect of a selector that selects nothing, by kind. */
const effects: Readonly<Record<string, string>> = {
  AuthorizationPolicy: "it protects nothing",
  PeerAuthentication: "it applies to no pod",
  RequestAuthentication: "no token is checked",
  Telemetry: "it applies to no pod",
  PodDisruptionBudget: "it keeps no pod available",
  NetworkPolicy: "it applies to no pod",
  Sidecar: "it applies to no proxy",
  EnvoyFilter: "it changes no proxy",
  ProxyConfig: "it changes no proxy",
  TrafficExtension: "it changes no proxy",
  WasmPlugin: "it changes no proxy",
  DestinationRule: "it applies to no client",
  Service: "it has no endpoints",
  Gateway: "no proxy opens its ports",
  HorizontalPodAutoscaler: "it scales nothing",
};

export const emptySelector: AuditRule = {
  code: "MW926",
  severity: "warning",
  title: "a selector that selects no workload",
  why: [
    "A policy whose selector selects no pod has no effect, and its workload keeps the defaults: it accepts every request.",
    "Istio and Kubernetes accept such a selector silently.",
  ],
  see: {
    title: "WorkloadSelector",
    url: "https://istio.io/latest/docs/reference/config/type/workload-selector/",
  },
  ignore: "another repository or an operator deploys the workload to the same namespace.",
  examples: {
    wrong: documents(
      deployment("cart"),
      policy("carts", "rules: [{ from: [{ source: { namespaces: [shop] } }] }]"),
    ),
    right: documents(
      deployment("cart"),
      policy("cart", "rules: [{ from: [{ source: { namespaces: [shop] } }] }]"),
    ),
  },
  *find(audited) {
    for (const object of audited.objects) {
      const effect = effects[object.kind];
      if (effect === undefined || isOtherGroup(object)) continue;
      const [missing] = missingPods(audited.model, object);
      if (missing === undefined) continue;
      if (!isSelectable(audited, object)) {
        yield {
          object,
          unknown:
            object.kind === "Gateway"
              ? "Pods of gateways are not among the objects, so selectors of Gateways are not judged."
              : `Workloads of the namespace ${object.namespace} may be missing among the objects, so what selects them is not judged.`,
        };
        continue;
      }
      yield {
        object,
        path: "spec",
        message: `There is ${missing}${isEverywhere(audited, object) ? "" : ` in the namespace ${object.namespace}`}${amongObjects(audited)}, so ${effect}.`,
        fix: "Correct the labels, or remove the object",
      };
    }
  },
};

/** Kinds of other projects with the name of one of these. */
function isOtherGroup({ kind, group }: KnownObject): boolean {
  return (kind === "Gateway" && group !== networking) || (kind === "Service" && group !== "");
}

function isEverywhere({ model }: Audited, { kind, namespace }: KnownObject): boolean {
  return kind === "Gateway" || namespace === model.settings.rootNamespace;
}

function isSelectable(audited: Audited, { kind, namespace }: KnownObject): boolean {
  if (kind !== "Gateway") return hasWorkloads(audited, namespace);
  return audited.complete || audited.model.workloads.some(({ proxy }) => proxy === "gateway");
}

export const emptySubset: AuditRule = {
  code: "MW925",
  severity: "warning",
  title: "a subset without pods",
  why: [
    "Requests to a subset whose labels no pod of the service has get 503.",
    "A subset selects among the pods of its service: it can't add pods that the Service does not select.",
  ],
  see: {
    title: "Subset",
    url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
  },
  ignore: "the version is deployed later, and no route leads to it yet.",
  examples: {
    wrong: documents(service("reviews"), deployment("reviews", { labels: "version: v1" }), subsets("v2")),
    right: documents(service("reviews"), deployment("reviews", { labels: "version: v1" }), subsets("v1")),
  },
  *find(audited) {
    const { model } = audited;
    const routed = routedSubsets(model);
    for (const object of objectsOf(model, "DestinationRule", networking)) {
      const host = fullHost(
        textAt(object.spec, "host") ?? "",
        object.namespace,
        model.settings.clusterDomain,
      );
      const service = servicesOf(model, host).find(({ registry }) => registry === "kubernetes");
      if (service?.selector === undefined) continue;
      const pods = podsOf(model, service.selector, service.namespace);
      // A service without pods has a finding of its own.
      if (pods.length === 0) continue;
      for (const [i, subset] of listAt(object.spec, "subsets").entries()) {
        const labels = textsByName(subset, "labels");
        if (pods.some((one) => selects(labels, one.labels))) continue;
        const name = textAt(subset, "name") ?? "";
        const other = Object.entries(service.selector).find(
          ([key, value]) => key in labels && labels[key] !== value,
        );
        const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
        yield {
          object,
          path: `spec.subsets[${i}]`,
          message:
            `No pod of the Service ${service.namespace}/${service.from.name} has the labels ${text.join(", ")} of the subset ${name}` +
            (other ? `: the Service selects ${other.join("=")}.` : ".") +
            (routed.has(`${host} ${name}`)
              ? " A route leads to the subset, so requests on it get 503."
              : " No route leads to it."),
          fix: "Correct the labels, deploy the version, or remove the subset",
        };
      }
    }
  },
};

function podsOf(model: Model, labels: Readonly<Record<string, string>>, namespace: string): Workload[] {
  return workloadsSelected(model.workloads, labels, namespace);
}

/** Subsets that VirtualServices route to, as `<host> <subset>`. */
function routedSubsets(model: Model): Set<string> {
  const isUsed = (object: KnownObject, path: string): boolean => {
    const [, protocol = "", i, j] = /^spec\.(\w+)\[(\d+)\]\.route\[(\d+)\]/.exec(path) ?? [];
    const routes = listAt(listAt(object.spec, protocol)[Number(i)], "route");
    return i === undefined || routes.length < 2 || Number(routes[Number(j)]?.weight ?? 0) > 0;
  };
  return new Set(
    objectsOf(model, "VirtualService", networking).flatMap((object) =>
      destinationsIn(object, model)
        .filter(({ path }) => isUsed(object, path))
        .map(({ host, fields }) => `${host} ${textAt(fieldsAt({ fields }, "fields"), "subset") ?? ""}`),
    ),
  );
}
