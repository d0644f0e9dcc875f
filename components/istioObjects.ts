import type { Manifest } from "../mesh";
import type { ReleaseSpec } from "./releaseSpec";
import { defaultNamespace, type IstioControlPlaneArgs, istioReleases } from "./istioReleases";
import { type MeshNamespaceArgs, namespaceObject } from "./namespaceObject";
import { revisionTag } from "./revisionTag";

/** A namespace with a plain name. */
type KnownNamespace = MeshNamespaceArgs & { readonly name: string };

/** Namespace of istiod, where no pod gets a sidecar. */
export function systemNamespace({ namespace = defaultNamespace }: IstioControlPlaneArgs): KnownNamespace {
  return { name: namespace, injection: false };
}

/** Namespace of a gateway, whose proxy the control plane's own revision injects. */
export function gatewayNamespace(gateway: ReleaseSpec, { revision }: IstioControlPlaneArgs): KnownNamespace {
  return { name: gateway.namespace, ...(revision === undefined ? {} : { revision }) };
}

/** The revision tags of the component `IstioControlPlane`. */
export function istioTags(args: IstioControlPlaneArgs): Manifest[] {
  const { revisionTags = [], revision, namespace = defaultNamespace, istiod } = args;
  const injectionURL = istiod?.istiodRemote?.injectionURL;
  return revisionTags.map((tag) =>
    revisionTag(tag, {
      namespace,
      ...(revision !== undefined && { revision }),
      ...(injectionURL !== undefined && { injectionURL }),
    }),
  );
}

/**
 * The PeerAuthentication of the root namespace. It applies to every workload of the mesh that no other
 * PeerAuthentication selects.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export function meshPeerAuthentication({
  namespace = defaultNamespace,
  mtlsMode = "STRICT",
}: IstioControlPlaneArgs): Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace },
    spec: { mtls: { mode: mtlsMode } },
  };
}

/**
 * The objects of the component `IstioControlPlane` that no chart contains: its namespaces, the mesh-wide
 * PeerAuthentication and the tags of its revision.
 */
export function istioObjects(args: IstioControlPlaneArgs): Manifest[] {
  const gateways = istioReleases(args).filter(({ chart }) => chart === "gateway");
  const namespaces = [systemNamespace(args), ...gateways.map((one) => gatewayNamespace(one, args))];
  return [...namespaces.map(namespaceObject), meshPeerAuthentication(args), ...istioTags(args)];
}
