import { defaultIstioVersion } from "../catalog";
import { kubernetesPlatforms } from "./istioCni";
import type { IstioControlPlaneArgs } from "./istioReleases";

const exactVersion = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** Modes of the mesh-wide PeerAuthentication. DISABLE would turn mutual TLS off for every workload. */
const mtlsModes = ["STRICT", "PERMISSIVE"];

/**
 * Returns the errors in {@link IstioControlPlaneArgs} that their types allow, but the charts or two control planes
 * don't.
 */
export function misfits(args: IstioControlPlaneArgs): string[] {
  const { version, revision, canary, mtlsMode = "STRICT" } = args;
  const exact = (field: string, given: string): string[] =>
    exactVersion.test(given)
      ? []
      : [
          `${field} "${given}" is not an exact version. Set one such as ${defaultIstioVersion}, so that every run installs the same charts.`,
        ];
  return [
    ...exact("version", version),
    ...(canary === undefined ? [] : exact("canary.version", canary.version)),
    ...(canary !== undefined && canary.revision === revision
      ? [
          `canary.revision is ${revision === undefined ? "missing" : `"${revision}"`}, like the control plane's own. Set different revisions, such as ${canary.version.replaceAll(".", "-")}.`,
        ]
      : []),
    ...(mtlsModes.includes(mtlsMode)
      ? []
      : [`mtlsMode is "${mtlsMode}". Set it to ${mtlsModes.join(" or ")}, or remove it.`]),
    ...chartMisfits(args),
  ];
}

function chartMisfits({
  platform,
  cni,
  installBase = true,
  values = {},
  gateways = [],
}: IstioControlPlaneArgs): string[] {
  const names = gateways.map(({ name }) => name);
  return [
    ...(platform === undefined || (kubernetesPlatforms as readonly string[]).includes(platform)
      ? []
      : [
          `platform "${platform}" has no profile in Istio's charts. Use one of ${kubernetesPlatforms.join(", ")}, or remove it.`,
        ]),
    ...(values.cni !== undefined && cni === undefined
      ? ["values.cni is set, but cni is not, so it has no effect. Set cni to {}, or remove values.cni."]
      : []),
    ...(values.base !== undefined && !installBase
      ? ["values.base is set, but installBase is false, so it has no effect. Remove one of the two."]
      : []),
    ...Object.keys(values.gateways ?? {})
      .filter((name) => !names.includes(name))
      .map(
        (name) =>
          `values.gateways has values for "${name}", but the gateways are ${names.join(", ") || "none"}. Use one of these names.`,
      ),
    ...gateways
      .filter(({ numTrustedProxies: count = 0 }) => !Number.isInteger(count) || count < 0)
      .map(
        ({ name, numTrustedProxies }) =>
          `numTrustedProxies of the gateway "${name}" is ${numTrustedProxies}. Set the number of proxies in front of it, such as 1.`,
      ),
  ];
}
