import {
  fullHost,
  type KnownObject,
  mayCall,
  type Model,
  objectsOf,
  titleOf,
  workloadsSelected,
} from "../../../effect";
import { serviceAt } from "../../../effect/service";
import { fieldsAt, listAt, numberAt, textAt } from "../../../effect/field";
import { targetOf } from "../../../effect/networkDelivery";
import { listed } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, meshNamespace, service, strict } from "./examples";

const ingress = (className: string): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  ingressClassName: ${className}
  rules:
    - http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] }
`;
const deployed = documents(meshNamespace, strict, deployment("web"), service("web"));

export const ingressBackends: AuditRule = {
  code: "MW970",
  severity: "info",
  title: "an Ingress of another controller to pods that refuse clients without a certificate",
  why: [
    "Istio reads Ingresses of its own class alone. Other controllers connect to the pods by themselves.",
    "Without a proxy they have no certificate of the mesh, so their requests fail with 502 or 503.",
  ],
  see: {
    title: "Kubernetes Ingress",
    url: "https://istio.io/latest/docs/tasks/traffic-management/ingress/kubernetes-ingress/",
  },
  ignore: "the pods of the controller have a proxy, and the policies admit their identity.",
  examples: {
    wrong: documents(deployed, ingress("nginx")),
    right: documents(deployed, ingress("istio")),
  },
  *find({ model }) {
    for (const object of objectsOf(model, "Ingress", "networking.k8s.io")) {
      const className = classOf(object);
      if (isOfIstio(model, className)) continue;
      const refused = backendsOf(object).flatMap(({ name, port }) => refusal(model, object, name, port));
      if (refused.length === 0) continue;
      yield {
        object,
        message: `Its controller${className === "" ? "" : ` (class ${className})`} has no certificate of the mesh unless its pods have a proxy, so these pods deny it: ${listed([...new Set(refused)].sort())}.`,
        fix: "Give the controller's pods a proxy and admit their identity, or route the host by a Gateway of Istio",
      };
    }
  },
};

/** The class by field, or by the older annotation. Empty for the cluster's default class. */
function classOf({ spec, annotations }: KnownObject): string {
  return textAt(spec, "ingressClassName") ?? annotations["kubernetes.io/ingress.class"] ?? "";
}

/** Whether Istio reads Ingresses of a class: its own name, or an IngressClass with its controller. */
function isOfIstio(model: Model, className: string): boolean {
  const known = objectsOf(model, "IngressClass", "networking.k8s.io").find(({ name }) => name === className);
  return known ? textAt(known.spec, "controller") === "istio.io/ingress-controller" : className === "istio";
}

interface Backend {
  readonly name: string;
  /** Number or name of the Service's port. */
  readonly port: string;
}

function backendsOf({ spec }: KnownObject): Backend[] {
  const all = [
    fieldsAt(spec, "defaultBackend"),
    ...listAt(spec, "rules").flatMap((rule) =>
      listAt(fieldsAt(rule, "http"), "paths").map((path) => fieldsAt(path, "backend")),
    ),
  ];
  return all.flatMap((one) => {
    const service = fieldsAt(one, "service");
    const [name, port] = [textAt(service, "name"), fieldsAt(service, "port")];
    return name === undefined
      ? []
      : [{ name, port: String(numberAt(port, "number") ?? textAt(port, "name") ?? "") }];
  });
}

/** The pods of a backend that deny a request without an identity, with the reason. */
function refusal(model: Model, { namespace }: KnownObject, name: string, port: string): string[] {
  const service = serviceAt(model.services, fullHost(name, namespace, model.settings.clusterDomain));
  const found = service?.ports.find((one) => String(one.number) === port || one.name === port);
  if (!service?.selector || !found) return [];
  return workloadsSelected(model.workloads, service.selector, namespace).flatMap((workload) => {
    if (workload.proxy !== "sidecar") return [];
    const { answer, reason, by } = mayCall(model, workload, { port: targetOf(found, workload) });
    if (answer !== "denied") return [];
    return [`${workload.namespace}/${workload.name} (${reason}${by ? `, ${titleOf(by)}` : ""})`];
  });
}
