import pc from "picocolors";
import { parsePath } from "../../catalog";
import { fromAnnotation, type Manifest } from "../../mesh";
import { toYaml } from "../../mesh/toYaml";
import type { DeclaredObjects } from "../../program/plan";
import { UserError } from "../../errors/userError";
import { loadSubject } from "../subject";
import { planned } from "../planned";

/**
 * Describes an object that a catalog renders, with the places in the catalog, or the component, that it comes from.
 *
 * @param wanted `<Kind>/<name>` or `<Kind>/<namespace>/<name>`.
 * @returns text for humans, or JSON.
 * @throws {UserError} if there is no such object, or more than one.
 */
export async function explainObject(
  argument: string | undefined,
  wanted: string,
  { stack, json }: { readonly stack?: string; readonly json?: true },
): Promise<string> {
  const subject = await loadSubject(argument, stack);
  const { object, component, catalog } = findObject(planned(subject).declared, wanted, subject.name);
  const from = sources(catalog?.content, object);
  return json
    ? JSON.stringify({ object, component, from }, null, 2)
    : describe(object, component, catalog?.name, from);
}

interface Source {
  /** Place in the catalog, such as `services.web.calls.cart`. */
  readonly path: string;
  /** The value at this place. Absent for a default. */
  readonly value?: unknown;
}

/** An object, with its component and catalog. */
type Found = Omit<DeclaredObjects, "objects"> & { readonly object: Manifest };

function findObject(declared: readonly DeclaredObjects[], wanted: string, subject: string): Found {
  const all = declared.flatMap(({ objects, ...rest }) =>
    objects.map((object): Found => ({ ...rest, object })),
  );
  const [kind = "", ...rest] = wanted.split("/");
  const place = ({ object: { metadata } }: Found): string =>
    [metadata.namespace, metadata.name].filter(Boolean).join("/");
  const ofKind = all.filter(({ object }) => object.kind.toLowerCase() === kind.toLowerCase());
  const found = ofKind.filter(
    (one) => rest.join("/") === (rest.length > 1 ? place(one) : one.object.metadata.name),
  );
  const [first, another] = found;
  if (first !== undefined && another === undefined) return first;
  const known = (found.length > 0 ? found : ofKind).map((one) => `${one.object.kind}/${place(one)}`).sort();
  const kinds = [...new Set(all.map(({ object }) => object.kind))].sort();
  throw new UserError({
    problem: `${found.length > 1 ? "More than one object of" : "No object of"} ${subject} is "${wanted}".`,
    fix: known.length > 0 ? `Name one of: ${known.join(", ")}` : `Name one of the kinds: ${kinds.join(", ")}`,
  });
}

function sources(catalog: unknown, { metadata }: Manifest): Source[] {
  const paths = (metadata.annotations?.[fromAnnotation] ?? "").split(",").filter((path) => path !== "");
  return paths.map((path) => {
    let value = catalog;
    for (const segment of parsePath(path)) {
      value =
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[segment] : undefined;
    }
    return value === undefined ? { path } : { path, value };
  });
}

function describe(
  object: Manifest,
  component: string,
  catalog: string | undefined,
  from: readonly Source[],
): string {
  const yaml = (value: unknown): string => toYaml(value).trimEnd();
  const indent = (text: string): string => text.replaceAll(/^/gm, "  ");
  return [
    yaml(object),
    "",
    pc.bold("comes from"),
    from.length > 0 && catalog !== undefined
      ? `${catalog}, by the component ${component}`
      : `the arguments of the component ${component}, no place in the catalog`,
    ...from.flatMap(({ path, value }) => [
      pc.cyan(path),
      value === undefined ? "  (a default)" : indent(yaml(value)),
    ]),
  ].join("\n");
}
