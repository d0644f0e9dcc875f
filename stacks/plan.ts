import type { MeshDefinition } from "../catalog";
import type { CheckedMesh } from "../checks";
import { checkedMesh, type IstioControlPlaneArgs } from "../components";
import { catalogOf } from "./catalogOf";
import { issuing } from "./certificates";
import { controlPlaneArgs } from "./controlPlane";
import { meshConfig } from "./meshConfig";
import type { Settings } from "./settings";

/** All that a stack consists of, as plain data: what the program declares, and what `meshwright render` writes. */
export interface Plan {
  /** The platform's name. */
  readonly name: string;
  readonly catalog: MeshDefinition;
  readonly mesh: CheckedMesh;
  readonly controlPlane: IstioControlPlaneArgs;
}

/**
 * Decides what a stack with these settings consists of.
 *
 * @throws {pulumi.RunError} with every finding if the catalog has errors.
 */
export function planOf(settings: Settings): Plan {
  const catalog = catalogOf(settings);
  const { mesh } = checkedMesh(settings.platform, catalog);
  const ingress = [...new Set(mesh.gateways.map(({ release }) => release))];
  const config = meshConfig(mesh.telemetry);
  return {
    name: settings.platform,
    catalog,
    mesh,
    controlPlane: issuing(controlPlaneArgs(settings, ingress, config), mesh.certificates),
  };
}
