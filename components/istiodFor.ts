import { type Certificates, formatDuration } from "../catalog";
import type { CheckedMesh } from "../checks";
import { mergePatch } from "../mesh";
import { checkedMesh } from "./checkedMesh";
import { meshConfig } from "./meshConfig";
import type { ServiceMeshArgs } from "./serviceMeshPlan";
import type { IstiodValues } from "./values";

/**
 * Values of the chart `istiod` that a catalog asks for, for the argument `istiod` of `IstioControlPlane`: the tracing
 * provider, the format of logs and the audit log, the statistics that alerts and dashboards need, certificates, the
 * trust domain, and that only declared hosts are called. Without them the catalog's objects name what istiod doesn't
 * know.
 *
 * @param catalog as `defineMesh` returns it, or plain JSON.
 * @throws {pulumi.RunError} with every finding if the catalog has errors.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function istiodFor(catalog: ServiceMeshArgs["catalog"]): IstiodValues {
  return istiodValues(checkedMesh(String(catalog.name), catalog).mesh);
}

/** What {@link istiodFor} returns, for a catalog that is checked already. */
export function istiodValues(mesh: CheckedMesh): IstiodValues {
  return mergePatch({ meshConfig: meshConfig(mesh) }, issuing(mesh.certificates)) as IstiodValues;
}

/**
 * What proxies ask for, when they renew it, and what istiod signs at most: above that it would refuse every request.
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
