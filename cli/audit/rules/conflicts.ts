import { selectionOf } from "../../../effect/selection";
import { fieldsAt, has, listAt, textAt, textsAt } from "../../../effect/field";
import {
  exported,
  fullHost,
  type KnownObject,
  mistakes,
  type Model,
  objectsOf,
  type Workload,
  workloadsSelected,
} from "../../../effect";
import { titleOf } from "../finding";
import { type AuditRule, findingOf, type RuleFinding } from "../rule";
import { documents, route, service, strict } from "./examples";

const networking = "networking.istio.io";

export const sharedHost: AuditRule = {
  code: "MW927",
  severity: "error",
  title: "a host in two VirtualServices of the mesh",
  why: [
    "Sidecars apply one VirtualService for each host: the oldest. They ignore the routes of all others.",
    "Which one applies changes when an object is created again.",
  ],
  see: {
    title: "ConflictingMeshGatewayVirtualServiceHosts",
    url: "https://istio.io/latest/docs/reference/config/analysis/ist0109/",
  },
  examples: {
    wrong: documents(
      service("web"),
      route("web", "mesh"),
      route("web.shop.svc.cluster.local", "mesh", "web-2"),
    ),
    right: documents(service("web"), route("web", "mesh"), route("web.example.com", "mesh", "web-2")),
  },
  find: ({ model }) => mistakes.sharedHosts(model).map(findingOf),
};

const tlsModes = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL", "PASSTHROUGH"];

export const competing: AuditRule = {
  code: "MW928",
  severity: "warning",
  title: "an object that Istio ignores because of another one",
  why: [
    "Of two PeerAuthentications, Sidecars, Telemetries, traffic policies or TLS servers for the same pods or host, Istio applies the oldest.",
    "The other one is accepted and has no effect.",
  ],
  see: {
    title: "Sidecar",
    url: "https://istio.io/latest/docs/reference/config/networking/sidecar/",
  },
  examples: {
    wrong: documents(strict, strict.replace("name: default", "name: second").replace("STRICT", "PERMISSIVE")),
    right: documents(strict, strict.replace("istio-system", "shop").replace("STRICT", "PERMISSIVE")),
  },
  *find({ model }) {
    for (const [kind, group] of exclusive) yield* sameSelector(model, kind, group);
    yield* samePolicy(model);
    yield* sameSubset(model);
    yield* sameServer(model);
  },
};

/** Kinds of which Istio applies one object to a pod, with their groups. */
const exclusive = [
  ["PeerAuthentication", "security.istio.io"],
  ["Sidecar", networking],
  ["Telemetry", "telemetry.istio.io"],
] as const;

function* sameSelector(model: Model, kind: string, group: string): Iterable<RuleFinding> {
  const seen: {
    readonly object: KnownObject;
    readonly labels: Labels;
    readonly pods: readonly Workload[];
  }[] = [];
  for (const object of objectsOf(model, kind, group)) {
    const { labels, targets } = selectionOf(object);
    // Istio applies all objects that name a Gateway.
    if (targets.length > 0) continue;
    const isWide = Object.keys(labels).length === 0;
    const pods = isWide ? [] : workloadsSelected(model.workloads, labels, object.namespace);
    const own = seen.filter((one) => one.object.namespace === object.namespace);
    const same = own.find((one) => isSame(one.labels, labels));
    const other = same ?? own.find((one) => one.pods.some((pod) => pods.includes(pod)));
    seen.push({ object, labels, pods });
    if (!other) continue;
    const shared = same ? pods : pods.filter((pod) => other.pods.includes(pod));
    const of = isWide
      ? "has the same namespace without a selector"
      : same
        ? "has the same selector"
        : "selects the same pods";
    yield {
      object,
      path: "spec",
      message: `${titleOf(other.object)} ${of}, so Istio applies only one of the two${shared.length > 0 ? ` to ${shared.length} ${shared.length === 1 ? "workload" : "workloads"}` : ""}.`,
      fix: same ? "Keep one of them" : "Select other pods, or write both into one object",
    };
  }
}

type Labels = Readonly<Record<string, string>>;

function isSame(one: Labels, other: Labels): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function* samePolicy(model: Model): Iterable<RuleFinding> {
  const seen = new Map<string, KnownObject>();
  for (const object of objectsOf(model, "DestinationRule", networking)) {
    if (!has(object.spec, "trafficPolicy") || has(object.spec, "workloadSelector")) continue;
    const key = ruleKey(object, model);
    const other = seen.get(key);
    if (!other) seen.set(key, object);
    else
      yield {
        object,
        path: "spec.trafficPolicy",
        message: `${titleOf(other)} has a trafficPolicy for the same host, so Istio applies only one of the two.`,
        fix: "Write the traffic policy of the host into one DestinationRule",
      };
  }
}

function* sameSubset(model: Model): Iterable<RuleFinding> {
  const seen = new Map<string, KnownObject>();
  for (const object of objectsOf(model, "DestinationRule", networking)) {
    if (has(object.spec, "workloadSelector")) continue;
    for (const [i, subset] of listAt(object.spec, "subsets").entries()) {
      const name = textAt(subset, "name") ?? "";
      const key = `${ruleKey(object, model)} ${name}`;
      const other = seen.get(key);
      if (!other) seen.set(key, object);
      else
        yield {
          object,
          path: `spec.subsets[${i}].name`,
          message: `${other === object ? "The same object" : titleOf(other)} has the subset ${name} of the host, so Istio applies only one of the two.`,
          fix: "Declare each subset once",
        };
    }
  }
}

function ruleKey({ spec, namespace }: KnownObject, { settings }: Model): string {
  const host = fullHost(textAt(spec, "host") ?? "", namespace, settings.clusterDomain);
  return `${namespace} ${host} ${exported(textsAt(spec, "exportTo"), namespace).sort().join(" ")}`;
}

/** Servers with TLS for the same name on a port: their certificates and modes differ, and one of them applies. */
function* sameServer(model: Model): Iterable<RuleFinding> {
  const seen = new Map<string, KnownObject>();
  for (const object of objectsOf(model, "Gateway", networking)) {
    const selector = JSON.stringify(Object.entries(selectionOf(object).labels).sort());
    for (const [i, server] of listAt(object.spec, "servers").entries()) {
      const mode = textAt(fieldsAt(server, "tls"), "mode") ?? "";
      if (!tlsModes.includes(mode)) continue;
      for (const [j, entry] of textsAt(server, "hosts").entries()) {
        const host = (entry.split("/").at(-1) ?? "").toLowerCase();
        const key = `${selector} ${String(fieldsAt(server, "port").number)} ${host}`;
        const other = seen.get(key);
        seen.set(key, other ?? object);
        if (!other || other === object) continue;
        yield {
          object,
          path: `spec.servers[${i}].hosts[${j}]`,
          message: `${titleOf(other)} has TLS for ${host} on the same port and pods, so one of the two servers has no effect.`,
          fix: "Write the server of the host into one Gateway",
        };
      }
    }
  }
}
