/**
 * The program: `pulumi up` installs Istio and brings up the platform that the stack's configuration names. It starts
 * with everything that can be found out without changing anything.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { IstioControlPlane, Observability, runError, ServiceMesh } from "../components";
import { observabilityName, planOf, releasesOf } from "./plan";
import { preflight } from "./preflight";
import { readSettings } from "./settings";

async function program() {
  const settings = readSettings();
  const plan = planOf(settings);
  const { name, catalog, mesh, controlPlane, observability } = plan;
  await preflight(releasesOf(plan));

  const istio = new IstioControlPlane("istio", controlPlane);
  const certificates = gatewayCertificates(
    mesh.gateways.flatMap(({ release, hosts }) =>
      hosts.map(({ credentialName }) => ({ name: credentialName, namespace: release })),
    ),
    istio,
  );
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

/**
 * The Secrets that the gateways' servers name, from the stack's configuration. Without one there they come from
 * elsewhere, from cert-manager for example.
 */
function gatewayCertificates(
  credentials: readonly { readonly name: string; readonly namespace: string }[],
  istio: IstioControlPlane,
): pulumi.Resource[] {
  const config = new pulumi.Config("meshwright");
  const certificate = config.get("gatewayCertificate");
  const key = config.getSecret("gatewayKey");
  if (certificate === undefined && key === undefined) return [];
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? "gatewayCertificate" : "gatewayKey";
    throw runError(
      `meshwright:${missing} is not set, but its counterpart is. Set both: pulumi config set meshwright:gatewayCertificate < tls.crt; ` +
        "pulumi config set --secret meshwright:gatewayKey < tls.key",
    );
  }
  const unique = new Map(credentials.map((one) => [`${one.namespace}/${one.name}`, one]));
  return [...unique].map(
    ([place, { name, namespace }]) =>
      new k8s.core.v1.Secret(
        `certificate-${place}`,
        {
          metadata: { name, namespace },
          type: "kubernetes.io/tls",
          stringData: { "tls.crt": certificate, "tls.key": key },
        },
        { dependsOn: istio },
      ),
  );
}

export = program;
