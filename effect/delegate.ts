import { type Fields, fieldsAt, fieldsOf, has, listAt, numberAt, textAt, textsAt } from "./field";
import type { KnownObject } from "./object";
import { exported, sees } from "./service";

/** A route, and the namespace in which its short names are read. */
export interface DelegatedRoute {
  readonly route: Fields;
  readonly of: string;
}

/**
 * Returns the HTTP routes of a VirtualService, with those of its delegates in their places. A delegate's route is left
 * out if it matches what its root doesn't.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 */
export function mergeDelegates(
  root: KnownObject,
  byName: ReadonlyMap<string, KnownObject>,
): DelegatedRoute[] {
  return listAt(root.spec, "http").flatMap((route) => {
    if (!has(route, "delegate")) return [{ route, of: root.namespace }];
    const delegate = fieldsAt(route, "delegate");
    const namespace = textAt(delegate, "namespace") ?? root.namespace;
    const target = byName.get(`${namespace}/${textAt(delegate, "name") ?? ""}`);
    if (!target || textsAt(target.spec, "hosts").length > 0) return [];
    if (!sees(exported(textsAt(target.spec, "exportTo"), namespace), root.namespace)) return [];
    return listAt(target.spec, "http").flatMap((own) => {
      const merged = mergeRoute(route, own);
      return merged ? [{ route: merged, of: namespace }] : [];
    });
  });
}

/** Fields that a delegate's route has from its root, if it has none of its own. */
const inherited = [
  "rewrite",
  "directResponse",
  "timeout",
  "retries",
  "fault",
  "mirror",
  "mirrorPercent",
  "mirrorPercentage",
  "corsPolicy",
  "mirrors",
  "headers",
];

function mergeRoute(root: Fields, own: Fields): Fields | undefined {
  const match = mergeMatches(listAt(root, "match"), listAt(own, "match"));
  if (!match) return undefined;
  const name = [textAt(root, "name"), textAt(own, "name")].filter(Boolean).join("-");
  const from = inherited.filter((key) => !has(own, key) && has(root, key));
  return { ...own, ...picked(root, from), match, ...(name !== "" && { name }) };
}

function mergeMatches(root: readonly Fields[], own: readonly Fields[]): readonly Fields[] | undefined {
  if (root.length === 0) return own;
  if (own.length === 0) return root;
  const merged: Fields[] = [];
  for (const match of own) {
    const fitting = root.filter((one) => !conflicts(one, match));
    if (fitting.length === 0) return undefined;
    merged.push(...fitting.map((one) => mergeMatch(one, match)));
  }
  return merged;
}

const maps = ["headers", "withoutHeaders", "queryParams", "sourceLabels"];
const singles = ["uri", "scheme", "method", "authority", "port", "sourceNamespace", "gateways"];

function mergeMatch(root: Fields, own: Fields): Fields {
  return {
    ...own,
    ...picked(
      root,
      singles.filter((key) => !has(own, key) && has(root, key)),
    ),
    ...Object.fromEntries(maps.map((key) => [key, { ...fieldsAt(root, key), ...fieldsAt(own, key) }])),
  };
}

function picked(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key): [string, unknown] => [key, fields[key]]));
}

function conflicts(root: Fields, own: Fields): boolean {
  if (["uri", "scheme", "method", "authority"].some((key) => texts(fieldsOf(root)[key], own[key])))
    return true;
  for (const key of ["headers", "withoutHeaders", "queryParams"]) {
    const wide = fieldsAt(root, key);
    if (Object.entries(fieldsAt(own, key)).some(([name, value]) => texts(wide[name], value))) return true;
  }
  if ((root.ignoreUriCase === true) !== (own.ignoreUriCase === true)) return true;
  const [port, ownPort] = [numberAt(root, "port"), numberAt(own, "port")];
  if (port !== undefined && ownPort !== undefined && port !== ownPort) return true;
  const namespace = textAt(root, "sourceNamespace");
  if (namespace !== undefined && textAt(own, "sourceNamespace") !== namespace) return true;
  const labels = fieldsAt(root, "sourceLabels");
  const differs = ([name, value]: [string, unknown]): boolean =>
    labels[name] !== undefined && labels[name] !== value;
  if (Object.entries(fieldsAt(own, "sourceLabels")).some(differs)) return true;
  const [gateways, ownGateways] = [textsAt(root, "gateways"), textsAt(own, "gateways")];
  if (gateways.length === 0 || ownGateways.length === 0) return false;
  return gateways.length < ownGateways.length || ownGateways.some((name) => !gateways.includes(name));
}

/** Whether a match of a delegate is none of its root's texts. */
function texts(root: unknown, own: unknown): boolean {
  if (root === undefined || own === undefined || root === null || own === null) return false;
  const of = (value: unknown, form: string): string => textAt(value, form) ?? "";
  const any = (value: unknown): boolean =>
    ["regex", "prefix", "exact"].some((form) => of(value, form) !== "");
  if (of(root, "regex") !== "" && any(own)) return true;
  if (of(own, "regex") !== "" && any(root)) return true;
  if (of(root, "exact") !== "") return of(own, "prefix") !== "" || of(own, "exact") !== of(root, "exact");
  const prefix = of(root, "prefix");
  if (prefix !== "" && of(own, "prefix") !== "") return !of(own, "prefix").startsWith(prefix);
  if (prefix !== "" && of(own, "exact") !== "") return !of(own, "exact").startsWith(prefix);
  return true;
}
