import { gatewayProxies, type Mesh, type Service } from "../catalog";
import { gatewayServices, gatewayWorkloads } from "../checks";
import {
  type Model,
  type PlainObject,
  knownObject,
  readObjects,
  settingsOf,
  titleOf,
  type Workload,
  workloadsSelected,
} from "../effect";
import { mergePatch } from "../mesh";
import type { Subject } from "./subject";
import { strangerNamespace, unmeshedNamespace } from "./identities";
import { istiodOf } from "./istiodValues";
import type { Caller } from "./question";
import { namespaces, probeLabels, probes, standIns } from "./standIns";

/**
 * The objects of what a laboratory would bring up: those that are rendered, what others deploy, and the probes.
 *
 * @param probed whether the probes and their namespaces are among them. Default: true.
 */
export function objectsOf(subject: Subject, probed = true): PlainObject[] {
  const { mesh, objects } = subject;
  const rendered = new Set(
    objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
  );
  const all: readonly object[] = [
    ...namespaces(subject, rendered).filter(({ metadata }) => probed || !isOfProbes(metadata.name)),
    ...standIns(subject),
    ...(probed ? probes(mesh) : []),
    ...gatewayServices(mesh, new Set()),
    ...objects,
  ];
  return merged(all as readonly PlainObject[]);
}

function isOfProbes(namespace: string): boolean {
  return namespace === strangerNamespace || namespace === unmeshedNamespace;
}

/** Applies objects one after the other: what is rendered for another tool's object changes that object. */
function merged(objects: readonly PlainObject[]): PlainObject[] {
  const applied = new Map<string, PlainObject>();
  for (const object of objects) {
    const key = titleOf(knownObject(object));
    const before = applied.get(key);
    applied.set(key, before ? changed(before, object) : object);
  }
  return [...applied.values()];
}

/** The ports of a Service are merged by their numbers, as server-side apply does. */
function changed(before: PlainObject, object: PlainObject): PlainObject {
  const merge = mergePatch(before, object) as PlainObject & { readonly spec?: object };
  if (object.kind !== "Service") return merge;
  const own = portsOf(object);
  const ports = [
    ...portsOf(before).map((one) => ({ ...one, ...own.find(({ port }) => port === one.port) })),
    ...own.filter(({ port }) => !portsOf(before).some((one) => one.port === port)),
  ];
  return { ...merge, spec: { ...merge.spec, ports } };
}

function portsOf({ spec }: PlainObject): readonly { readonly port: number }[] {
  return (spec as { readonly ports?: readonly { readonly port: number }[] } | undefined)?.ports ?? [];
}

/** What the rate limit service of a subject reads: the content of its ConfigMap. Undefined without such a service. */
export function quotasIn({ mesh, objects }: Subject): string | undefined {
  const { service, namespace } = mesh.rateLimitService ?? {};
  const map = objects.find(
    ({ kind, metadata }) =>
      kind === "ConfigMap" && metadata.namespace === namespace && metadata.name === `${service ?? ""}-quotas`,
  );
  return (map?.data as Readonly<Record<string, string>> | undefined)?.["config.yaml"];
}

/**
 * The model of what a laboratory would bring up, with the gateways' pods. NetworkPolicies are left out: they select pods by
 * labels, which the probes do not have.
 */
export function modelOf(subject: Subject, probed = true): Model {
  const all = objectsOf(subject, probed);
  return modelWith(
    subject,
    all.filter(({ kind }) => kind !== "NetworkPolicy"),
  );
}

/**
 * The model of what the catalog deploys, with NetworkPolicies and without probes.
 *
 * @param without namespace whose NetworkPolicies are left out. Default: none.
 */
export function networkModelOf(subject: Subject, without?: string): Model {
  const isLeftOut = ({ kind, metadata }: PlainObject): boolean =>
    kind === "NetworkPolicy" && (metadata as { readonly namespace?: string }).namespace === without;
  return modelWith(
    subject,
    objectsOf(subject, false).filter((object) => !isLeftOut(object)),
  );
}

function modelWith(subject: Subject, objects: readonly PlainObject[]): Model {
  const { mesh } = subject;
  const { meshConfig = {} } = istiodOf(subject);
  return readObjects(objects, {
    settings: { rootNamespace: mesh.rootNamespace, trustDomain: mesh.trustDomain, ...settingsOf(meshConfig) },
    workloads: gatewayWorkloads(mesh),
  });
}

const servicesByName = new WeakMap<Mesh, ReadonlyMap<string, Service>>();

/** The workloads of a service. */
export function workloadsOf(model: Model, mesh: Mesh, name: string): Workload[] {
  const index = servicesByName.get(mesh) ?? new Map(mesh.services.map((one) => [one.name, one]));
  servicesByName.set(mesh, index);
  const service = index.get(name);
  return service === undefined ? [] : workloadsSelected(model.workloads, service.selector, service.namespace);
}

/** The workload that sends a caller's requests. */
export function callerOf(model: Model, mesh: Mesh, caller: Caller): Workload | undefined {
  const ofModel = callers.get(model) ?? new WeakMap<Caller, { readonly of: Workload | undefined }>();
  callers.set(model, ofModel);
  const known = ofModel.get(caller) ?? { of: findCaller(model, mesh, caller) };
  ofModel.set(caller, known);
  return known.of;
}

/** A proof sends many requests of the same caller. */
const callers = new WeakMap<Model, WeakMap<Caller, { readonly of: Workload | undefined }>>();

function findCaller(model: Model, mesh: Mesh, caller: Caller): Workload | undefined {
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
