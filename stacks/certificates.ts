import { type Certificates, formatDuration } from "../catalog";
import type { IstioControlPlaneArgs, IstiodValues } from "../components";
import { mergePatch } from "../mesh";

/**
 * The control plane, issuing certificates as the catalog says: what proxies ask for, when they renew it, and what
 * istiod signs at most. Above that it would refuse every request.
 *
 * @see https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars
 */
export function issuing(
  args: IstioControlPlaneArgs,
  { lifetime, renewAt }: Certificates,
): IstioControlPlaneArgs {
  const ttl = formatDuration(lifetime);
  const ratio = String(Number((renewAt / 100).toPrecision(12)));
  const istiod = {
    env: { MAX_WORKLOAD_CERT_TTL: ttl },
    meshConfig: {
      defaultConfig: { proxyMetadata: { SECRET_TTL: ttl, SECRET_GRACE_PERIOD_RATIO: ratio } },
    },
  };
  return { ...args, istiod: mergePatch(args.istiod ?? {}, istiod) as IstiodValues };
}
