import { type ExternalService, isHttp, type Mesh, type Port, type Service } from "../../catalog";
import { strangerNamespace } from "../identities";
import type { Caller, Expectation, Question } from "../question";
import { egressHost, pathInside } from "../sample";

/**
 * Hosts outside of the mesh. Callers reach those that they call. Other services, a stranger and a pod without a proxy
 * do not, also not through the egress gateway. No service reaches an undeclared host.
 */
export function egressQuestions(mesh: Mesh, undeclaredHost: string): Question[] {
  return [
    ...mesh.externalServices.flatMap((service) =>
      service.ports.flatMap((port) => [
        ...mesh.services.map(({ name }) => ask(mesh, service, port, { kind: "workload", service: name })),
        ask(mesh, service, port, {
          kind: "identity",
          namespace: strangerNamespace,
          serviceAccount: "default",
        }),
        ...(service.egressGateway ? [throughGateway(service, port)] : []),
      ]),
    ),
    ...mesh.services.flatMap((service) =>
      (["http", "https"] as const).map((scheme) => askUndeclared(service, scheme, undeclaredHost)),
    ),
  ];
}

/** A port that is excluded from the proxy is open to every host; that is what the catalog says then. */
function askUndeclared({ name, path, sidecar }: Service, scheme: "http" | "https", host: string): Question {
  const port = scheme === "http" ? 80 : 443;
  const common = {
    caller: { kind: "workload", service: name },
    target: { kind: "host", host, port },
    scheme,
    requestPath: "/",
    request: {},
  } as const;
  if (sidecar.excludeOutboundPorts?.includes(port) === true) {
    return {
      ...common,
      path: `${path}.sidecar.excludeOutboundPorts`,
      claim: `${name} reaches port ${port} of every host, beside its proxy`,
      expect: "answered",
    };
  }
  return {
    ...common,
    path: `${path}.calls`,
    claim: `${name} reaches no undeclared host`,
    expect: "unreachable",
    // A declared TCP port admits connections to any address, and sends them to the declared host.
    by: "undeclared",
  };
}

function ask(mesh: Mesh, service: ExternalService, port: Port, caller: Caller): Question {
  const name = caller.kind === "workload" ? caller.service : undefined;
  const edge = mesh.services
    .find((one) => one.name === name)
    ?.outgoing.find(({ callee, port: called }) => callee === service.name && called.name === port.name);
  const expect: Expectation = edge === undefined ? "unreachable" : "answered";
  const place = `${service.name}:${port.name}`;
  const tls = service.tls !== undefined || port.protocol === "tls";
  return {
    path: edge?.path ?? service.path,
    claim: edge
      ? `${name ?? ""} reaches ${place} outside of the mesh${service.tls ? ", over TLS that its proxy starts" : ""}`
      : `${place} is reached only by the services that call it`,
    caller,
    target: { kind: "host", host: hostFor(service), port: port.port },
    scheme: schemeOf(port),
    requestPath: pathInside(edge?.paths[0] ?? "/"),
    request: {
      timeout: 5000,
      ...(edge && isHttp(port.protocol) && { method: edge.methods[0] ?? "GET" }),
      ...(port.protocol === "grpc" && { protocol: "grpc" as const }),
      ...(port.protocol === "http2" && { protocol: "http2" as const }),
    },
    expect,
    ...(edge && { sees: { version: tls ? "tls" : "plaintext", port: port.targetPort } }),
  };
}

/** The egress gateway itself, from a pod that has no identity, with a request that callers with one may send. */
function throughGateway(service: ExternalService, port: Port): Question {
  const http = isHttp(port.protocol);
  const edge = service.incoming.find((one) => one.port.name === port.name);
  return {
    path: `${service.path}.egressGateway`,
    claim: `the egress gateway forwards nothing to ${service.name} without an identity`,
    caller: { kind: "unmeshed" },
    target: { kind: "host", host: hostFor(service), port: port.port },
    through: { host: egressHost, port: http ? 80 : 443 },
    scheme: schemeOf(port),
    requestPath: pathInside(edge?.paths[0] ?? "/"),
    request: { timeout: 5000, ...(edge && http && { method: edge.methods[0] ?? "GET" }) },
    expect: "unreachable",
  };
}

/** A host name that the service matches. */
function hostFor({ host }: ExternalService): string {
  return host.replace(/^\*/, "sample");
}

function schemeOf({ protocol }: Port): Question["scheme"] {
  if (protocol === "tls") return "https";
  return isHttp(protocol) ? "http" : "tcp";
}
