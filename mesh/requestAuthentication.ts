import { type Mesh, owns, tenantKeys } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { RequestAuthenticationSpec } from "./types/requestAuthentication.gen";

/**
 * The valid tokens, in each namespace with a call that requires one, a DENY rule that names one or a limit that counts by
 * claim. In a namespace that the catalog does not own, they apply to single services. The object rejects invalid tokens, but accepts requests without a token: the callee's
 * AuthorizationPolicy requires it.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export function requestAuthentications(mesh: Mesh): Manifest[] {
  if (mesh.jwtRules.length === 0) return [];
  const spec: RequestAuthenticationSpec = {
    jwtRules: structuredClone(mesh.jwtRules) as RequestAuthenticationSpec["jwtRules"],
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
  const asking = mesh.services.filter(
    (service) =>
      service.incoming.some(({ endUser }) => endUser) ||
      service.deny.some(({ endUser, notEndUser }) => endUser ?? notEndUser) ||
      tenantKeys(service).some(({ key }) => "claim" in key),
  );
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
