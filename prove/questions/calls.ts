import { type Edge, isHttp, type Mesh, type Service } from "../../catalog";
import type { Question } from "../question";
import { withAuthorizer } from "./authorizer";

/** The services' own pods, through their own Sidecars: each call of the catalog is answered, and each other call is not. */
export function callQuestions(mesh: Mesh): Question[] {
  // While the mesh's authorization is a dry run, Sidecars limit nothing, so that undeclared calls are reported.
  const enforced = mesh.services.filter(
    ({ authorization }) => mesh.authorization === "enforced" || authorization === "enforced",
  );
  const targets = enforced.flatMap(({ name, host, ports }) =>
    ports.slice(0, 1).map(({ port, protocol }) => ({
      name,
      scheme: isHttp(protocol) ? ("http" as const) : ("tcp" as const),
      target: { kind: "host", host, port } as const,
    })),
  );
  const byName = new Map(targets.map(({ name, target }) => [name, target]));
  const byScheme = [...Map.groupBy(targets, ({ scheme }) => scheme)].map(
    ([scheme, own]) => [scheme, own.map(({ target }) => target)] as const,
  );
  const callees = new Map(mesh.services.map((service) => [service.name, service]));
  return mesh.services.flatMap((caller) => {
    const known = [caller.name, ...caller.outgoing.map(({ callee }) => callee)];
    const own = new Set(known.flatMap((name) => byName.get(name) ?? []));
    return [
      ...callsOf(callees, caller),
      ...byScheme.flatMap(([scheme, all]): Question[] => {
        const first = all.find((target) => !own.has(target));
        if (first === undefined) return [];
        return [
          {
            path: `${caller.path}.calls`,
            claim: `${caller.name} reaches no service that it does not call`,
            caller: { kind: "workload", service: caller.name },
            target: first,
            otherTargets: { all, except: new Set([...own, first]) },
            scheme,
            requestPath: "/",
            request: {},
            expect: "unreachable",
          },
        ];
      }),
    ];
  });
}

function callsOf(services: ReadonlyMap<string, Service>, caller: Service): Question[] {
  return caller.outgoing.flatMap((edge) => {
    const callee = services.get(edge.callee);
    // Copies are sent by proxies, not by the application. Tokens are the business of the gateway's questions.
    if (callee === undefined || edge.mirrored || edge.endUser !== undefined) return [];
    const { port, protocol } = edge.port;
    const isRequest = isHttp(protocol);
    const [method = protocol === "grpc" ? "POST" : "GET"] = edge.methods;
    const path = (edge.paths[0] ?? "/").replace(/\*$/, "inside");
    const question = {
      path: edge.path,
      claim: `${caller.name} reaches ${edge.callee}:${edge.port.name} through its Sidecar`,
      caller: { kind: "workload", service: caller.name },
      target: { kind: "host", host: callee.host, port },
      scheme: isRequest ? "http" : "tcp",
      requestPath: path,
      request: isRequest ? { method, protocol } : {},
      expect: "answered",
      ...(isRequest &&
        protocol !== "grpc" && { sees: { port: edge.port.targetPort, ...versionOf(callee, protocol) } }),
    } satisfies Question;
    const place = `${edge.callee}:${edge.port.name}`;
    return [
      isRequest ? withAuthorizer(question, callee.extAuthz, place, path, edge.port.targetPort) : question,
    ];
  });
}

/** The version of HTTP that the callee receives. A proxy that may upgrade requests to HTTP/2 decides it by itself. */
function versionOf(
  { circuitBreaker: { h2UpgradePolicy } }: Service,
  protocol: Edge["port"]["protocol"],
): { readonly http?: "1.1" | "2.0" } {
  if (protocol === "http2") return { http: "2.0" };
  return h2UpgradePolicy === undefined || h2UpgradePolicy === "DO_NOT_UPGRADE" ? { http: "1.1" } : {};
}
