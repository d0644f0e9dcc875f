import * as pulumi from "@pulumi/pulumi";
import { declareObjects } from "../components/declareObjects";
import { IstioControlPlane, Observability, ServiceMesh, withoutGateways, withPlan } from "../components";
import { lastDeployment, showMeaning } from "./diff/preview";
import { needsOf } from "./cluster/needs";
import { clusterOf } from "./controlPlane";
import { gatewayAddresses } from "./gatewayAddresses";
import { declareGatewayCertificates } from "./gatewayCertificates";
import { observabilityName, planOf } from "./plan";
import type { Platform } from "./platform";
import { preflight } from "./preflight";
import { readSettings, type SettingSource } from "./settings";
import { workloadSecrets } from "../catalog";

/** The stack's configuration, as Pulumi passes it to the program. */
function stackConfig(): SettingSource {
  const config = new pulumi.Config("meshwright");
  const own = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("meshwright:"));
  return {
    get: (key) => config.get(key),
    getSecret: (key) => config.getSecret(key),
    keys: () => own.map((key) => key.slice("meshwright:".length)),
  };
}

/** Declares all resources of the running stack, and returns its outputs. */
export async function declare(platforms: readonly Platform[]): Promise<Record<string, unknown>> {
  const settings = readSettings(platforms, stackConfig());
  const plan = planOf(settings);
  const { name, catalog, controlPlane, installsControlPlane, observability, watching } = plan;
  await preflight(needsOf(plan), clusterOf(settings).acceptedFindings);

  const deployed = lastDeployment();
  const istio = installsControlPlane ? new IstioControlPlane("istio", controlPlane) : undefined;
  const certificates = declareGatewayCertificates(plan, settings.certificates, istio);
  const opts = { dependsOn: [...(istio === undefined ? [] : [istio]), ...certificates] };
  if (observability !== undefined) {
    // Only add-ons that a gateway exposes need it. The others start with the gateways: their releases take longest.
    const exposed = observability.plan.gateways.length > 0;
    const after = exposed || istio === undefined ? opts : { dependsOn: withoutGateways(istio) };
    new Observability(observabilityName, withPlan(observability.args, observability.plan), after);
  }
  const serviceMesh = new ServiceMesh(
    name,
    withPlan({ catalog }, { ...plan, secrets: workloadSecrets(plan.mesh) }),
    opts,
  );
  if (watching !== undefined) declareObjects(observabilityName, watching, opts);
  await showMeaning(plan, await deployed, serviceMesh);
  return {
    platform: name,
    istio: istio?.version ?? settings.istioVersion,
    ...(istio && { gateways: gatewayAddresses(istio.gateways) }),
    objects: serviceMesh.objectCounts,
  };
}
