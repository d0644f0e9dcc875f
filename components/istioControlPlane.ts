import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renderMesh } from "../mesh";
import { delegateProblems } from "../mesh/delegates";
import { sharedHosts, sharedHostText } from "../mesh/sharedHosts";
import { checkedMesh } from "./checkedMesh";
import { contradictions } from "./contradictions";
import { declareObjects } from "./declareObjects";
import { declareRelease } from "./helmRelease";
import { misfits } from "./istioMisfits";
import { gatewayNamespace, istioTags, meshPeerAuthentication, systemNamespace } from "./istioObjects";
import { type IstioControlPlaneArgs, istioReleases } from "./istioReleases";
import { MeshNamespace } from "./meshNamespace";
import type { ReleaseSpec } from "./releaseSpec";
import { runError } from "./runError";

// Not a property of the component: its schema for other languages has no type for resources.
const beforeGateways = new WeakMap<IstioControlPlane, readonly pulumi.Resource[]>();

/**
 * The releases of istiod, the revision tags, and the mesh-wide PeerAuthentication of a control plane. Objects that need
 * injection and validation, but no gateway, can depend on these. They are created while the gateways start.
 */
export function withoutGateways(controlPlane: IstioControlPlane): pulumi.Resource[] {
  return [...(beforeGateways.get(controlPlane) ?? [controlPlane])];
}

/**
 * Istio's control plane from Istio's own charts: `base` (CRDs), optionally `cni`, then `istiod`, then the gateways.
 * Each step starts when the previous one is ready. Objects that istiod's webhook validates must depend on this
 * component.
 *
 * It also owns the mesh-wide PeerAuthentication in the root namespace.
 *
 * https://istio.io/latest/docs/setup/install/helm/
 */
export class IstioControlPlane extends pulumi.ComponentResource {
  /** Namespace of istiod. */
  public readonly namespace: pulumi.Output<string>;
  /** Version of the charts. */
  public readonly version: pulumi.Output<string>;
  /** The Service of each gateway as `<namespace>/<name>`. Unknown until all gateways are ready. */
  public readonly gateways: pulumi.Output<string[]>;

  constructor(name: string, args: IstioControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    const served = (args.catalogs ?? []).map((catalog) => checkedMesh(String(catalog.name), catalog).mesh);
    const objects = served.flatMap((mesh) => renderMesh(mesh));
    const problems = [
      ...misfits(args),
      ...served.flatMap((mesh) => contradictions(args, mesh)),
      ...sharedHosts(objects).map(sharedHostText),
      ...(served.length > 1 ? delegateProblems(objects) : []),
    ];
    if (problems.length > 0)
      throw runError(problems.map((problem) => `IstioControlPlane "${name}": ${problem}`).join("\n"));
    super("meshwright:index:IstioControlPlane", name, {}, opts);
    const inherited = opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn };
    const releases = Map.groupBy(istioReleases(args), ({ chart }) => chart);
    const [istiod, ...istiods] = releases.get("istiod") as [ReleaseSpec, ...ReleaseSpec[]];
    const prerequisites = [...(releases.get("base") ?? []), ...(releases.get("cni") ?? [])];
    const gateways = releases.get("gateway") ?? [];
    const system = new MeshNamespace(`${name}-system`, systemNamespace(args), { parent: this, ...inherited });
    // The node agent follows the CRDs. Without it, pods of an istiod that requires it would get no redirection.
    let before: pulumi.Resource = system;
    for (const release of prerequisites)
      before = this.release(`${name}-${release.chart}`, release, args, before);
    // Named by their revisions, so both keep their names when one replaces the other.
    const controlPlane = this.release(`${name}-${istiod.name}`, istiod, args, before);
    // istiod's webhook validates it.
    const strict = declareObjects(name, [meshPeerAuthentication(args)], {
      parent: this,
      dependsOn: controlPlane,
    });
    const tags = declareObjects(name, istioTags(args), { parent: this, dependsOn: controlPlane });
    // The tag exists before its namespaces use it.
    const canaries = istiods.map((canary) =>
      this.release(`${name}-${canary.name}`, canary, args, [before, ...tags]),
    );
    beforeGateways.set(this, [controlPlane, ...strict, ...tags, ...canaries]);
    const ready = gateways.map((gateway) => {
      const home = new MeshNamespace(`${name}-${gateway.name}`, gatewayNamespace(gateway, args), {
        parent: this,
        dependsOn: [controlPlane],
      });
      return this.release(`${name}-${gateway.name}-release`, gateway, args, home);
    });
    this.namespace = pulumi.output(istiod.namespace);
    this.version = controlPlane.version;
    // The chart names the Service after the release.
    this.gateways = pulumi.all(ready.map(({ id }) => id));
    this.registerOutputs({ namespace: this.namespace, version: this.version, gateways: this.gateways });
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
