import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Console, consolesOf } from "../reading/console";
import { type Field, UNKNOWN } from "../reading/field";
import { isHelmRelease } from "../reading/resource";
import { isOn } from "../reading/boolean";
import { asText } from "../reading/value";

/** Further Services of a console, by their keys and default types. They exist only if they are enabled. */
const OTHER_SERVICES: readonly [key: string, type: string][] = [
  ["servicePerReplica", "ClusterIP"],
  ["thanosService", "ClusterIP"],
  ["thanosServiceExternal", "LoadBalancer"],
];

/** Ingresses and Gateway API routes, by their keys. Some keys hold several, keyed by name. */
const ENTRIES = ["ingress", "ingressPerReplica", "thanosIngress", "httproute"];
const MAPS_OF_ENTRIES = ["route", "routePerReplica"];

/** The texts of this policy's violations. */
export const messages = {
  service: (type: string, console: string): Message => ({
    problem: `is ${type}, so ${console} is reachable from outside the cluster without passing a gateway`,
    fix: "Set it to ClusterIP",
  }),
  serviceByDefault: (type: string, console: string): Message => ({
    problem: `is not set and defaults to ${type}, so ${console} is reachable from outside the cluster without passing a gateway`,
    fix: "Set it to ClusterIP",
  }),
  noLogin: (value: string, console: string): Message => ({
    problem: `is ${value}, so ${console}, which has no login, is reachable from outside the cluster`,
    fix: "Remove it",
  }),
  noTls: (console: string): Message => ({
    problem: `is not set, so passwords for ${console} are sent as plaintext`,
    fix: "Set it to the Secret with the certificate",
  }),
};

/**
 * A Service of type LoadBalancer or NodePort exposes a console without passing a gateway of the mesh. Prometheus,
 * Alertmanager and Jaeger have no login.
 * https://istio.io/latest/docs/tasks/observability/gateways/
 */
export const forbidExposedConsoles = resourcePolicy({
  name: "forbid-exposed-consoles",
  displayName: "Consoles stay inside the cluster",
  description:
    "Services of Kiali, Grafana, Prometheus, Alertmanager and Jaeger are reachable only inside the cluster. No Ingress or " +
    "route leads to a console without a login, and every Ingress uses TLS.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "observability", "exposure"],
  remediationSteps:
    "Set the type of the console's Service to ClusterIP. Use kubectl port-forward, or a Gateway of the mesh with a " +
    "RequestAuthentication.",
  url: "https://istio.io/latest/docs/tasks/observability/gateways/",
  settings: {},
  appliesTo: isHelmRelease,
  judge: (release) =>
    consolesOf(release).flatMap((console) => [...judgeServices(console), ...judgeEntries(console)]),
});

function judgeServices({ name, values }: Console): Violation[] {
  if (name === "Kiali") return judgeType(name, values.at("deployment", "service_type"));
  const others = OTHER_SERVICES.filter(([key]) => isOn(values.at(key, "enabled").value));
  return [
    ...judgeType(name, values.at("service", "type")),
    ...others.flatMap(([key, type]) => judgeType(name, values.at(key, "type"), type)),
  ];
}

function judgeType(name: string, field: Field, byDefault = "ClusterIP"): Violation[] {
  const type = field.value ?? byDefault;
  if (type !== "LoadBalancer" && type !== "NodePort") return [];
  return [{ field, ...messages[field.isSet ? "service" : "serviceByDefault"](type, name) }];
}

function judgeEntries({ name, values }: Console): Violation[] {
  if (name === "Kiali") {
    const ingress = values.at("deployment", "ingress");
    const on = asText(ingress.at("enabled").value) === "true";
    return on ? judgeTls(name, ingress.at("override_yaml", "spec", "tls")) : [];
  }
  const ingress = values.at("ingress");
  // The TLS settings of a route are in its Gateway, another object.
  if (name === "Grafana") return isOn(ingress.at("enabled").value) ? judgeTls(name, ingress.at("tls")) : [];
  return [
    ...ENTRIES.map((key) => values.at(key)),
    ...MAPS_OF_ENTRIES.flatMap((key) => values.at(key).children()),
  ].flatMap((entry) => judgeEntry(name, entry.at("enabled")));
}

function judgeEntry(name: string, field: Field): Violation[] {
  const value = field.value;
  return isOn(value) ? [{ field, ...messages.noLogin(asText(value), name) }] : [];
}

/** Judges a list of Secrets and their hosts or, in Bitnami's charts, a boolean. */
function judgeTls(name: string, field: Field): Violation[] {
  const value = field.value;
  return value === UNKNOWN || isOn(value) ? [] : [{ field, ...messages.noTls(name) }];
}
