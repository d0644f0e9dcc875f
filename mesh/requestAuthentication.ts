import { type Mesh, owns } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { RequestAuthenticationSpec } from "./types/requestAuthentication.gen";

/**
 * Which tokens are valid, in each namespace where a call needs one; in a namespace that the catalog does not own, for each
 * service where one does. It refuses invalid tokens, but lets requests without one pass: that
 * a token is needed is a rule of the called service's AuthorizationPolicy.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export function requestAuthentications(mesh: Mesh): Manifest[] {
  if (mesh.jwtRules.length === 0) return [];
  const spec: RequestAuthenticationSpec = {
    jwtRules: mesh.jwtRules.map(({ audiences, ...rule }) => ({
      ...rule,
      ...(audiences && { audiences: [...audiences] }),
    })),
  };
  const object = (
    name: string,
    namespace: string,
    selected: Pick<RequestAuthenticationSpec, "selector">,
  ): Manifest => ({
    apiVersion: "security.istio.io/v1",
    kind: "RequestAuthentication",
    metadata: metadata(mesh, { name, namespace, from: ["jwtRules"] }),
    spec: { ...selected, ...spec },
  });
  const asking = mesh.services.filter(({ incoming }) => incoming.some(({ endUser }) => endUser));
  const namespaces = new Set(asking.map(({ namespace }) => namespace));
  return [
    ...mesh.ownNamespaces
      .filter((namespace) => namespaces.has(namespace))
      .map((namespace) => object("default", namespace, {})),
    ...asking
      .filter(({ namespace }) => !owns(mesh, namespace))
      .map(({ name, namespace, selector }) =>
        object(name, namespace, { selector: { matchLabels: { ...selector } } }),
      ),
  ];
}
