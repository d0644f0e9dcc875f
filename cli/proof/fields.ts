import { formatPath, isObject, valueAt } from "../../catalog";
import { checkMesh, type Manifest } from "../../mesh";
import { difference } from "../../effect";
import { modelOf, proveStatically, type ProofSubject } from "../../prove";
import { subjectOf } from "./subject";
import type { Subject } from "../subject";

/** Which fields of a catalog are demanded by a claim. */
export interface ProvenFields {
  readonly proven: readonly string[];
  /** Fields whose objects could differ without a claim that is refuted. */
  readonly open: readonly string[];
}

/** Kinds that decide what becomes of requests. */
const kinds = new Set([
  "AuthorizationPolicy",
  "DestinationRule",
  "EnvoyFilter",
  "Gateway",
  "NetworkPolicy",
  "PeerAuthentication",
  "RequestAuthentication",
  "ServiceEntry",
  "Sidecar",
  "VirtualService",
]);

/** Values that fields with a few possible values may have, besides those of the same field elsewhere in the catalog. */
const values = [
  ["GET", "POST", "PUT"],
  ["http", "http2", "grpc", "tcp"],
  ["STRICT", "PERMISSIVE"],
  ["LEAST_REQUEST", "ROUND_ROBIN", "RANDOM"],
  ["connect-failure", "5xx", "reset"],
  ["TLSV1_2", "TLSV1_3"],
  ["SIMPLE", "OPTIONAL_MUTUAL"],
];
const mostTries = 8;

/**
 * Finds the fields of a catalog that claims demand. Each field in turn gets another value, or is gone. If that changes
 * objects that decide about requests, the claims of the changed catalog are compared with the objects of the real one.
 * One of them must be refuted. So a field is proven only if a wrong value of it would be noticed.
 *
 * @param say is called with each field.
 */
export async function provenFields(
  subject: Subject,
  say: (text: string) => void = () => undefined,
): Promise<ProvenFields> {
  const real = subjectOf(subject);
  const isChanged = changesOf(real);
  const proven: string[] = [];
  const open: string[] = [];
  for (const path of leavesOf(subject.catalog)) {
    const place = formatPath(path);
    say(place);
    let effect = false;
    let noticed = false;
    for (const catalog of variantsOf(subject.catalog, path)) {
      const other = subjectFrom({ ...subject, catalog });
      if (other === undefined || !isChanged(other)) continue;
      effect = true;
      noticed = await isNoticed(real, other);
      if (noticed) break;
    }
    if (effect) (noticed ? proven : open).push(place);
  }
  return { proven, open };
}

/** Whether the real objects contradict a claim of the changed catalog. */
async function isNoticed(real: ProofSubject, other: ProofSubject): Promise<boolean> {
  const proofs = await proveStatically({ ...real, mesh: other.mesh });
  return proofs.some(({ verdict }) => verdict === "refuted");
}

/** The changed catalog; undefined if it has errors. */
function subjectFrom(subject: Subject): ProofSubject | undefined {
  try {
    if (checkMesh(subject.catalog).mesh === undefined) return undefined;
    return subjectOf(subject);
  } catch {
    return undefined;
  }
}

/**
 * Whether a changed catalog has objects that decide otherwise about requests. The model reads all of these two kinds, so
 * they are compared by what they mean; others by their text.
 */
function changesOf(real: ProofSubject): (other: ProofSubject) => boolean {
  const before = textsOf(real);
  const model = modelOf(real);
  return (other) => {
    const after = textsOf(other);
    const kindsChanged = [...kinds].filter((kind) => before.get(kind) !== after.get(kind));
    if (kindsChanged.some((kind) => !byMeaning.has(kind))) return true;
    return kindsChanged.length > 0 && difference(model, modelOf(other)).length > 0;
  };
}

const byMeaning = new Set(["AuthorizationPolicy", "PeerAuthentication"]);

/** The objects of each kind, as text. */
function textsOf({ objects }: ProofSubject): ReadonlyMap<string, string> {
  const text = ({ metadata: { name, namespace }, spec }: Manifest): string =>
    JSON.stringify([namespace, name, spec]);
  return new Map(
    [...Map.groupBy(objects, ({ kind }) => kind)].map(([kind, own]) => [
      kind,
      own.map(text).sort().join("\n"),
    ]),
  );
}

type Path = readonly (string | number)[];

function leavesOf(value: unknown, path: Path = []): Path[] {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((one: unknown, index) => [index, one])
    : isObject(value)
      ? Object.entries(value)
      : [];
  if (entries.length === 0) return [path];
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** Copies of a catalog in which one field has another value, or is gone. */
function* variantsOf(catalog: unknown, path: Path): Iterable<unknown> {
  const own = valueAt(catalog, path);
  let tries = 0;
  for (const value of othersOf(catalog, path, own)) {
    if (++tries > mostTries) break;
    yield withValue(catalog, path, value);
  }
  yield withValue(catalog, path, undefined);
}

function* othersOf(catalog: unknown, path: Path, own: unknown): Iterable<unknown> {
  if (typeof own === "boolean") yield !own;
  if (typeof own === "number") yield* [own + 1, own - 1];
  if (typeof own !== "string") return;
  const duration = /^(\d+)((?:ms|s|m|h).*)$/.exec(own);
  if (duration !== null)
    yield* [
      `${Number(duration[1]) + 1}${duration[2] ?? ""}`,
      `${Number(duration[1]) * 2}${duration[2] ?? ""}`,
    ];
  const listed = values.find((some) => some.includes(own));
  if (listed !== undefined) yield* listed.filter((one) => one !== own);
  const name = fieldOf(path);
  const elsewhere = leavesOf(catalog)
    .filter((other) => fieldOf(other) === name)
    .map((other) => valueAt(catalog, other));
  yield* new Set(elsewhere.filter((one) => one !== own));
  yield* [`${own}x`, own.startsWith("/") ? `/x${own}` : `x${own}`];
}

/** The last name of a path: that of the list, for an entry of a list. */
function fieldOf(path: Path): string | number | undefined {
  return path.findLast((key) => typeof key === "string");
}

function withValue(catalog: unknown, path: Path, value: unknown): unknown {
  const copy: unknown = structuredClone(catalog);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown> | unknown[];
  const last = path.at(-1) ?? "";
  if (value !== undefined) (parent as Record<string | number, unknown>)[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
}
