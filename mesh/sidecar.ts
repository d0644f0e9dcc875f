import { egressGateway, type Mesh, tracingNamespace } from "../catalog";
import { metadata, type MeshObject } from "./object";
import type { SidecarSpec } from "./types/sidecar.gen";

/**
 * What each service's proxies know about: the services that it calls, those of other catalogs that it reaches, the one
 * that takes their spans, and the control plane's namespace. It keeps them small, and a call that the catalog doesn't
 * know has nowhere to go, neither in the mesh nor outside of it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export function sidecars(mesh: Mesh): MeshObject[] {
  const hosts = new Map(
    [...mesh.services, ...mesh.externalServices].map((service) => [
      service.name,
      `${service.namespace}/${service.host}`,
    ]),
  );
  const leaving = new Set(
    mesh.externalServices.filter((service) => service.egressGateway).map(({ name }) => name),
  );
  const tracing = mesh.telemetry?.tracing;
  const always = tracing ? [`${tracingNamespace(tracing)}/${tracing.service}`] : [];
  return mesh.services.map(({ name, namespace, selector, outgoing, reach, kubernetesApi, path }) => {
    const callees = [
      ...new Set([
        ...outgoing.map(({ callee }) => hosts.get(callee) ?? ""),
        ...reach.map(({ namespace: theirs, host }) => `${theirs}/${host}`),
        ...always,
        ...(kubernetesApi ? ["default/kubernetes.default.svc.cluster.local"] : []),
      ]),
    ].sort();
    const spec: SidecarSpec = {
      workloadSelector: { labels: { ...selector } },
      egress: [
        {
          hosts: [
            ...callees,
            ...(outgoing.some(({ callee }) => leaving.has(callee))
              ? [`${egressGateway.release}/${egressGateway.host}`]
              : []),
            `${mesh.rootNamespace}/*`,
          ],
        },
      ],
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: metadata(mesh, {
        name,
        namespace,
        from: [path, ...[...outgoing, ...reach].map((one) => one.path)],
      }),
      spec,
    };
  });
}
