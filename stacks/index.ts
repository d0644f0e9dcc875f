/**
 * The program: `pulumi up` installs Istio and brings up the platform that the stack's configuration names. It starts
 * with everything that can be found out without changing anything.
 */
import { IstioControlPlane, Observability, ServiceMesh } from "../components";
import { declareGatewayCertificates } from "./gatewayCertificates";
import { observabilityName, planOf, releasesOf } from "./plan";
import { preflight } from "./preflight";
import { readSettings } from "./settings";

async function program() {
  const settings = readSettings();
  const plan = planOf(settings);
  const { name, catalog, controlPlane, observability } = plan;
  await preflight(releasesOf(plan));

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

export = program;
