import { type Edge, httpMethods, isHttp, type Mesh, type Port, type Service } from "../../catalog";
import { isAdmitted, isDenied, isSource, readAs } from "../admission";
import { identitiesOf, type MeshIdentity, principalOf } from "../identities";
import type { Caller, Question } from "../question";
import type { Token, TokenIssuer } from "../tokens";
import { authorizerPaths, withAuthorizer } from "./authorizer";

/**
 * The requests that the catalog's calls admit, for every port of every service and every identity. Their neighbours
 * just outside must be denied, unless the service's authorization is a dry run.
 */
export function accessQuestions(mesh: Mesh, issuer: TokenIssuer): Question[] {
  const clients = identitiesOf(mesh).map((identity): Client => ({
    ...identity,
    principal: principalOf(mesh, identity),
    caller: { kind: "identity", ...identity },
  }));
  const byPrincipal = new Map(clients.map((client) => [client.principal, client]));
  const byNamespace = Map.groupBy(clients, ({ namespace }) => namespace);
  const all = clients.map(({ caller }) => caller);
  return mesh.services.flatMap((service) =>
    service.ports.flatMap((port) => {
      const edges = service.incoming.filter((edge) => edge.port.name === port.name);
      const named = edges.flatMap(({ source: { principal, namespace } }) =>
        principal === undefined ? (byNamespace.get(namespace) ?? []) : (byPrincipal.get(principal) ?? []),
      );
      const admitted = [...new Set(named)];
      const own = byPrincipal.get(
        principalOf(mesh, { ...service, serviceAccount: service.serviceAccount.name }),
      );
      // Those without a call get the same questions.
      const others = new Set([...admitted, ...(own ? [own] : [])]);
      const first = clients.find((client) => !others.has(client));
      const otherCallers = {
        all,
        except: new Set([...others, ...(first ? [first] : [])].map(({ caller }) => caller)),
      };
      return [...admitted, ...(first ? [first] : [])]
        .flatMap((client) => askAs(mesh, client, service, port, edges, issuer))
        .filter(({ expect }) => expect !== "denied" || service.authorization === "enforced")
        .map((question) => (question.caller === first?.caller ? { ...question, otherCallers } : question));
    }),
  );
}

/** An identity that sends requests. */
interface Client extends MeshIdentity {
  readonly principal: string;
  readonly caller: Caller;
}

function askAs(
  mesh: Mesh,
  client: Client,
  service: Service,
  port: Port,
  edges: readonly Edge[],
  issuer: TokenIssuer,
): Question[] {
  const { caller, ...who } = client;
  const own = edges.filter((edge) => isSource(edge, who));
  const target = { kind: "host", host: service.host, port: port.port } as const;
  const name = `${client.namespace}/${client.serviceAccount}`;
  const place = `${service.name}:${port.name}`;
  const isRequest = isHttp(port.protocol);
  const claims = {
    answered: { path: own[0]?.path ?? service.path, claim: `${name} may call ${place}, as its calls say` },
    denied:
      own.length === 0
        ? {
            path: `${service.path}.ports.${port.name}`,
            claim: `${place} denies every identity without a call`,
          }
        : { path: own[0]?.path ?? service.path, claim: `${name} may call ${place} only as its calls say` },
  };
  const common = { caller, target, requestPath: "/" };
  if (!isRequest) {
    const attempt = { ...who, method: "", path: "" };
    const expect = own.length > 0 && !isDenied(service, port.targetPort, attempt) ? "answered" : "denied";
    return [{ ...common, ...claims[expect], scheme: "tcp", request: {}, expect }];
  }
  const isGrpc = port.protocol === "grpc";
  const protocol = isGrpc ? "grpc" : port.protocol === "http2" ? "http2" : "http";
  const tokens: (Token | undefined)[] = [
    undefined,
    ...own.flatMap((edge) => issuer.tokensFor(edge, mesh.jwtRules)),
  ];
  const methods = methodsOf(own, isGrpc);
  const paths = pathsOf(own, edges, service);
  const [none, valid = none] = tokens;
  const admittedPath = own.flatMap((edge) => edge.paths).map(inside)[0] ?? "/";
  // Every other method is asked with one path that is admitted.
  const others = own.length === 0 || isGrpc ? [] : httpMethods.filter((one) => !methods.includes(one));
  const attempts = [
    ...methods.flatMap((method) => paths.flatMap((path) => tokens.map((token) => ({ method, path, token })))),
    ...others.map((method) => ({ method, path: admittedPath, token: valid })),
  ];
  return attempts.map(({ method, path, token }): Question => {
    const read = readAs(path);
    const attempt = { ...who, method, path: read, ...(token && { token }) };
    const admitted = isAdmitted(own, attempt, true) && !isDenied(service, port.targetPort, attempt);
    const tokenIsFine = token === undefined || token.valid;
    const expect = admitted && tokenIsFine ? "answered" : "denied";
    const question: Question = {
      ...common,
      ...claims[expect],
      scheme: "http",
      requestPath: path,
      request: {
        method,
        protocol,
        ...(token && { headers: { authorization: `Bearer ${token.text}` } }),
      },
      expect,
    };
    // A request that is denied anyway stays denied.
    return expect === "denied"
      ? question
      : withAuthorizer(question, service.extAuthz, place, read, port.targetPort);
  });
}

/** Methods of the edges, and others. gRPC has only POST. */
function methodsOf(edges: readonly Edge[], isGrpc: boolean): string[] {
  if (isGrpc) return ["POST"];
  if (edges.length === 0) return ["GET", "POST"];
  return [...new Set([...edges.flatMap(({ methods }) => methods), "GET", "POST", "DELETE"])];
}

/** A path inside of each pattern of the edges, and paths just outside: beside, above and below it. */
function pathsOf(own: readonly Edge[], all: readonly Edge[], { deny, extAuthz }: Service): string[] {
  const patterns = own.flatMap(({ paths }) => paths);
  const denied = deny.flatMap(({ paths, notPaths }) => [...paths, ...notPaths]);
  const others = [
    ...[...all.flatMap(({ paths }) => paths), ...denied].map(inside),
    ...authorizerPaths(extAuthz),
  ];
  if (own.length === 0) return [...new Set(["/", ...others.slice(0, 2)])];
  return [
    ...new Set([
      "/",
      "/outside",
      ...others,
      ...patterns.flatMap((pattern) => [inside(pattern), ...beside(pattern)]),
      ...[...patterns.slice(0, 1), ...denied.slice(0, 1)].flatMap(encoded),
    ]),
  ];
}

/** Paths with an encoded slash: one that the pattern matches as soon as it is decoded, and one that then leaves it. */
function encoded(pattern: string): string[] {
  const path = pattern.replace(/\/?\*$/, "");
  return path === "" ? [] : [`${path}%2finside`, `${path}/..%2foutside`];
}

function inside(pattern: string): string {
  return pattern.replace(/\*$/, "inside");
}

/** Neighbours of a pattern that it does not match, unless another one does. */
function beside(pattern: string): string[] {
  const path = pattern.replace(/\/?\*$/, "");
  if (path === "") return [];
  return [`${path}-beside`, `${path}/`, path, path.toUpperCase(), path.slice(0, path.lastIndexOf("/") + 1)];
}
