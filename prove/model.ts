import { gatewayProxies, type Mesh } from "../catalog";
import { gatewayServices, gatewayWorkloads } from "../checks";
import {
  type Model,
  type PlainObject,
  readObjects,
  settingsOf,
  type Workload,
  workloadsSelected,
} from "../effect";
import type { Subject } from "./cluster";
import { unmeshedNamespace } from "./identities";
import type { Caller } from "./question";
import { namespaces, probeLabels, probes, standIns } from "./standIns";

/** The model of what a laboratory would bring up: the objects, what others deploy, the probes, and the gateways' pods. */
export function modelOf({ mesh, objects, releases }: Subject): Model {
  const rendered = new Set(
    objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
  );
  const all: readonly object[] = [
    ...objects,
    ...namespaces(mesh, rendered),
    ...standIns(mesh),
    ...probes(mesh),
    ...gatewayServices(mesh, new Set()),
  ];
  const { meshConfig = {} } = (releases.find(({ chart }) => chart === "istiod")?.values ?? {}) as {
    readonly meshConfig?: object;
  };
  return readObjects(all as readonly PlainObject[], {
    settings: { rootNamespace: mesh.rootNamespace, trustDomain: mesh.trustDomain, ...settingsOf(meshConfig) },
    workloads: gatewayWorkloads(mesh),
  });
}

/** The workloads of a service. */
export function workloadsOf(model: Model, mesh: Mesh, name: string): Workload[] {
  const service = mesh.services.find((one) => one.name === name);
  return service === undefined ? [] : workloadsSelected(model.workloads, service.selector, service.namespace);
}

/** The workload that sends a caller's requests. */
export function callerOf(model: Model, mesh: Mesh, caller: Caller): Workload | undefined {
  if (caller.kind === "workload") return workloadsOf(model, mesh, caller.service)[0];
  const [namespace, account] =
    caller.kind === "unmeshed" ? [unmeshedNamespace, "unmeshed"] : [caller.namespace, caller.serviceAccount];
  return workloadsSelected(model.workloads, probeLabels(account), namespace)[0];
}

/** The gateway whose Service is `<release>.<namespace>.svc.…`. */
export function gatewayOf(model: Model, mesh: Mesh, host: string): Workload | undefined {
  const [release = "", namespace = ""] = host.split(".");
  const found = gatewayProxies(mesh).find((one) => one.namespace === namespace && one.service === release);
  return model.workloads.find((one) => one.namespace === namespace && one.name === found?.name);
}
