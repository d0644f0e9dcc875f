import { nist, resourcePolicy, type Violation } from "../policy";
import { type Console, consolesOf } from "../reading/console";
import { type Field, UNKNOWN } from "../reading/field";
import { isHelmRelease } from "../reading/resource";
import { isEmpty } from "../reading/verdict";

/**
 * A load balancer or a node's port puts a console on the network past every gateway of the mesh; Prometheus, Alertmanager
 * and Jaeger ask nobody for a name.
 * https://istio.io/latest/docs/tasks/observability/gateways/
 */
export const forbidExposedConsoles = resourcePolicy({
  name: "forbid-exposed-consoles",
  displayName: "Consoles stay inside the cluster",
  description:
    "Services of Kiali, Grafana, Prometheus, Alertmanager and Jaeger are reachable in the cluster only, and no Ingress serves " +
    "those without a login, or any without TLS.",
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
    consolesOf(release).flatMap((console) => [...judgeService(console), ...judgeIngress(console)]),
});

function judgeService({ name, values }: Console): Violation[] {
  const field = name === "Kiali" ? values.at("deployment", "service_type") : values.at("service", "type");
  const value = field.value;
  if (value !== "LoadBalancer" && value !== "NodePort") return [];
  const problem = `is ${value}, so ${name} is reachable from outside the cluster, past the mesh's gateways`;
  return [{ field, problem, cure: "Set it to ClusterIP" }];
}

function judgeIngress({ name, values }: Console): Violation[] {
  const ingress = name === "Kiali" ? values.at("deployment", "ingress") : values.at("ingress");
  const field = ingress.at("enabled");
  if (field.value !== true) return [];
  if (name !== "Kiali" && name !== "Grafana") {
    const problem = `is true, so ${name}, which asks nobody for a name, is reachable from outside the cluster`;
    return [{ field, problem, cure: "Leave it out" }];
  }
  const tls = name === "Kiali" ? ingress.at("override_yaml", "spec", "tls") : ingress.at("tls");
  if (!isEmptyField(tls)) return [];
  return [
    {
      field: tls,
      problem: `is not set, so passwords for ${name} cross the network in plain text`,
      cure: "Name the Secret with the certificate",
    },
  ];
}

function isEmptyField(field: Field): boolean {
  return field.value !== UNKNOWN && isEmpty(field.value);
}
