import type { Mesh } from "../catalog";
import { metadata, type MeshObject } from "./object";
import type { RequestAuthenticationSpec } from "./types/requestAuthentication.gen";

/**
 * Which tokens are valid, in each namespace where a call needs one. It refuses invalid tokens, but lets requests without one pass: that
 * a token is needed is a rule of the called service's AuthorizationPolicy.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export function requestAuthentications(mesh: Mesh): MeshObject[] {
  if (mesh.jwtRules.length === 0) return [];
  const spec: RequestAuthenticationSpec = {
    jwtRules: mesh.jwtRules.map(({ audiences, ...rule }) => ({
      ...rule,
      ...(audiences && { audiences: [...audiences] }),
    })),
  };
  const asking = new Set(
    mesh.services
      .filter(({ incoming }) => incoming.some(({ endUser }) => endUser))
      .map(({ namespace }) => namespace),
  );
  return mesh.namespaces
    .filter((namespace) => asking.has(namespace))
    .map((namespace) => ({
      apiVersion: "security.istio.io/v1",
      kind: "RequestAuthentication",
      metadata: metadata(mesh, { name: "default", namespace, from: ["jwtRules"] }),
      spec,
    }));
}
