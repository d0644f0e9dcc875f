import { IstioControlPlane, Observability, ServiceMesh } from "../components";
import { needsOf } from "./cluster/needs";
import { clusterOf } from "./controlPlane";
import { declareGatewayCertificates } from "./gatewayCertificates";
import { observabilityName, planOf } from "./plan";
import type { Platform } from "./platform";
import { preflight } from "./preflight";
import { readSettings } from "./settings";

/** A Pulumi program: Pulumi calls it, and the command line reads its platforms. */
export interface Program {
  (): Promise<Record<string, unknown>>;
  /** The platforms that the program can deploy. */
  readonly platforms: readonly Platform[];
}

/**
 * Returns the Pulumi program that installs Istio and deploys a platform. It has to be what the program's file exports.
 * The program checks the whole catalog, the cluster and the chart repository before it registers any resource.
 *
 * @param platforms the platforms that a stack can deploy; with several, the setting `meshwright:platform` selects one.
 * @example
 * ```ts
 * export = deploy(definePlatform({ name: "shop", catalog }));
 * ```
 */
export function deploy(...platforms: readonly [Platform, ...Platform[]]): Program {
  return Object.assign(() => declare(platforms), { platforms });
}

async function declare(platforms: readonly Platform[]): Promise<Record<string, unknown>> {
  const settings = readSettings(platforms);
  const plan = planOf(settings);
  const { name, catalog, controlPlane, observability } = plan;
  await preflight(needsOf(plan), clusterOf(settings).acceptedFindings);

  const istio = new IstioControlPlane("istio", controlPlane);
  const certificates = declareGatewayCertificates(plan, settings.certificates, istio);
  const serviceMesh = new ServiceMesh(name, { catalog }, { dependsOn: [istio, ...certificates] });
  if (observability !== undefined) {
    new Observability(observabilityName, observability.args, { dependsOn: [istio, ...certificates] });
  }
  return {
    platform: name,
    istio: istio.version,
    objects: serviceMesh.objectCounts,
  };
}
