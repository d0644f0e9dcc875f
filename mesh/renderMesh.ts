import type { Mesh } from "../catalog";
import type { CheckedMesh, Rendered } from "../checks";
import { authorizationPolicies } from "./authorizationPolicy";
import { configMaps } from "./configMap";
import { destinationRules } from "./destinationRule";
import { egressGateways } from "./egressGateway";
import { envoyFilters } from "./envoyFilter";
import { extAuthzPolicies } from "./extAuthzPolicy";
import { gatewayAuthorizations } from "./gatewayAuthorization";
import { gateways } from "./gateway";
import { horizontalPodAutoscalers } from "./horizontalPodAutoscaler";
import { namespaces } from "./namespace";
import { networkPolicies } from "./networkPolicy";
import { fullName, inOrder, type Manifest } from "./object";
import { override } from "./overrides";
import { peerAuthentications } from "./peerAuthentication";
import { podDisruptionBudgets } from "./podDisruptionBudget";
import { requestAuthentications } from "./requestAuthentication";
import { services } from "./service";
import { serviceEntries } from "./serviceEntry";
import { serviceAccounts } from "./serviceAccount";
import { sidecars } from "./sidecar";
import { telemetries } from "./telemetry";
import { virtualServices } from "./virtualService";
import { workloads } from "./workload";

const renderers = [
  authorizationPolicies,
  configMaps,
  destinationRules,
  egressGateways,
  envoyFilters,
  extAuthzPolicies,
  gatewayAuthorizations,
  gateways,
  horizontalPodAutoscalers,
  namespaces,
  networkPolicies,
  peerAuthentications,
  podDisruptionBudgets,
  requestAuthentications,
  serviceAccounts,
  serviceEntries,
  services,
  sidecars,
  telemetries,
  virtualServices,
  workloads,
] as const;

/**
 * Returns every Kubernetes object of a mesh, as plain data, sorted by kind, namespace and name. The same catalog gives
 * the same objects, byte by byte, independent of its order.
 */
export function renderMesh(mesh: CheckedMesh): Manifest[] {
  return inOrder(override(objectsOf(mesh), mesh.overrides));
}

/** The objects for the checks of overrides. The mesh may have errors, which these checks are part of. */
export const rendered: Rendered = {
  names: (mesh) => {
    const byKind = Map.groupBy(objectsOf(mesh), ({ kind }) => kind);
    return new Map([...byKind].map(([kind, objects]) => [kind, objects.map(fullName)]));
  },
  objects: objectsOf,
  patched: (objects, overrides) => override(objects as readonly Manifest[], overrides),
};

function objectsOf(mesh: Mesh): Manifest[] {
  return renderers.flatMap((render) => render(mesh));
}
