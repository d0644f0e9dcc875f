import { type MeshSettings, type Model, type ObjectName, type PlainObject, readObjects } from "../../effect";
import type { Field } from "./field";
import { isIstiod, istiodValue } from "./release";
import { isNamespace, isService, type KubernetesResource } from "./resource";
import { isWorkload } from "./workload";

/** What the objects of a stack mean together. */
export interface StackModel {
  readonly model: Model;
  /** The resource of an object of the model. */
  readonly resourceOf: (object: ObjectName) => KubernetesResource | undefined;
  /** The resources with unknown values that the model requires. */
  readonly open: ReadonlySet<KubernetesResource>;
}

/** The kinds of Istio and the Gateway API that the model reads, without those that it only knows to be unread. */
const GROUPS = [
  "security.istio.io",
  "networking.istio.io",
  "extensions.istio.io",
  "gateway.networking.k8s.io",
];

/**
 * Reads the objects of a stack into the model of effects. Values that are unknown during preview count as absent, and the
 * resources with them are {@link StackModel.open}.
 *
 * @param root the mesh's root namespace
 */
export function modelOf(stack: readonly KubernetesResource[], root: string): StackModel {
  const open = new Set<KubernetesResource>();
  const resources = new Map<string, KubernetesResource>();
  const objects = stack.flatMap((resource) => {
    if (resource.type.patch || !isRead(resource)) return [];
    const before = resource.unknowns.size;
    const object = objectOf(resource);
    if (resource.unknowns.size > before) open.add(resource);
    resources.set(
      keyOf({ kind: resource.type.kind, namespace: namespaceOf(resource), name: nameOf(resource) }),
      resource,
    );
    return [object];
  });
  return {
    model: readObjects(objects, { settings: { rootNamespace: root, ...settingsOf(stack) } }),
    resourceOf: (object) => resources.get(keyOf(object)),
    open,
  };
}

/** The object of a resource, as far as the model reads it. */
function objectOf(resource: KubernetesResource): PlainObject {
  const { type, fields } = resource;
  const metadata = fields.at("metadata");
  return {
    apiVersion: type.group === "core" ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: {
      name: nameOf(resource),
      namespace: metadata.at("namespace").known,
      labels: isWorkload(type) ? {} : metadata.at("labels").known,
      annotations: istioOnly(metadata.at("annotations")),
      creationTimestamp: metadata.at("creationTimestamp").peek,
    },
    spec: isWorkload(type) ? workloadSpec(fields.at("spec")) : fields.at("spec").known,
    ...(type.kind === "Pod" && podOf(fields)),
  };
}

/** Only these parts of a workload decide about requests. Others, such as images, are often unknown. */
function workloadSpec(spec: Field): unknown {
  return {
    template: podOf(spec.at("template")),
    ...(spec.at("jobTemplate").isSet && {
      jobTemplate: { spec: { template: podOf(spec.at("jobTemplate", "spec", "template")) } },
    }),
  };
}

function podOf(pod: Field): { metadata: Record<string, unknown>; spec: unknown } {
  const [metadata, spec] = [pod.at("metadata"), pod.at("spec")];
  const containers = (key: string): unknown[] =>
    spec
      .at(key)
      .children()
      .map((container) => ({ name: container.at("name").peek, ports: container.at("ports").known }));
  return {
    metadata: {
      name: metadata.at("name").peek,
      namespace: metadata.at("namespace").known,
      labels: metadata.at("labels").known,
      annotations: istioOnly(metadata.at("annotations")),
    },
    spec: {
      serviceAccountName: spec.at("serviceAccountName").peek,
      hostNetwork: spec.at("hostNetwork").known,
      containers: containers("containers"),
      initContainers: containers("initContainers"),
    },
  };
}

function istioOnly(annotations: Field): Record<string, unknown> {
  const names = Object.keys(annotations.peek ?? {}).filter((name) => name.includes("istio.io/"));
  return Object.fromEntries(names.map((name) => [name, annotations.at(name).known]));
}

function isRead({ type }: KubernetesResource): boolean {
  return isNamespace(type) || isService(type) || isWorkload(type) || GROUPS.includes(type.group);
}

/** The settings of the stack's istiod. Without one, another stack has them. */
function settingsOf(stack: readonly KubernetesResource[]): Partial<MeshSettings> {
  const istiod = stack.find(isIstiod);
  if (istiod === undefined) return {};
  const text = (...path: string[]): string | undefined => {
    const { peek } = istiodValue(istiod, ...path);
    return typeof peek === "string" ? peek : undefined;
  };
  const trustDomain = text("meshConfig", "trustDomain");
  return { ...(trustDomain !== undefined && { trustDomain }) };
}

function keyOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace}/${name}`;
}

function nameOf({ name, urn }: KubernetesResource): string {
  return name ?? urn.split("::").at(-1) ?? "";
}

function namespaceOf({ type, namespace }: KubernetesResource): string {
  return namespace ?? (isNamespace(type) ? "" : "default");
}
