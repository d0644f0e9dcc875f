import { nist, resourcePolicy, type Violation } from "../policy";
import { type Console, consolesOf } from "../reading/console";
import { type Field, UNKNOWN } from "../reading/field";
import { isHelmRelease } from "../reading/resource";
import { isOn } from "../reading/boolean";

/** Services besides a console's own, by their keys and default types: they exist only if they are enabled. */
const OTHER_SERVICES: readonly [key: string, type: string][] = [
  ["servicePerReplica", "ClusterIP"],
  ["thanosService", "ClusterIP"],
  ["thanosServiceExternal", "LoadBalancer"],
];

/** Ingresses, and routes of the Gateway API, by their keys; some keys hold several, by names. */
const ENTRIES = ["ingress", "ingressPerReplica", "thanosIngress", "httproute"];
const MAPS_OF_ENTRIES = ["route", "routePerReplica"];

/**
 * A load balancer or a node's port puts a console on the network past every gateway of the mesh; Prometheus, Alertmanager
 * and Jaeger ask nobody for a name.
 * https://istio.io/latest/docs/tasks/observability/gateways/
 */
export const forbidExposedConsoles = resourcePolicy({
  name: "forbid-exposed-consoles",
  displayName: "Consoles stay inside the cluster",
  description:
    "Services of Kiali, Grafana, Prometheus, Alertmanager and Jaeger are reachable in the cluster only, and no Ingress or " +
    "route serves those without a login, and no Ingress any without TLS.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "observability", "exposure"],
  remediationSteps:
    "Set the type of the console's Service to ClusterIP, and reach it by kubectl port-forward, or by a Gateway of the mesh " +
    "with a RequestAuthentication in front.",
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
  const is = field.isSet ? `is ${type}` : `is not set, which is ${type}`;
  const problem = `${is}, so ${name} is reachable from outside the cluster, past the mesh's gateways`;
  return [{ field, problem, cure: "Set it to ClusterIP" }];
}

function judgeEntries({ name, values }: Console): Violation[] {
  if (name === "Kiali") {
    const ingress = values.at("deployment", "ingress");
    const on = String(ingress.at("enabled").value) === "true";
    return on ? judgeTls(name, ingress.at("override_yaml", "spec", "tls")) : [];
  }
  const ingress = values.at("ingress");
  // The TLS of a route is that of its Gateway, another object.
  if (name === "Grafana") return isOn(ingress.at("enabled").value) ? judgeTls(name, ingress.at("tls")) : [];
  return [
    ...ENTRIES.map((key) => values.at(key)),
    ...MAPS_OF_ENTRIES.flatMap((key) => values.at(key).children()),
  ].flatMap((entry) => judgeEntry(name, entry.at("enabled")));
}

function judgeEntry(name: string, field: Field): Violation[] {
  const value = field.value;
  if (!isOn(value)) return [];
  const problem = `is ${String(value)}, so ${name}, which asks nobody for a name, is reachable from outside the cluster`;
  return [{ field, problem, cure: "Leave it out" }];
}

/** A list of Secrets and their hosts, or, in Bitnami's charts, whether there is one. */
function judgeTls(name: string, field: Field): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || isOn(value)) return [];
  const problem = `is not set, so passwords for ${name} cross the network in plain text`;
  return [{ field, problem, cure: "Name the Secret with the certificate" }];
}
