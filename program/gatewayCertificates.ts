import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "./plan";
import { gatewayCredentials } from "./secrets";
import type { CertificateOwner, GatewayCertificate } from "./settings";

/**
 * The Secrets that the gateways' servers name, if the stack's configuration has their certificates. Other tools, such as
 * cert-manager, create the others.
 */
export function declareGatewayCertificates(
  { mesh, observability }: Plan,
  given: Readonly<Partial<Record<CertificateOwner, GatewayCertificate>>>,
  dependsOn: pulumi.Resource | undefined,
): pulumi.Resource[] {
  return [
    ...declare(gatewayCredentials(mesh), given.gateway, dependsOn),
    ...declare(observability?.plan.credentials ?? [], given.monitoring, dependsOn),
  ];
}

function declare(
  credentials: readonly { readonly name: string; readonly namespace: string }[],
  given: GatewayCertificate | undefined,
  dependsOn: pulumi.Resource | undefined,
): pulumi.Resource[] {
  if (given === undefined) return [];
  const unique = new Map(credentials.map((one) => [`${one.namespace}/${one.name}`, one]));
  return [...unique].map(
    ([place, { name, namespace }]) =>
      new k8s.core.v1.Secret(
        `certificate-${place}`,
        {
          metadata: { name, namespace },
          type: "kubernetes.io/tls",
          stringData: { "tls.crt": given.certificate, "tls.key": given.key },
        },
        dependsOn === undefined ? {} : { dependsOn },
      ),
  );
}
