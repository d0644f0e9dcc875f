import { type Edge, type ExternalService, isHttp, type Mesh, type Service } from "../../catalog";
import { type Experiment, notProvable, proven, refuted } from "../experiment";
import { declaredRetries, seenRetries } from "../retrySettings";
import { type SampleCall, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

/**
 * Timeouts and retries that no test by HTTP/1.1 shows. They are of calls over HTTP/2 and gRPC, of calls to outside
 * hosts, and of clients for which no call sets its own.
 */
export function declaredRouteExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return [...mesh.services, ...mesh.externalServices].flatMap((service) => [
    ...service.incoming
      .filter((edge) => isOfService(edge) && ("egressGateway" in service || edge.port.protocol !== "http"))
      .map((edge) => declaredRoute(service, edge, edge.source.name, sampleOf(mesh, service, edge, issuer))),
    ...("egressGateway" in service ? [] : forOthers(mesh, service, issuer)),
  ]);
}

/** Copies have no answer that a client receives, and proxies' own requests take no route. */
function isOfService({ source, port, mirrored, path }: Edge): boolean {
  return source.kind === "service" && isHttp(port.protocol) && !mirrored && path.includes(".calls.");
}

/**
 * The service's own timeout and retries, which a client gets without a call of its own. It is a probe with the identity
 * of a caller whose call sets others.
 */
function forOthers(mesh: Mesh, service: Service, issuer: TokenIssuer): Experiment[] {
  const { timeout, retries, path } = service;
  const [edge, ...others] = service.incoming.filter(isOfService);
  if (edge === undefined || ![edge, ...others].every(({ ownTimeout }) => ownTimeout)) return [];
  const { source } = edge;
  const caller = {
    kind: "identity",
    namespace: source.namespace,
    serviceAccount: source.principal?.split("/").at(-1) ?? "default",
  } as const;
  const limits = { timeout, retries, path: `${path}.resilience` };
  return [
    declaredRoute(service, limits, "any other client", { ...sampleOf(mesh, service, edge, issuer), caller }),
  ];
}

function declaredRoute(
  { name }: Service | ExternalService,
  { timeout, retries, path }: Pick<Edge, "retries" | "path"> & { readonly timeout?: number | undefined },
  client: string,
  { caller, ...request }: SampleCall,
): Experiment {
  return {
    path,
    claim: `requests of ${client} to ${name} have the declared timeout and retries`,
    run: (stage) => {
      const route = stage.route(caller, request);
      if (route === undefined) return Promise.resolve(notProvable("requests do not show every condition"));
      const [expected, seen] = [
        { timeout, retries: declaredRetries(retries) },
        { timeout: route.timeout, retries: seenRetries(route.retries) },
      ].map((one) => JSON.stringify(one));
      return Promise.resolve(
        expected === seen
          ? proven(1)
          : refuted(1, `${request.method} ${request.url}`, expected ?? "", seen ?? ""),
      );
    },
  };
}
