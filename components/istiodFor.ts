import { type Certificates, formatDuration } from "../catalog";
import type { CheckedMesh } from "../checks";
import { mergePatch } from "../mesh";
import { checkedMesh } from "./checkedMesh";
import { meshConfig } from "./meshConfig";
import type { ServiceMeshArgs } from "./serviceMeshPlan";
import type { IstiodValues } from "./values";

/**
 * Returns the values of the chart `istiod` that a catalog requires, for the argument `istiod` of `IstioControlPlane`.
 * They cover the tracing provider, the log format and the audit log, the statistics of alerts and dashboards,
 * certificates, the trust domain, and `REGISTRY_ONLY`. Without them, the catalog's objects name providers that istiod
 * doesn't have.
 *
 * @param catalog as `defineMesh` returns it, or plain JSON.
 * @throws {pulumi.RunError} with every finding if the catalog has errors.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function istiodFor(catalog: ServiceMeshArgs["catalog"]): IstiodValues {
  return istiodValues(checkedMesh(String(catalog.name), catalog).mesh);
}

/** The result of {@link istiodFor}, for a checked catalog. */
export function istiodValues(mesh: CheckedMesh): IstiodValues {
  return mergePatch({ meshConfig: meshConfig(mesh) }, issuing(mesh.certificates)) as IstiodValues;
}

/**
 * The certificate lifetime that proxies request, when they renew it, and the maximum that istiod signs. istiod rejects
 * requests above that maximum.
 *
 * @see https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars
 */
function issuing({ lifetime, renewAt }: Certificates): IstiodValues {
  const ttl = formatDuration(lifetime);
  const ratio = String(Number((renewAt / 100).toPrecision(12)));
  return {
    env: { MAX_WORKLOAD_CERT_TTL: ttl },
    meshConfig: {
      defaultConfig: { proxyMetadata: { SECRET_TTL: ttl, SECRET_GRACE_PERIOD_RATIO: ratio } },
    },
  };
}
