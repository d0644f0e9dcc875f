import { egressGateway, type Mesh } from "../../catalog";
import {
  gatewayPorts,
  istiodValues,
  istioObjects,
  istioReleases,
  type IstioControlPlaneArgs,
} from "../../components/plain";
import { checkMesh, mergePatch } from "../../mesh";
import type { ProofSubject } from "../../prove";
import { releasesOf } from "../../program/plan";
import { planned } from "../planned";
import type { Subject } from "../subject";

/**
 * What `prove` brings up: the stack of a platform, or the objects of a file. The control plane of a file has the values
 * that the catalog requires.
 *
 * @throws {UserError} if the catalog has errors.
 */
export function subjectOf(subject: Subject): ProofSubject {
  const { declared, plan } = planned(subject);
  const objects = declared.flatMap(({ objects: all }) => all);
  if (plan?.installsControlPlane === true) {
    return { mesh: plan.mesh, objects, releases: releasesOf(plan) };
  }
  const mesh = plan?.mesh ?? checkMesh(subject.catalog).mesh;
  if (mesh === undefined) throw new Error("a planned catalog has no errors");
  const args = controlPlaneFor(mesh);
  return {
    mesh,
    objects: [...istioObjects(args), ...objects],
    releases: istioReleases(args),
    assumesControlPlane: true,
  };
}

/** A control plane as small as the catalog allows. */
function controlPlaneFor(mesh: Mesh): IstioControlPlaneArgs {
  const installed = mesh.gateways.flatMap(({ pods: { release, namespace }, hosts }) =>
    release === undefined ? [] : [{ name: release, namespace, ports: hosts.map(({ port }) => port) }],
  );
  const gateways = [...Map.groupBy(installed, ({ name }) => name).values()].flatMap((own) =>
    own.slice(0, 1).map(({ name, namespace }) => ({
      name,
      namespace,
      values: { service: { ports: gatewayPorts(own.flatMap(({ ports }) => ports)) } },
    })),
  );
  const usesEgress = mesh.externalServices.some(({ egressGateway: through }) => through);
  return {
    version: mesh.istioVersion,
    namespace: mesh.rootNamespace,
    ...(mesh.revision !== undefined && { revision: mesh.revision }),
    istiod: mergePatch(
      { meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } },
      istiodValues(mesh as never),
    ) as NonNullable<IstioControlPlaneArgs["istiod"]>,
    gateways: [...gateways, ...(usesEgress ? [{ name: egressGateway.release }] : [])],
  };
}
