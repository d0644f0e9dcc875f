import type { Mesh } from "../catalog";
import { metadata, type MeshObject, podLabels } from "./object";
import type { SidecarSpec } from "./types/sidecar.gen";

/**
 * What each service's proxies know about: the services that it calls, and the control plane's namespace. It keeps
 * them small, and a call that the catalog doesn't know has nowhere to go.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export function sidecars(mesh: Mesh): MeshObject[] {
  const hosts = new Map(
    mesh.services.map((service) => [service.name, `${service.namespace}/${service.host}`]),
  );
  return mesh.services.map(({ name, namespace, outgoing, path }) => {
    const callees = [...new Set(outgoing.map(({ callee }) => hosts.get(callee) ?? ""))].sort();
    const spec: SidecarSpec = {
      workloadSelector: { labels: podLabels(name) },
      egress: [{ hosts: [...callees, `${mesh.rootNamespace}/*`] }],
    };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: metadata(mesh, { name, namespace, from: [path, ...outgoing.map((edge) => edge.path)] }),
      spec,
    };
  });
}
