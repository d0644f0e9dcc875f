import {
  type Gateway,
  type GatewayDirectResponse,
  type GatewayHost,
  type GatewayRoute,
  isHttp,
  type Mesh,
  terminates,
} from "../../catalog";
import { isAdmitted, isDenied, readAs } from "../admission";
import { shownBody } from "../laboratory";
import type { Expectation, Question } from "../question";
import { bearer, requestOf } from "../sample";
import type { Token, TokenIssuer } from "../tokens";
import { withAuthorizer } from "./authorizer";
import { common, edgesOfHost, encrypted, nameFor } from "./gatewayHost";

/**
 * Requests from outside of the mesh to the gateways. They test each route with its methods and tokens, paths and hosts
 * without a route, and redirects. Others test plain HTTP, a TLS version that is too old, and clients without the
 * certificate that a host requires.
 */
export function gatewayQuestions(mesh: Mesh, issuer: TokenIssuer): Question[] {
  return mesh.gateways
    .filter(({ pods }) => pods.release !== undefined)
    .flatMap((gateway) =>
      gateway.hosts
        .flatMap((host) => {
          const routed = routesOf(mesh, gateway, host, issuer);
          const answered = routed.find(({ expect }) => expect === "answered");
          return [
            ...(host.traffic === "connections" ? connectionsOf(mesh, gateway, host) : []),
            // The gateway's authorizer is asked before a route is chosen, so also about what the callee denies.
            ...routed.map((question) =>
              withAuthorizer(question, host.extAuthz, nameFor(host.host), pathOf(question)),
            ),
            ...(host.extAuthz === undefined ? edgesOfHost(gateway, host, answered) : []),
          ];
        })
        .map((question) => withCertificate(gateway, question)),
    );
}

function pathOf({ requestPath }: Question): string {
  return readAs(requestPath.split("?", 1)[0] ?? "/");
}

/** Clients of a host with mutual TLS present a certificate of its CA, unless the question is about another one. */
function withCertificate({ hosts }: Gateway, question: Question): Question {
  const { target, request } = question;
  const host = hosts.find(
    ({ host: name, port }) => nameFor(name) === hostOf(question) && port === target.port,
  );
  if (host?.tls.mode !== "MUTUAL" || "presents" in request) return question;
  return { ...question, request: { ...request, presents: "trusted" } };
}

function hostOf({ target }: Question): string {
  return target.kind === "host" ? target.host : "";
}

/** A host whose connections the gateway forwards: with the TLS of the client, or behind its own. */
function connectionsOf(mesh: Mesh, gateway: Gateway, host: GatewayHost): Question[] {
  const [edge] = host.routes.flatMap((route) => route.edge ?? []);
  const callee = mesh.services.find(({ name }) => name === edge?.callee);
  if (edge === undefined || callee === undefined) return [];
  const where = nameFor(host.host);
  const secure = terminates(host.tls);
  const { source } = edge;
  const attempt = { principal: source.principal ?? "", namespace: source.namespace, method: "", path: "" };
  const admitted = !isDenied(callee, edge.port.targetPort, attempt);
  const how = secure ? "behind TLS that the gateway terminates" : "with the TLS of its clients";
  return [
    {
      ...common(gateway, host),
      path: edge.path,
      claim: admitted
        ? `connections to ${where} lead to ${edge.callee}:${edge.port.name}, ${how}`
        : `connections to ${where} are denied`,
      ...encrypted(host),
      requestPath: "/",
      expect: admitted ? "answered" : "unreachable",
      ...(admitted && !secure && { sees: { service: edge.callee, tls: true } }),
    },
  ];
}

function routesOf(mesh: Mesh, gateway: Gateway, host: GatewayHost, issuer: TokenIssuer): Question[] {
  const base = common(gateway, host);
  const where = nameFor(host.host);
  if (host.traffic === "connections") return [];
  return host.routes.flatMap((route): Question[] => {
    // The routes of a delegate are another catalog's.
    if ("delegate" in route) return [];
    if ("status" in route) return directResponsesOf(base, where, route);
    if (route.edge === undefined) {
      const { prefix, authority, uri, redirectCode } = route;
      const location = `https://${authority ?? where}${uri ?? prefix}`;
      return [
        {
          ...base,
          claim: `${where}${prefix} is redirected`,
          requestPath: prefix,
          request: {},
          expect: "redirected",
          redirect: { status: String(redirectCode), location },
        },
      ];
    }
    return requestsOf(mesh, base, where, route, issuer);
  });
}

/** A response of the gateway itself: its status and its body. */
function directResponsesOf(
  base: ReturnType<typeof common>,
  where: string,
  { match, status, body }: GatewayDirectResponse,
): Question[] {
  const [path = "/"] = Object.values(match.uri);
  const plain =
    Object.keys({ ...match.headers, ...match.queryParams }).length === 0 && !("regex" in match.uri);
  // Clients read no body after these.
  if (!plain || status === 204 || status === 304) return [];
  return [
    {
      ...base,
      claim: `the gateway answers ${where}${path} itself`,
      requestPath: path,
      request: {},
      expect: "responded",
      response: { status: String(status), body: shownBody(textOf(body)) },
    },
  ];
}

function textOf(body: GatewayDirectResponse["body"]): string {
  if (body === undefined) return "";
  return "string" in body ? body.string : Buffer.from(body.bytes, "base64").toString();
}

function requestsOf(
  mesh: Mesh,
  base: ReturnType<typeof common>,
  where: string,
  route: GatewayRoute,
  issuer: TokenIssuer,
): Question[] {
  const { edge, match, rewrite } = route;
  const sample = requestOf(match, edge);
  const callee = mesh.services.find(({ name }) => name === edge.callee);
  if (sample === undefined || callee === undefined || !isHttp(edge.port.protocol)) return [];
  const isGrpc = edge.port.protocol === "grpc";
  const uri = match.uri;
  const matched = "prefix" in uri ? uri.prefix : sample.path.split("?")[0];
  // A route's own paths are those behind the rewrite; a sample that they do not admit is no sample of the route.
  const suffix = "prefix" in uri ? suffixFor(edge.paths, rewrite ?? uri.prefix) : "";
  const path = `${matched}${suffix}`.replace("//", "/");
  const behind = rewrite === undefined ? path : `${rewrite}${suffix}`.replace("//", "/");
  const { source } = edge;
  const edges = callee.incoming.filter(({ port }) => port.name === edge.port.name);
  const tokens: (Token | undefined)[] = [undefined, ...issuer.tokensFor(edge, mesh.jwtRules)];
  const own = match.methods.length > 0 ? match.methods : edge.methods;
  const [first, valid = first] = tokens;
  const methods = new Map<string, readonly (Token | undefined)[]>(
    isGrpc || match.methods.length > 0 ? [] : neighbours.map((method) => [method, [valid]]),
  );
  for (const method of isGrpc ? ["POST"] : own.length > 0 ? own : ["GET", "POST"])
    methods.set(method, tokens);
  const questions = [...methods].flatMap(([method, presented]) =>
    presented.map((token): Question => {
      const attempt = {
        principal: source.principal ?? "",
        namespace: source.namespace,
        method,
        path: behind,
        ...(token && { token }),
      };
      const admitted =
        isAdmitted(edges, attempt, true) &&
        !isDenied(callee, edge.port.targetPort, attempt) &&
        (token === undefined || token.valid);
      const expect: Expectation = admitted ? "answered" : "denied";
      const question: Question = {
        ...base,
        path: edge.path,
        claim: admitted
          ? `${where}${String(matched)} leads to ${edge.callee}:${edge.port.name}, as its route says`
          : `${where}${String(matched)} admits only what its route says`,
        requestPath: `${path}${sample.path.includes("?") ? sample.path.slice(sample.path.indexOf("?")) : ""}`,
        request: {
          method,
          ...(isGrpc && { protocol: "grpc" as const }),
          headers: { ...sample.headers, ...bearer(token) },
        },
        expect,
        ...(admitted &&
          !isGrpc && {
            sees: {
              path: behind,
              service: edge.callee,
              port: edge.port.targetPort,
              ...(token && edge.endUser && { token: isForwarded(mesh, token) ? "forwarded" : "removed" }),
            },
          }),
      };
      const place = `${edge.callee}:${edge.port.name}`;
      return admitted
        ? withAuthorizer(question, callee.extAuthz, place, behind, edge.port.targetPort)
        : question;
    }),
  );
  const answered = isGrpc || path === "/" ? undefined : questions.find(({ expect }) => expect === "answered");
  // The gateway decodes the slash before it chooses a route.
  return answered === undefined
    ? questions
    : [...questions, { ...answered, requestPath: `/prove/..%2f${answered.requestPath.slice(1)}` }];
}

/** Methods that a route refuses unless it names them. */
const neighbours = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function isForwarded({ jwtRules }: Mesh, { issuer }: Token): boolean {
  return jwtRules.find((rule) => rule.issuer === issuer)?.forwardOriginalToken !== false;
}

/** What is to be added to a route's path so that the route's own paths admit it. */
function suffixFor(paths: readonly string[], start: string): string {
  if (paths.length === 0) return "";
  const below = start.replace(/\/$/, "");
  const fitting = paths
    .map((pattern) => pattern.replace(/\*$/, "inside"))
    .find((path) => path === start || path.startsWith(`${below}/`));
  return fitting === undefined || fitting === start ? "" : fitting.slice(below.length);
}
