import { contains, parseBlock } from "./address";
import { isReadable, matches, type Pattern } from "./pattern";
import { matchedPath, principalOf, type Request } from "./request";
import type { MeshSettings } from "./settings";
import { every, not, some, type Truth, truth } from "./truth";

/**
 * One aspect of requests that conditions distinguish: `identity`, `port`, `method`, `path`, `host`, `address`,
 * `remoteAddress`, `header <name>`, `claim <names as JSON>`; or `unread <key>`, which the model doesn't read.
 */
export type Dimension = string;

/** A pattern for one aspect of requests. Patterns of addresses are CIDR blocks, as exact texts. */
export interface Atom {
  readonly dimension: Dimension;
  readonly pattern: Pattern;
  /** What the policy says, such as `namespace shop`. Default: the pattern's text says it. */
  readonly said?: string;
}

/** One of several alternatives, each of which is a list of atoms that all match. */
export interface Condition {
  readonly alternatives: readonly (readonly Atom[])[];
  /** The condition holds if no alternative matches. */
  readonly negated: boolean;
}

/** Whether a request fulfils a condition. */
export function fulfils(
  request: Request,
  { alternatives, negated }: Condition,
  settings: MeshSettings,
): Truth {
  const any = some(alternatives, (atoms) => every(atoms, (atom) => matchesAtom(request, atom, settings)));
  return negated ? not(any) : any;
}

function matchesAtom(request: Request, { dimension, pattern }: Atom, settings: MeshSettings): Truth {
  const value = valueOf(request, dimension, settings);
  if (value === unread || !isReadable(pattern)) return "unknown";
  return truth(atomMatches(dimension, pattern, value));
}

/** Whether the value of an aspect matches. Of several values, one has to. */
export function atomMatches(
  dimension: Dimension,
  pattern: Pattern,
  value: string | readonly string[] | undefined,
): boolean {
  if (Array.isArray(value)) return value.some((one: string) => matches(pattern, one));
  const text = value as string | undefined;
  if (isAddress(dimension)) {
    const block = "text" in pattern ? parseBlock(pattern.text) : undefined;
    return block !== undefined && text !== undefined && contains(block, text);
  }
  return matches(pattern, text);
}

/** Whether values of an aspect are IP addresses. */
export function isAddress(dimension: Dimension): boolean {
  return dimension === "address" || dimension === "remoteAddress";
}

/** Whether an aspect exists only in requests of HTTP, not in connections. */
export function isHttpOnly(dimension: Dimension): boolean {
  return /^(method|path|host|header|claim)\b/.test(dimension);
}

/** A value that the model doesn't read, or that the request leaves open. */
export const unread = Symbol("unread");

/** Returns the value of an aspect of a request, with the path as policies match it. */
export function valueOf(
  request: Request,
  dimension: Dimension,
  settings: MeshSettings,
): string | readonly string[] | undefined | typeof unread {
  const { identity, port, method = "GET", path = "/", host, headers = {}, claims } = request;
  const space = dimension.indexOf(" ");
  const kind = space === -1 ? dimension : dimension.slice(0, space);
  const name = space === -1 ? "" : dimension.slice(space + 1);
  switch (kind) {
    case "identity":
      return identity && principalOf(identity);
    case "port":
      return String(port);
    case "method":
      return method;
    case "path":
      return matchedPath(path, settings.pathNormalization);
    case "host":
      return host ?? unread;
    case "address":
      return request.address ?? unread;
    case "remoteAddress":
      return request.remoteAddress ?? unread;
    case "header":
      return headers[name];
    case "claim":
      return claimAt(claims, JSON.parse(name) as string[]);
    default:
      return name === "connection.sni" ? (request.sni ?? unread) : unread;
  }
}

/** Claims that istiod splits at spaces: https://istio.io/latest/docs/reference/config/security/jwt/ */
const delimited = ["scope", "permission"];

function claimAt(claims: unknown, names: readonly string[]): string | readonly string[] | undefined {
  let value = claims;
  for (const name of names) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  if (typeof value !== "string") return undefined;
  return names.length === 1 && delimited.includes(names[0] ?? "") ? value.split(" ") : value;
}
