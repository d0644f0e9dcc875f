import type { Edge, Gateway, Service } from "../../catalog";
import { formatDuration } from "../../catalog/duration";

/** The settings of a call that are not defaults, each as a short text. */
export function factsOfCall({ port, methods, paths, endUser, timeout, retries, ...edge }: Edge): string[] {
  const claims = endUser?.claims.map(({ path, values }) => `${path.join(".")} ${values.join(" or ")}`) ?? [];
  const perTry = retries.perTryTimeout === undefined ? "" : ` of ${formatDuration(retries.perTryTimeout)}`;
  return [
    `port ${port.port} (${port.protocol})`,
    ...(methods.length > 0 ? [methods.join(", ")] : []),
    ...(paths.length > 0 ? [paths.join(", ")] : []),
    ...(endUser === undefined
      ? []
      : [["token", ...(endUser.issuer === undefined ? [] : [`of ${endUser.issuer}`]), ...claims].join(", ")]),
    ...(timeout === undefined ? [] : [`timeout ${formatDuration(timeout)}`]),
    ...(retries.attempts === 0 || retries.inherited
      ? []
      : [`${retries.attempts} retries${perTry} on ${retries.retryOn.join(", ")}`]),
    ...(edge.asynchronous ? ["asynchronous"] : []),
    ...(edge.mirrored ? ["mirrored"] : []),
  ];
}

/** The settings of a service. */
export function factsOfService(service: Service): string[] {
  const { host, ports, versions, circuitBreaker: breaker, mtls, rateLimit, globalRateLimits } = service;
  return [
    host,
    `service account ${service.serviceAccount.name}`,
    ...ports.map(({ name, port, protocol }) => `port ${port} (${name}, ${protocol})`),
    `mTLS ${mtls?.mode ?? "STRICT"}`,
    ...(mtls?.ports.map(({ name, mode }) => `mTLS ${mode} on ${name}`) ?? []),
    ...versions.map(({ name, weight }) => `version ${name}, ${weight} %`),
    `at most ${breaker.maxConnections} connections, ${breaker.http1MaxPendingRequests} pending requests`,
    ...(breaker.outlierDetection
      ? [
          `ejected after ${breaker.outlierDetection.consecutive5xxErrors} errors for ` +
            formatDuration(breaker.outlierDetection.baseEjectionTime),
        ]
      : []),
    ...(rateLimit ? ["local rate limit"] : []),
    ...globalRateLimits.map(({ name }) => `global rate limit ${name}`),
  ];
}

/** The settings of an outside host. */
export function factsOfExternal({ host, ports }: Service): string[] {
  return [host, ...ports.map(({ port, protocol }) => `port ${port} (${protocol})`)];
}

/** The hosts of a gateway. */
export function factsOfGateway({ hosts }: Gateway): string[] {
  return hosts.map(({ host }) => host);
}
