import type { RoutedRequest } from "./httpMatch";
import { principalOf, type Request } from "./request";
/** Describes a request to a workload, such as `GET /api on port 8080 from cluster.local/ns/shop/sa/web`. */
export function requestText(request: Request | undefined): string {
  if (!request) return "any";
  const {
    identity,
    port,
    protocol,
    transport,
    method = "GET",
    path = "/",
    host,
    headers = {},
    claims,
    address,
    remoteAddress = address,
  } = request;
  const what =
    transport === "UDP" ? "a UDP packet" : protocol === "tcp" ? "a connection" : `${method} ${path}`;
  const from = identity ? principalOf(identity) : "a client without an identity";
  const more = [
    ...(host === undefined ? [] : [`host ${host}`]),
    ...Object.entries(headers).map(([name, value]) => `header ${name}: ${value}`),
    ...(claims ? [`token ${JSON.stringify(claims)}`] : []),
    ...(address === undefined ? [] : [`address ${address}`]),
    ...(remoteAddress === address ? [] : [`remote address ${remoteAddress}`]),
  ];
  return `${what} on port ${port} from ${from}${more.length > 0 ? ` with ${more.join(", ")}` : ""}`;
}

/** Describes a request that a workload sends, such as `GET http://api.shop.svc.cluster.local:80/x`. */
export function sentText(request: RoutedRequest | undefined): string {
  if (!request) return "any";
  if (request.transport === "UDP") return `a UDP packet to ${request.host}:${request.port}`;
  const { method = "GET", scheme = "http", host, port, path = "/", headers = {} } = request;
  const more = Object.entries(headers).map(([name, value]) => `header ${name}: ${value}`);
  return `${method} ${scheme}://${host}:${port}${path}${more.length > 0 ? ` with ${more.join(", ")}` : ""}`;
}
