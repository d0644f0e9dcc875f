import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { declareObjects } from "./declareObjects";
import { declareRelease, type ReleaseSpec } from "./helmRelease";
import { gatewayNamespace, istioTags, meshPeerAuthentication, systemNamespace } from "./istioObjects";
import { type IstioControlPlaneArgs, istioReleases } from "./istioReleases";
import { MeshNamespace } from "./meshNamespace";
import { runError } from "./runError";

const exactVersion = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * Istio's control plane from Istio's own charts: `base` (definitions), then `istiod`, then the gateways. Each step
 * waits until the one before is ready. Let everything that istiod's webhook judges depend on this component.
 *
 * It also owns what applies to the whole mesh, whatever catalogs it serves: the PeerAuthentication of the root namespace.
 *
 * https://istio.io/latest/docs/setup/install/helm/
 */
export class IstioControlPlane extends pulumi.ComponentResource {
  /** Namespace of istiod. */
  public readonly namespace: pulumi.Output<string>;
  /** Version of the charts. */
  public readonly version: pulumi.Output<string>;

  constructor(name: string, args: IstioControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshwright:index:IstioControlPlane", name, {}, opts);
    const problems = misfits(args);
    if (problems.length > 0)
      throw runError(problems.map((problem) => `IstioControlPlane "${name}": ${problem}`).join("\n"));
    const inherited = opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn };
    const [base, istiod, ...others] = istioReleases(args) as [ReleaseSpec, ReleaseSpec, ...ReleaseSpec[]];
    const { gateways = [], istiods = [] } = Object.groupBy(others, ({ chart }) =>
      chart === "istiod" ? "istiods" : "gateways",
    );
    const system = new MeshNamespace(`${name}-system`, systemNamespace(args), { parent: this, ...inherited });
    const definitions = this.release(`${name}-base`, base, args, system);
    // Named by their revisions: when one takes over from the other, both stay what they are.
    const controlPlane = this.release(`${name}-${istiod.name}`, istiod, args, definitions);
    // istiod's webhook validates it.
    declareObjects(name, [meshPeerAuthentication(args)], { parent: this, dependsOn: controlPlane });
    const tags = declareObjects(name, istioTags(args), { parent: this, dependsOn: controlPlane });
    // Where a tag takes its namespaces over, it is there first.
    for (const canary of istiods)
      this.release(`${name}-${canary.name}`, canary, args, [definitions, ...tags]);
    for (const gateway of gateways) {
      const home = new MeshNamespace(`${name}-${gateway.name}`, gatewayNamespace(gateway, args), {
        parent: this,
        dependsOn: [controlPlane],
      });
      this.release(`${name}-${gateway.name}-release`, gateway, args, home);
    }
    this.namespace = pulumi.output(istiod.namespace);
    this.version = controlPlane.version;
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }

  private release(
    resource: string,
    spec: ReleaseSpec,
    { timeoutSeconds = 300 }: IstioControlPlaneArgs,
    after: pulumi.Resource | pulumi.Resource[],
  ): k8s.helm.v3.Release {
    return declareRelease(resource, spec, timeoutSeconds, { parent: this, dependsOn: after });
  }
}

/** What the types allow and two control planes don't. */
function misfits({ version, revision, canary, mtlsMode = "STRICT" }: IstioControlPlaneArgs): string[] {
  const exact = (field: string, given: string): string[] =>
    exactVersion.test(given)
      ? []
      : [
          `${field} "${given}" is not exact. Write one such as 1.31.0, so that every run installs the same charts.`,
        ];
  return [
    ...exact("version", version),
    ...(canary === undefined ? [] : exact("canary.version", canary.version)),
    ...(canary !== undefined && canary.revision === revision
      ? [
          `canary.revision is ${revision === undefined ? "missing" : `"${revision}"`}, as the control plane's own is. Give the two different ones, such as ${canary.version.replaceAll(".", "-")}.`,
        ]
      : []),
    ...(mtlsModes.includes(mtlsMode)
      ? []
      : [`mtlsMode is "${mtlsMode}". Set it to ${mtlsModes.join(" or ")}, or leave it out.`]),
  ];
}

/** Modes of the mesh-wide PeerAuthentication. DISABLE would take mutual TLS from every workload. */
const mtlsModes = ["STRICT", "PERMISSIVE"];
