import { isObject } from "./typeGuards";

/**
 * The merge keys of Kubernetes' strategic merge patch, by list. Other lists are replaced as a whole.
 *
 * @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/#notes-on-the-strategic-merge-patch
 */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: "name",
  ephemeralContainers: "name",
  initContainers: "name",
  volumes: "name",
  imagePullSecrets: "name",
  resourceClaims: "name",
  env: "name",
  ports: "containerPort",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  hostAliases: "ip",
  topologySpreadConstraints: "topologyKey",
};

/** Fields that exclude each other: a handler or source in the fragment replaces another kind of it. */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  preStop: ["exec", "httpGet", "sleep", "tcpSocket"],
  postStart: ["exec", "httpGet", "sleep", "tcpSocket"],
  livenessProbe: ["exec", "grpc", "httpGet", "tcpSocket"],
  readinessProbe: ["exec", "grpc", "httpGet", "tcpSocket"],
  startupProbe: ["exec", "grpc", "httpGet", "tcpSocket"],
};

/**
 * Merges a fragment of a pod into another one, as Kubernetes' strategic merge patch does. Objects are merged by field,
 * and lists with a merge key by element. Everything else is replaced. New elements are appended.
 */
export function mergePod<T extends object>(base: T, fragment: object): T {
  return mergeObjects(base as Fields, fragment as Fields, "") as T;
}

type Fields = Readonly<Record<string, unknown>>;

function mergeObjects(base: Fields, fragment: Fields, field: string): Fields {
  const kinds = alternatives[field] ?? [];
  const replaced = kinds.some((kind) => fragment[kind] !== undefined) ? kinds : [];
  const kept = Object.entries(base).filter(([key]) => !replaced.includes(key) || fragment[key] !== undefined);
  const merged: Record<string, unknown> = Object.fromEntries(kept);
  for (const [key, value] of Object.entries(fragment)) {
    if (value !== undefined) merged[key] = mergeValues(merged[key], value, key);
  }
  return merged;
}

function mergeValues(base: unknown, value: unknown, field: string): unknown {
  if (Array.isArray(base) && Array.isArray(value) && field in mergeKeys) {
    return mergeLists(base as Fields[], value as Fields[], field);
  }
  if (isObject(base) && isObject(value)) return mergeObjects(base, value, field);
  return value;
}

function mergeLists(base: readonly Fields[], list: readonly Fields[], field: string): Fields[] {
  const key = mergeKeys[field] ?? "";
  const merged = [...base];
  for (const element of list) {
    const at = merged.findIndex((one) => one[key] === element[key]);
    const found = merged[at];
    if (found) merged[at] = field === "env" ? element : mergeObjects(found, element, field);
    else merged.push(element);
  }
  return merged;
}
