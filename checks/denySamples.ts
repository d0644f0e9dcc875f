import {
  type Deny,
  type Edge,
  type EndUser,
  type HttpMethod,
  httpMethods,
  isHttp,
  type Mesh,
} from "../catalog";
import type { Identity, Request } from "../effect";

/** Requests of a call that differ only in what DENY rules tell apart, so that one of them is allowed if any is. */
export interface Samples {
  /** What the requests have in common: a declared path or method, as text. Undefined if the call declares neither. */
  readonly of?: string;
  readonly requests: readonly Request[];
}

/** Returns the samples of each declared path and method of a call, or those of the call if it declares none. */
export function samplesOf(edge: Edge, deny: readonly Deny[], { jwtRules, trustDomain }: Mesh): Samples[] {
  const identity = identityOf(edge, trustDomain);
  const port = edge.port.targetPort;
  if (!isHttp(edge.port.protocol)) return [{ requests: [{ identity, port, protocol: "tcp" }] }];
  const tokens = tokensOf(edge, deny, jwtRules);
  const requests = (methods: readonly HttpMethod[], paths: readonly string[]): Request[] =>
    methods.flatMap((method) =>
      paths.flatMap((path) =>
        tokens.map((claims) => ({ identity, port, method, path, ...(claims && { claims }) })),
      ),
    );
  const methods = methodsOf(edge);
  const all = edge.paths.length > 0 ? edge.paths : ["/*"];
  const everyPath = all.flatMap((pattern) => pathsIn(pattern, deny));
  const parts: Samples[] = [
    ...edge.paths.map((pattern) => ({ of: pattern, requests: requests(methods, pathsIn(pattern, deny)) })),
    ...edge.methods.map((method) => ({ of: method, requests: requests([method], everyPath) })),
  ];
  return parts.length > 0 ? parts : [{ requests: requests(methods, everyPath) }];
}

function methodsOf({ port, methods }: Edge): readonly HttpMethod[] {
  if (methods.length > 0) return methods;
  return port.protocol === "grpc" ? ["POST"] : httpMethods;
}

/** A caller that may have any service account of its namespace has one that no rule names. */
function identityOf({ source: { principal, namespace } }: Edge, trustDomain: string): Identity {
  const [domain = trustDomain, , , , account = "any"] = principal?.split("/") ?? [];
  return { trustDomain: domain, namespace, serviceAccount: account };
}

/** Paths that match a pattern: one that no rule lists, and one of each exception inside of it. */
function pathsIn(pattern: string, deny: readonly Deny[]): string[] {
  if (!pattern.endsWith("*")) return [pattern];
  const start = pattern.slice(0, -1);
  const excepted = deny.flatMap(({ notPaths }) => notPaths).map((path) => path.replace(/\*$/, unlisted));
  return [`${start}${unlisted}`, ...excepted.filter((path) => path.startsWith(start))];
}

const unlisted = "~";

type Claims = Readonly<Record<string, unknown>>;

/** Tokens that the call accepts: with each accepted value of a claim, and with the claims that a rule excepts. */
function tokensOf({ endUser }: Edge, deny: readonly Deny[], rules: Mesh["jwtRules"]): (Claims | undefined)[] {
  const excepted = deny.flatMap(({ notEndUser }) => notEndUser ?? []);
  const own = endUser ? variants(endUser) : [];
  const merged = excepted.flatMap((other) => {
    const issuer = endUser?.issuer ?? other.issuer;
    const claims = [...(endUser?.claims ?? []), ...other.claims];
    return variants({ claims, ...(issuer !== undefined && { issuer }) });
  });
  const tokens = [...own, ...merged].flatMap((user) =>
    rules
      .filter(({ issuer }) => user.issuer === undefined || user.issuer === issuer)
      .map((rule) => claimsOf(user, rule)),
  );
  return endUser ? tokens : [undefined, ...tokens];
}

/** The user with the first value of every claim, then with each further value of one. */
function variants({ claims, ...user }: EndUser): EndUser[] {
  const first = claims.map(({ path, values }) => ({ path, values: values.slice(0, 1) }));
  const others = claims.flatMap(({ path, values }, i) =>
    values.slice(1).map((value) => first.with(i, { path, values: [value] })),
  );
  return [first, ...others].map((each) => ({ ...user, claims: each }));
}

function claimsOf({ claims }: EndUser, { issuer, audiences }: Mesh["jwtRules"][number]): Claims {
  const token: Record<string, unknown> = { iss: issuer, ...(audiences && { aud: [...audiences] }) };
  for (const { path, values } of claims) {
    let place = token;
    for (const name of path.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>;
    const name = path.at(-1) ?? "";
    place[name] = [...((place[name] as string[] | undefined) ?? []), ...values];
  }
  return token;
}
