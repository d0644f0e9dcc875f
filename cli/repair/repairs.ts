import { historyOf } from "../../program/cluster/helmReleases";
import type { HelmRecord } from "../../program/cluster/snapshot";
import { UserError } from "../../errors/userError";
import type { FullRecord } from "./helmRecords";
import { chartOf, isSameRelease } from "./sameRelease";
import {
  type ExportedStack,
  idOf,
  keyText,
  type ObjectKey,
  objectKeyOf,
  type PendingOperation,
  releaseKeyOf,
  releaseType,
  type StateResource,
} from "../../program/stackState";

/** One step that ends an interrupted operation. */
export interface Repair {
  /** The problem, as a sentence. */
  readonly problem: string;
  /** The step, as a sentence. */
  readonly step: string;
  /** Records of Helm to delete; the objects of the release stay. */
  readonly secrets?: readonly { readonly namespace: string; readonly name: string }[];
  /** A record of Helm that becomes the deployed one again. */
  readonly restore?: { readonly namespace: string; readonly name: string };
  /** A release whose removal has to be ended. */
  readonly uninstall?: { readonly namespace: string; readonly name: string };
  /** A resource that exists, to be taken into the stack's state. */
  readonly adopt?: StateResource & { readonly id: string };
  /** URN of a resource whose state has to be read again. */
  readonly refresh?: string;
}

/** A live object, by the fields that are read here. */
export interface LiveObject extends ObjectKey {
  /** The field manager of Pulumi that has written to it. Undefined if Pulumi has not. */
  readonly manager?: string;
  /** The whole object. Undefined for a Secret, whose values the state has only encrypted. */
  readonly content?: Readonly<Record<string, unknown>>;
}

/** A release that the stack's program declares. */
export interface DeclaredRelease {
  readonly namespace: string;
  readonly name: string;
  /** Name of the chart. */
  readonly chart: string;
}

/**
 * The newest records of releases that the state does not have, in namespaces that it has. A provider that is killed makes its
 * engine record a failed creation, which the state does not contain.
 */
export function unrecordedReleases(
  { deployment }: ExportedStack,
  records: readonly FullRecord[],
): FullRecord[] {
  const { resources = [] } = deployment;
  const all = [...resources, ...creations(deployment).map(({ resource }) => resource)];
  const known = new Set(all.filter(({ type }) => type === releaseType).map((one) => idOf(releaseKeyOf(one))));
  const namespaces = new Set(
    resources.filter(({ type }) => type === "kubernetes:core/v1:Namespace").map(({ id }) => id),
  );
  return records.filter(
    (record) =>
      namespaces.has(record.namespace) &&
      !known.has(idOf({ namespace: record.namespace, name: record.release })) &&
      historyOf({ namespace: record.namespace, name: record.release }, records)[0] === record,
  );
}

/** Operations of which nothing can be left outside of the state, once their outcome is known. */
const resolvable = (type: string): boolean => type.startsWith("kubernetes:") || type.startsWith("random:");

/** Interrupted creations of objects, whose outcome has to be looked up in the cluster. */
export function pendingObjects({ deployment }: ExportedStack): ObjectKey[] {
  return creations(deployment).flatMap(({ resource }) => objectKeyOf(resource) ?? []);
}

/**
 * Decides how to end a stack's interrupted operations. Releases and objects of other owners are never touched.
 *
 * - An interrupted installation or upgrade loses its record. Helm continues from the last complete one, or adopts the
 *   objects that are there.
 * - An interrupted removal is ended.
 * - A release or an object that a killed run has created, without recording it, is taken into the stack's state. If not
 *   even the creation is recorded, the release is installed again over its objects.
 *
 * @param live the objects of {@link pendingObjects} that exist.
 * @param declared the releases of the stack's program. They are needed only if there are {@link unrecordedReleases}.
 * @throws {UserError} if a deployed release has the name of the one that was being installed, but another chart or other
 *   values.
 */
export function repairsOf(
  { deployment }: ExportedStack,
  records: readonly FullRecord[],
  live: readonly LiveObject[],
  declared: readonly DeclaredRelease[] = [],
): Repair[] {
  const { resources = [] } = deployment;
  const declares = ({ namespace, release, installed }: FullRecord): boolean =>
    declared.some(
      (one) => one.namespace === namespace && one.name === release && chartOf(one.chart) === installed?.chart,
    );
  return [
    ...resources
      .filter(({ type }) => type === releaseType)
      .flatMap((resource) => interrupted(resource, historyOf(releaseKeyOf(resource), records))),
    ...creations(deployment).flatMap(({ resource }) =>
      resource.type === releaseType
        ? created(resource, historyOf(releaseKeyOf(resource), records))
        : createdObject(resource, live),
    ),
    ...unrecordedReleases({ deployment }, records)
      .filter(declares)
      .map(({ namespace, release, status }) => ({
        problem: leftBehind(namespace, release, status),
        step: "The stack's state does not have it, so its record is removed. The next run installs it over the objects that are there.",
        secrets: historyOf({ namespace, name: release }, records).map(secretOf),
      })),
  ];
}

/** The stack's state with the adopted resources, and without the operations whose outcome is known. */
export function repairedStack(stack: ExportedStack, repairs: readonly Repair[]): ExportedStack {
  const { resources = [], pending_operations: pending = [], ...rest } = stack.deployment;
  const open = pending.filter(({ type, resource }) => type !== "creating" || !resolvable(resource.type));
  const adopted = repairs.flatMap(({ adopt }) => adopt ?? []);
  const known = new Set([...resources, ...adopted].map(({ urn }) => urn));
  return {
    ...stack,
    deployment: {
      ...rest,
      resources: [...resources, ...adopted.map((one) => withDependencies(one, known))],
      ...(open.length > 0 && { pending_operations: open }),
    },
  };
}

/** A resource without dependencies on resources that do not exist, which a state must not have. */
function withDependencies<R extends StateResource>(resource: R, known: ReadonlySet<string>): R {
  const { dependencies, propertyDependencies } = resource;
  const existing = (urns: readonly string[] | null): string[] => (urns ?? []).filter((urn) => known.has(urn));
  return {
    ...resource,
    ...(dependencies && { dependencies: existing(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([field, urns]) => [field, existing(urns)]),
      ),
    }),
  };
}

/** Whether a state has operations whose outcome {@link repairedStack} knows. */
export function hasOpenCreations({ deployment }: ExportedStack): boolean {
  return (deployment.pending_operations ?? []).some(
    ({ type, resource }) => type === "creating" && resolvable(resource.type),
  );
}

/** Interrupted creations of resources that the state does not have. */
function creations({
  resources = [],
  pending_operations: pending = [],
}: ExportedStack["deployment"]): PendingOperation[] {
  const known = new Set(resources.map(({ urn }) => urn));
  return pending.filter(({ type, resource }) => type === "creating" && !known.has(resource.urn));
}

const secretOf = ({ namespace, secret: name }: HelmRecord) => ({ namespace, name });

function interrupted(resource: StateResource, history: readonly HelmRecord[]): Repair[] {
  const [newest, before] = history;
  if (newest?.status === "uninstalling") return [{ ...removal(newest), refresh: resource.urn }];
  if (!newest?.status.startsWith("pending-")) return [];
  // Helm marks the record before as superseded, then the new one as deployed. Between both, no record is the deployed one.
  const isBetween = before?.status === "superseded" && history.every(({ status }) => status !== "deployed");
  return [
    {
      ...withoutRecord(newest),
      secrets: [secretOf(newest)],
      ...(isBetween && { restore: secretOf(before) }),
    },
  ];
}

function created(resource: StateResource, history: readonly FullRecord[]): Repair[] {
  const [newest] = history;
  if (newest === undefined) return [];
  if (newest.status === "uninstalling") return [removal(newest)];
  if (newest.status !== "deployed") return [{ ...withoutRecord(newest), secrets: history.map(secretOf) }];
  const { inputs = {} } = resource;
  const { namespace, release, revision, installed } = newest;
  if (installed === undefined || !isSameRelease(resource, installed)) {
    throw new UserError({
      problem: `The Helm release ${namespace}/${release} is deployed, but with another chart or other values than the killed run was installing. Nothing was changed.`,
      fix: `If another tool has installed it, adopt it as docs/clusters/README.md describes. Otherwise remove it: helm uninstall ${release} -n ${namespace}`,
    });
  }
  const status = { name: release, namespace, revision, status: newest.status, chart: installed.chart };
  return [
    {
      problem: `The Helm release ${namespace}/${release} was deployed by a killed run, which did not record it.`,
      step: "It has the same chart and values, so it is taken into the stack's state.",
      adopt: { ...resource, id: `${namespace}/${release}`, outputs: { ...inputs, status } },
      refresh: resource.urn,
    },
  ];
}

function removal({ namespace, release, status }: HelmRecord): Repair {
  return {
    problem: leftBehind(namespace, release, status),
    step: "Its removal is ended.",
    uninstall: { namespace, name: release },
  };
}

function withoutRecord({ namespace, release, status }: HelmRecord): Pick<Repair, "problem" | "step"> {
  return {
    problem: leftBehind(namespace, release, status),
    step: "The record of the interrupted operation is removed. The next run continues with the objects that are there.",
  };
}

function leftBehind(namespace: string, release: string, status: string): string {
  return `The Helm release ${namespace}/${release} was left ${status} by a killed run.`;
}

function createdObject(resource: StateResource, live: readonly LiveObject[]): Repair[] {
  const key = objectKeyOf(resource);
  if (key === undefined) return [];
  const found = live.find((one) => keyText(one) === keyText(key));
  if (found?.manager === undefined) return [];
  return [
    {
      problem: `${key.kind} ${idOf(key)} was created by a killed run, which did not record it.`,
      step: "It is taken into the stack's state.",
      adopt: {
        ...resource,
        id: idOf(key),
        outputs: {
          ...(found.content ?? resource.inputs),
          __fieldManager: found.manager,
          __initialApiVersion: key.apiVersion,
          ...(found.content && { __inputs: resource.inputs }),
        },
      },
      ...(found.content === undefined && { refresh: resource.urn }),
    },
  ];
}
