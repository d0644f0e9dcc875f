import type { Mesh } from "../catalog";
import type { LabRequest } from "./laboratory";
import { gatewayQuestions } from "./questions/gateways";
import type { SampleCall } from "./sample";
import type { TokenIssuer } from "./tokens";

/** A request that is answered, from a pod, or from outside at a gateway. */
export type RoutedSample = SampleCall & Pick<LabRequest, "connectTo" | "presents">;

/** For each route of a gateway, by the path of its edge, a request from outside that it leads to its service. */
export function samplesOfRoutes(mesh: Mesh, issuer: TokenIssuer): Map<string, RoutedSample> {
  const samples = new Map<string, RoutedSample>();
  for (const question of gatewayQuestions(mesh, issuer)) {
    const { path, expect, caller, target, scheme, requestPath, request, through } = question;
    const isRequest = scheme !== "tcp" && request.protocol !== "grpc";
    if (expect !== "answered" || target.kind !== "host" || !isRequest || samples.has(path)) continue;
    samples.set(path, {
      caller,
      url: `${scheme}://${target.host}:${target.port}${requestPath}`,
      method: request.method ?? "GET",
      headers: request.headers ?? {},
      ...(through && { connectTo: through }),
      ...(request.presents && { presents: request.presents }),
    });
  }
  return samples;
}
