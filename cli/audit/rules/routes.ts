import { fieldsAt, has, listAt, numberAt, textAt, textsAt, type Fields } from "../../../effect/field";
import {
  clusterHost,
  fullHost,
  gatewayName,
  isWithin,
  type KnownObject,
  type Model,
  objectsOf,
  type ServiceHost,
} from "../../../effect";
import { amongObjects, type Audited, isListed } from "../audited";
import { listed } from "../finding";
import { backendsIn, gatewayApiRoutes } from "./gatewayApi";
import type { PlacedDestination } from "./placedDestination";
import type { AuditRule, OpenQuestion, RuleFinding } from "../rule";
import { documents, gateway, passthrough, route, routes, service, subsets } from "./examples";

const networking = "networking.istio.io";

/** Every destination of a VirtualService: of routes, mirrors and connections. */
export function destinationsIn({ spec, namespace }: KnownObject, { settings }: Model): PlacedDestination[] {
  const found: PlacedDestination[] = [];
  const add = (path: string, fields: Fields): void => {
    const host = textAt(fields, "host") ?? "";
    if (host !== "") found.push({ path, fields, host: fullHost(host, namespace, settings.clusterDomain) });
  };
  for (const protocol of ["http", "tls", "tcp"]) {
    for (const [i, route] of listAt(spec, protocol).entries()) {
      const at = `spec.${protocol}[${i}]`;
      for (const key of ["route", "mirrors"]) {
        for (const [j, one] of listAt(route, key).entries()) {
          add(`${at}.${key}[${j}].destination`, fieldsAt(one, "destination"));
        }
      }
      if (has(route, "mirror")) add(`${at}.mirror`, fieldsAt(route, "mirror"));
    }
  }
  return found;
}

/** The services of a host. ServiceEntries may have it several times. */
export function servicesOf({ services }: Model, host: string): ServiceHost[] {
  const known = byHost.get(services) ?? Map.groupBy(services, (one) => one.host);
  byHost.set(services, known);
  return known.get(host) ?? [];
}

const byHost = new WeakMap<readonly ServiceHost[], Map<string, ServiceHost[]>>();

export const missingHost: AuditRule = {
  code: "MW923",
  severity: "error",
  title: "a route to a host or port that does not exist",
  why: [
    "A proxy has no cluster for a host without a Service or ServiceEntry, and answers requests on the route with 503.",
    "A short name is a Service of the VirtualService's own namespace. Istio does not complete a name with a dot.",
  ],
  see: {
    title: "Destination",
    url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
  },
  examples: {
    wrong: documents(
      service("reviews", "name: http, port: 9080"),
      routes(
        "match: [{ headers: { end-user: { exact: jason } } }], route: [{ destination: { host: review } }]",
        "route: [{ destination: { host: reviews, port: { number: 80 } } }]",
      ),
    ),
    right: documents(
      service("reviews", "name: http, port: 9080"),
      routes("route: [{ destination: { host: reviews, port: { number: 9080 } } }]"),
    ),
  },
  *find(audited) {
    const { model } = audited;
    for (const object of objectsOf(model, "VirtualService", networking)) {
      for (const destination of destinationsIn(object, model)) yield* judgeHost(audited, object, destination);
    }
    for (const object of gatewayApiRoutes(model)) {
      for (const destination of backendsIn(object, model)) yield* judgeHost(audited, object, destination);
    }
  },
};

function* judgeHost(
  audited: Audited,
  object: KnownObject,
  { path, host, fields, backend }: PlacedDestination,
): Iterable<RuleFinding | OpenQuestion> {
  const { model } = audited;
  const services = servicesOf(model, host);
  const port = numberAt(fieldsAt(fields, "port"), "number");
  const [ofPort, ofHost, status] = backend ? ["port", "name", 500] : ["port.number", "host", 503];
  if (services.length > 0) {
    const ports = services.flatMap((one) => one.ports.map(({ number }) => number));
    if (port === undefined || ports.includes(port)) return;
    yield {
      object,
      path: `${path}.${ofPort}`,
      message: `The host ${host} has no port ${port}, so the proxy answers requests on this route with ${status}.`,
      fix: `Name one of its ports: ${listed([...new Set(ports)].map(String))}`,
    };
    return;
  }
  const full = [`${host}.svc.${model.settings.clusterDomain}`, `${host}.${model.settings.clusterDomain}`];
  const [meant] = full.filter((one) => servicesOf(model, one).length > 0);
  if (meant !== undefined) {
    yield {
      object,
      path: `${path}.host`,
      message: `The host ${host} has a dot, so Istio does not complete it, and no Service or ServiceEntry has it.`,
      fix: `Write ${meant}`,
    };
    return;
  }
  const inCluster = clusterHost(host, model.settings.clusterDomain);
  const certain = inCluster ? isListed(audited, "Service", "", inCluster.namespace) : audited.complete;
  if (!certain) {
    yield {
      object,
      unknown: inCluster
        ? `Services of the namespace ${inCluster.namespace} may be missing among the objects, so routes to them are not judged.`
        : `Hosts outside of the cluster may have ServiceEntries elsewhere, so routes to ${host} are not judged.`,
    };
    return;
  }
  yield {
    object,
    path: `${path}.${ofHost}`,
    message: `No Service and no ServiceEntry${amongObjects(audited)} has the host ${host}, so the proxy answers requests on this route with ${status}.`,
    fix: inCluster
      ? `Correct the name, or add the Service ${inCluster.namespace}/${inCluster.name}`
      : "Correct the name, or add a ServiceEntry with it",
  };
}

export const missingSubset: AuditRule = {
  code: "MW924",
  severity: "error",
  title: "a route to a subset that no DestinationRule declares",
  why: ["A proxy has no cluster for an undeclared subset, and answers requests on the route with 503."],
  see: {
    title: "503 errors after setting a destination rule",
    url: "https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule",
  },
  examples: {
    wrong: documents(
      service("reviews"),
      subsets("v1"),
      routes("route: [{ destination: { host: reviews, subset: v2 } }]"),
    ),
    right: documents(
      service("reviews"),
      subsets("v1"),
      routes("route: [{ destination: { host: reviews, subset: v1 } }]"),
    ),
  },
  *find(audited) {
    const { model } = audited;
    for (const object of objectsOf(model, "VirtualService", networking)) {
      for (const { path, host, fields } of destinationsIn(object, model)) {
        const subset = textAt(fields, "subset") ?? "";
        if (subset === "") continue;
        const rules = rulesFor(model, host);
        const declared = rules.flatMap(({ spec }) =>
          listAt(spec, "subsets").flatMap((one) => textAt(one, "name") ?? []),
        );
        if (declared.includes(subset)) continue;
        const namespace = clusterHost(host, model.settings.clusterDomain)?.namespace ?? object.namespace;
        const certain = rules.length > 0 || isListed(audited, "DestinationRule", networking, namespace);
        if (!certain) {
          yield {
            object,
            unknown: `DestinationRules of the namespace ${namespace} may be missing among the objects, so subsets are not judged.`,
          };
          continue;
        }
        yield {
          object,
          path: `${path}.subset`,
          message: `No DestinationRule${amongObjects(audited)} declares the subset ${subset} of ${host}, so the proxy answers requests on this route with 503.`,
          fix:
            declared.length > 0
              ? `Name one of its subsets: ${listed([...new Set(declared)])}, or declare ${subset}`
              : `Add a DestinationRule for ${host} with the subset ${subset}`,
        };
      }
    }
  },
};

/** The DestinationRules of a host, also with a wildcard, of any namespace. */
function rulesFor(model: Model, host: string): KnownObject[] {
  const all = objectsOf(model, "DestinationRule", networking);
  const known = byRuleHost.get(all) ?? indexed(all, model);
  byRuleHost.set(all, known);
  return [
    ...(known.exact.get(host) ?? []),
    ...known.wide.filter((one) => isWithin(host, one.host)).map(({ object }) => object),
  ];
}

interface RuleIndex {
  readonly exact: ReadonlyMap<string, readonly KnownObject[]>;
  readonly wide: readonly { readonly host: string; readonly object: KnownObject }[];
}

const byRuleHost = new WeakMap<readonly KnownObject[], RuleIndex>();

function indexed(all: readonly KnownObject[], { settings }: Model): RuleIndex {
  const placed = all.map((object) => ({
    object,
    host: fullHost(textAt(object.spec, "host") ?? "", object.namespace, settings.clusterDomain),
  }));
  return {
    exact: new Map(
      [...Map.groupBy(placed, ({ host }) => host)].map(([host, own]) => [
        host,
        own.map(({ object }) => object),
      ]),
    ),
    wide: placed.filter(({ host }) => host.startsWith("*")),
  };
}

export const missingGateway: AuditRule = {
  code: "MW922",
  severity: "error",
  title: "a VirtualService of a Gateway that does not exist",
  why: ["A VirtualService that names a missing Gateway has no effect at gateways, and requests get 404."],
  see: {
    title: "VirtualService",
    url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService",
  },
  examples: {
    wrong: documents(gateway(passthrough), route("shop.example.com", "publik")),
    right: documents(gateway(passthrough), route("shop.example.com", "public")),
  },
  *find(audited) {
    const gateways = new Set(
      objectsOf(audited.model, "Gateway", networking).map((one) => `${one.namespace}/${one.name}`),
    );
    for (const object of objectsOf(audited.model, "VirtualService", networking)) {
      for (const [i, name] of textsAt(object.spec, "gateways").entries()) {
        if (name === "mesh") continue;
        const full = gatewayName(name, object.namespace);
        if (gateways.has(full)) continue;
        const [namespace = ""] = full.split("/");
        if (!isListed(audited, "Gateway", networking, namespace)) {
          yield {
            object,
            unknown: `Gateways of the namespace ${namespace} may be missing among the objects, so references to them are not judged.`,
          };
          continue;
        }
        yield {
          object,
          path: `spec.gateways[${i}]`,
          message: `There is no Gateway ${full}${amongObjects(audited)}, so the VirtualService has no effect there.`,
          fix: `Name one of ${listed([...gateways].sort())}`,
        };
      }
    }
  },
};
