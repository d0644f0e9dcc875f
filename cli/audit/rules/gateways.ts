import { selectionOf } from "../../../effect/selection";
import { type Fields, fieldsAt, listAt, textAt, textsAt } from "../../../effect/field";
import { gatewaySecrets, readNames } from "../../../effect/gatewaySecret";
import {
  fullHost,
  gatewayName,
  type KnownObject,
  type Model,
  objectsOf,
  overlap,
  workloadsSelected,
} from "../../../effect";
import { amongObjects, type Audited } from "../audited";
import { listed } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, gateway, meshNamespace, route } from "./examples";

const networking = "networking.istio.io";
const https = (secret: string): string =>
  `{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: ${secret} } }`;
const secret = (namespace: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: shop-cert, namespace: ${namespace} }\ntype: kubernetes.io/tls\n`;
const gatewayPods = deployment("ingress", { labels: "istio: ingress" }).replace(
  "labels:",
  "annotations: { inject.istio.io/templates: gateway }, labels:",
);

/** Kinds of objects that make a Secret, and where its name stands if it is not the object's own. */
const secretSources: Readonly<Record<string, readonly string[]>> = {
  Secret: [],
  SealedSecret: ["template", "metadata", "name"],
  ExternalSecret: ["target", "name"],
  Certificate: ["secretName"],
};

export const missingSecret: AuditRule = {
  code: "MW930",
  severity: "error",
  title: "a Gateway whose Secret the proxy can't read",
  why: [
    "A gateway reads the Secrets that its TLS settings name only in the namespace of its own pods.",
    "Without the Secret of a certificate, or of the CA for clients' certificates, the TLS handshake fails.",
  ],
  see: {
    title: "Secure gateways",
    url: "https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/",
  },
  examples: {
    wrong: documents(meshNamespace, gatewayPods, gateway(https("shop-cert")), secret("web")),
    right: documents(meshNamespace, gatewayPods, gateway(https("shop-cert")), secret("shop")),
  },
  *find(audited) {
    const { model } = audited;
    const secrets = secretsOf(model);
    for (const object of objectsOf(model, "Gateway", networking)) {
      const pods = workloadsSelected(model.workloads, selectionOf(object).labels);
      const namespaces = [...new Set(pods.map(({ namespace }) => namespace))].sort();
      for (const [i, server] of listAt(object.spec, "servers").entries()) {
        for (const named of gatewaySecrets(fieldsAt(server, "tls"))) {
          const { field, name } = named;
          if (field === undefined) continue; // the certificate's Secret, which is judged as such
          const found = new Set(readNames(named).flatMap((one) => [...(secrets.get(one) ?? [])]));
          if (found.size > 0 && (namespaces.length === 0 || namespaces.some((one) => found.has(one))))
            continue;
          if (found.size === 0 || namespaces.length === 0) {
            if (!audited.complete || namespaces.length === 0) {
              yield {
                object,
                unknown:
                  "Secrets of gateways are not among the objects, so whether they exist is not judged.",
              };
              continue;
            }
          }
          yield {
            object,
            path: `spec.servers[${i}].tls.${field}`,
            message:
              `The gateway's pods run in ${listed(namespaces)}, where no Secret ${name} is${amongObjects(audited)}, so TLS handshakes fail.` +
              (found.size > 0 ? ` The namespace ${listed([...found].sort())} has it.` : ""),
            fix: `Create the Secret in the namespace of the pods: ${namespaces[0] ?? ""}/${name}`,
          };
        }
      }
    }
  },
};

/** The namespaces of each Secret that an object is or makes. */
function secretsOf({ byKind }: Model): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const object of [...byKind.values()].flat()) {
    const path = secretSources[object.kind];
    if (!path) continue;
    const parent = fieldsAt(object.spec, ...path.slice(0, -1));
    const name = textAt(parent, path.at(-1) ?? "") ?? object.name;
    const namespaces = found.get(name) ?? new Set();
    found.set(name, namespaces.add(object.namespace));
  }
  return found;
}

export const unservedHost: AuditRule = {
  code: "MW931",
  severity: "warning",
  title: "a VirtualService's host that no Gateway of it serves",
  why: [
    "A gateway routes only hosts that a server of the Gateway has, with the namespaces that the server admits.",
    "Requests to other hosts of the VirtualService get 404.",
  ],
  see: {
    title: "VirtualServiceHostNotFoundInGateway",
    url: "https://istio.io/latest/docs/reference/config/analysis/ist0132/",
  },
  ignore: "the VirtualService has the host for another environment, whose Gateway serves it.",
  examples: {
    wrong: documents(gateway(https("shop-cert")), route("www.example.com", "public")),
    right: documents(gateway(https("shop-cert")), route("shop.example.com", "public")),
  },
  *find({ model }) {
    const gateways = gatewaysByName(model);
    for (const object of objectsOf(model, "VirtualService", networking)) {
      const names = gatewaysOf(object);
      const own = names.map((name) => gateways.get(name));
      if (names.length === 0 || names.includes("mesh") || own.includes(undefined)) continue;
      const served = own.flatMap((one) => (one ? serversOf(one).flatMap(({ hosts }) => hosts) : []));
      for (const [i, host] of textsAt(object.spec, "hosts").entries()) {
        const full = fullHost(host, object.namespace, model.settings.clusterDomain).toLowerCase();
        if (served.some((one) => admits(one, object.namespace) && overlap(one.host, full))) continue;
        yield {
          object,
          path: `spec.hosts[${i}]`,
          message: `No server of ${listed(names)} has the host ${full} for the namespace ${object.namespace}, so requests to it get 404.`,
          fix: "Correct the host, or add it to a server of the Gateway",
        };
      }
    }
  },
};

export const unroutedHost: AuditRule = {
  code: "MW935",
  severity: "warning",
  title: "a Gateway's host without a route",
  why: [
    "A gateway answers requests to a host that no VirtualService routes with 404, or closes the connection.",
  ],
  see: {
    title: "Gateway",
    url: "https://istio.io/latest/docs/reference/config/networking/gateway/",
  },
  ignore: "another repository has the VirtualService.",
  examples: {
    wrong: documents(
      gateway(https("shop-cert").replace("shop.example.com", "shop.example.com, old.example.com")),
      route("shop.example.com", "public"),
    ),
    right: documents(gateway(https("shop-cert")), route("shop.example.com", "public")),
  },
  *find(audited) {
    const { model } = audited;
    const routes = routesByGateway(model);
    for (const object of objectsOf(model, "Gateway", networking)) {
      const bound = routes.get(`${object.namespace}/${object.name}`) ?? [];
      if (bound.length === 0 && !isRouted(audited)) {
        yield {
          object,
          unknown:
            "VirtualServices of gateways are not among the objects, so hosts without a route are not judged.",
        };
        continue;
      }
      for (const { hosts, index, redirects, passes } of serversOf(object)) {
        if (redirects || passes) continue;
        for (const [j, host] of hosts.entries()) {
          const isBound = bound.some(
            (one) => admits(host, one.namespace) && one.hosts.some((name) => overlap(name, host.host)),
          );
          if (isBound) continue;
          yield {
            object,
            path: `spec.servers[${index}].hosts[${j}]`,
            message: `No VirtualService${amongObjects(audited)} routes the host ${host.host} of this Gateway, so requests to it get 404.`,
            fix: "Add a VirtualService for the host and the Gateway, or remove the host",
          };
        }
      }
    }
  },
};

/** Whether VirtualServices of gateways, or routes of the Gateway API, are among the objects. */
function isRouted({ model, complete }: Audited): boolean {
  return complete || routesByGateway(model).size > 0;
}

interface Server {
  readonly index: number;
  readonly hosts: readonly { readonly namespace: string; readonly host: string }[];
  /** Whether it only redirects to HTTPS. */
  readonly redirects: boolean;
  /** Whether it routes by the name in TLS, without routes of VirtualServices. */
  readonly passes: boolean;
}

function serversOf({ spec, namespace }: KnownObject): Server[] {
  return listAt(spec, "servers").map((server, index) => ({
    index,
    hosts: textsAt(server, "hosts").map((entry) => {
      const [of = "*", host] = entry.includes("/") ? entry.split("/", 2) : ["*", entry];
      return { namespace: of === "." ? namespace : of, host: (host ?? "").toLowerCase() };
    }),
    redirects: fieldsAt(server, "tls").httpsRedirect === true,
    passes: textAt(fieldsAt(server, "tls"), "mode") === "AUTO_PASSTHROUGH",
  }));
}

function admits({ namespace }: { readonly namespace: string }, other: string): boolean {
  return namespace === "*" || namespace === other;
}

function gatewaysByName(model: Model): Map<string, KnownObject> {
  return new Map(
    objectsOf(model, "Gateway", networking).map((one) => [`${one.namespace}/${one.name}`, one] as const),
  );
}

function gatewaysOf({ spec, namespace }: KnownObject): string[] {
  return textsAt(spec, "gateways").map((name) => gatewayName(name, namespace));
}

/** The VirtualServices of each Gateway, with their hosts. */
function routesByGateway(
  model: Model,
): Map<string, { readonly namespace: string; readonly hosts: readonly string[] }[]> {
  const found = new Map<string, { namespace: string; hosts: string[] }[]>();
  for (const object of objectsOf(model, "VirtualService", networking)) {
    const { namespace } = object;
    const hosts = textsAt(object.spec, "hosts").map((host) =>
      fullHost(host, namespace, model.settings.clusterDomain).toLowerCase(),
    );
    const matched = ["http", "tls", "tcp"].flatMap((key) =>
      listAt(object.spec, key).flatMap((one: Fields) =>
        listAt(one, "match").flatMap((match) => textsAt(match, "gateways")),
      ),
    );
    const named = matched.map((name) => gatewayName(name, namespace));
    for (const name of new Set([...gatewaysOf(object), ...named])) {
      if (name !== "mesh") found.set(name, [...(found.get(name) ?? []), { namespace, hosts }]);
    }
  }
  return found;
}
