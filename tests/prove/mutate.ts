import { valueAt } from "../../catalog";
import type { Manifest } from "../../mesh";

/** One change of one object: a field or an entry of a list that is gone, or a value that is another. */
export interface Mutant {
  /** Kind and path of the field, with `[]` for any entry of a list: `VirtualService spec.http[].timeout`. */
  readonly place: string;
  readonly change: "gone" | "changed";
  readonly object: Manifest;
  /** Undefined: the object is gone. */
  readonly mutated: Manifest | undefined;
}

/** Kinds that decide what becomes of requests. */
export const judgedKinds = [
  "AuthorizationPolicy",
  "DestinationRule",
  "Gateway",
  "PeerAuthentication",
  "RequestAuthentication",
  "ServiceEntry",
  "Sidecar",
  "VirtualService",
];

/** Every mutant of an object: it is gone itself, and each of its fields in turn is gone or has another value. */
export function mutantsOf(object: Manifest): Mutant[] {
  const { kind } = object;
  const whole: Mutant = { place: kind, change: "gone", object, mutated: undefined };
  return [whole, ...placesIn(object.spec, ["spec"]).flatMap((path) => mutantsAt(object, path))];
}

type Path = readonly (string | number)[];

function placesIn(value: unknown, path: Path): Path[] {
  if (value === null || typeof value !== "object") return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((one, index) => [index, one])
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => [[...path, key], ...placesIn(inner, [...path, key])]);
}

function mutantsAt(object: Manifest, path: Path): Mutant[] {
  const place =
    `${object.kind} ${path.map((key) => (typeof key === "number" ? "[]" : `.${key}`)).join("")}`.replace(
      " .",
      " ",
    );
  const other = another(valueAt(object, path));
  return [
    { place, change: "gone", object, mutated: withValue(object, path, undefined) },
    ...(other === undefined
      ? []
      : [{ place, change: "changed" as const, object, mutated: withValue(object, path, other) }]),
  ];
}

/** Another value of the same type. */
function another(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value !== "string") return undefined;
  const duration = /^(\d+)(.*s)$/.exec(value);
  return duration ? `${Number(duration[1]) + 1}${duration[2] ?? ""}` : `${value}x`;
}

function withValue(object: Manifest, path: Path, value: unknown): Manifest {
  const copy = structuredClone<Manifest>(object);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown> | unknown[];
  const last = path.at(-1) ?? "";
  if (value !== undefined) (parent as Record<string | number, unknown>)[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
}
