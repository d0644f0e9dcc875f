import { formatPath, isObject, parsePath } from "../../catalog";
import { parseDocument } from "yaml";
import { fromAnnotation, type Manifest } from "../../mesh";
import { fullName } from "../../mesh/object";
import { type CombinedProof, proveStatically, type ProofSubject, type Verdict } from "../../prove";
import { subjectOf } from "./subject";
import { renderedPath, renderedText } from "../renderedFile";
import { locator } from "../side";
import { offsetInTree } from "../sourceOf";
import { catalogFileOf, type Subject } from "../subject";

/** Where a refuted claim and what contradicts it are written. */
export interface ProofPlace {
  /** The claim's line in the catalog, as `<file>:<line>`. Absent for standard input. */
  readonly catalog?: string;
  /** The override that the claim fails by. Absent if it fails without one. */
  readonly override?: {
    /** The object, such as `AuthorizationPolicy shop/api`. */
    readonly object: string;
    /** The first overridden line of its file, as `meshwright render --out` writes it. */
    readonly line: string;
    /** The override's line in the catalog. Absent for standard input. */
    readonly catalog?: string;
  };
}

/** A proof with its lines, if it is refuted. */
export interface LocatedProof extends CombinedProof {
  readonly place?: ProofPlace;
}

/** One line that names an override: its object, the object's line and the catalog's. */
export function overrideText({ object, line, catalog }: NonNullable<ProofPlace["override"]>): string {
  return `${object} (${[line, ...(catalog === undefined ? [] : [catalog])].join(", ")})`;
}

/**
 * Adds to each refuted claim its lines in the catalog and the override that refutes it. Without that override, the
 * model no longer refutes the claim. If several overrides refute it, each alone, it is the first of them. If only
 * another tier refutes the claim, it is the override without which the model proves it. If there is none, it is that of an
 * object that is rendered from the claim's place.
 */
export async function located(subject: Subject, proofs: readonly CombinedProof[]): Promise<LocatedProof[]> {
  // The lines take a rendering, which only refuted claims need.
  if (proofs.every(({ verdict }) => verdict !== "refuted")) return [...proofs];
  const locate = locator(catalogFileOf(subject));
  const overridden = overriddenIn(subject);
  const result: LocatedProof[] = [];
  for (const proof of proofs) {
    if (proof.verdict !== "refuted") {
      result.push(proof);
      continue;
    }
    const [catalog, cause] = [locate(proof.path), await causeOf(proof, subject, overridden)];
    const line = cause && locate(cause.path);
    result.push({
      ...proof,
      place: {
        ...(catalog !== undefined && { catalog }),
        ...(cause && {
          override: {
            object: `${cause.object.kind} ${fullName(cause.object)}`,
            line: `${renderedPath(cause.object)}:${lineIn(cause)}`,
            ...(line !== undefined && { catalog: line }),
          },
        }),
      },
    });
  }
  return result;
}

/** An override, its object, and what is proven without it. */
interface Overridden {
  /** Its path in the catalog. */
  readonly path: string;
  readonly patch: unknown;
  readonly object: Manifest;
  readonly without: () => ProofSubject;
  /** What is proven with this override alone. */
  readonly alone: () => ProofSubject;
}

function overriddenIn(subject: Subject): Overridden[] {
  const { overrides } = isObject(subject.catalog) ? subject.catalog : {};
  if (!isObject(overrides)) return [];
  const { objects } = subjectOf(subject);
  return Object.entries(overrides).flatMap(([kind, own]) =>
    Object.entries(isObject(own) ? own : {}).flatMap(([name, patch]): Overridden[] => {
      const object = objects.find((one) => one.kind === kind && fullName(one) === name);
      const catalog = {
        ...(subject.catalog as object),
        overrides: { ...overrides, [kind]: { ...(own as object), [name]: {} } },
      };
      const only = { ...(subject.catalog as object), overrides: { [kind]: { [name]: patch } } };
      const path = formatPath(["overrides", kind, name, ...firstLeaf(patch)]);
      return object === undefined
        ? []
        : [
            {
              ...{ path, patch, object },
              without: () => subjectOf({ ...subject, catalog }),
              alone: () => subjectOf({ ...subject, catalog: only }),
            },
          ];
    }),
  );
}

async function causeOf(
  { path, claim }: CombinedProof,
  subject: Subject,
  overridden: readonly Overridden[],
): Promise<Overridden | undefined> {
  if (overridden.length === 0) return undefined;
  const verdictOf = async (by: ProofSubject): Promise<Verdict | undefined> =>
    (await proveStatically(by, claim)).find((proof) => proof.claim === claim && proof.path === path)?.verdict;
  const isRefuted = async (by: ProofSubject): Promise<boolean> => (await verdictOf(by)) === "refuted";
  const verdict = await verdictOf(subjectOf(subject));
  if (verdict === "not provable here") {
    // The model does not read the override, which another tier refutes.
    for (const one of overridden) if ((await verdictOf(one.without())) === "proven") return one;
  }
  if (verdict !== "refuted") return overridden.find(({ object }) => isAbout(object, path));
  for (const one of overridden) if (!(await isRefuted(one.without()))) return one;
  // Several overrides may each be enough. A claim that fails without any of them fails by none.
  const plain = { ...(subject.catalog as object), overrides: {} };
  if (await isRefuted(subjectOf({ ...subject, catalog: plain }))) return undefined;
  for (const one of overridden) if (await isRefuted(one.alone())) return one;
  return undefined;
}

/** Whether an object is rendered from a place of the catalog, or from what is around or inside of it. */
function isAbout({ metadata: { annotations = {} } }: Manifest, path: string): boolean {
  const own = parsePath(path);
  return (annotations[fromAnnotation] ?? "").split(",").some((source) => {
    const from = parsePath(source);
    const common = Math.min(from.length, own.length);
    return from.slice(0, common).every((segment, index) => segment === own[index]);
  });
}

/** The path of a patch's first value. */
function firstLeaf(patch: unknown): string[] {
  if (!isObject(patch)) return [];
  const [[key, value] = []] = Object.entries(patch);
  return key === undefined ? [] : [key, ...firstLeaf(value)];
}

function lineIn({ object, patch }: Overridden): number {
  const text = renderedText(object);
  const offset = offsetInTree(parseDocument(text).contents, firstLeaf(patch)) ?? 0;
  return text.slice(0, offset).split("\n").length;
}
