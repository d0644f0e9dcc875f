import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { WorkloadSecret } from "../catalog";
import type { Manifest } from "../mesh";
import { declareObjects } from "./declareObjects";
import { planFor } from "./planned";
import { type ServiceMeshArgs, serviceMeshPlan } from "./serviceMeshPlan";
import { withImages } from "./workloadImages";

/**
 * All objects of a service catalog. The catalog is checked first. Errors stop the program with every finding before any
 * resource is registered; warnings are shown. `images` sets images that only other resources provide.
 *
 * The component must depend on the control plane, whose webhook validates the objects.
 */
export class ServiceMesh extends pulumi.ComponentResource {
  /** Number of objects, keyed by kind, for example `{ DestinationRule: 9 }`. */
  public readonly objectCounts: pulumi.Output<Record<string, number>>;

  constructor(name: string, args: ServiceMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planFor(args, () => serviceMeshPlan(name, args.catalog));
    const objects = withImages(name, plan, args.images ?? {});
    super("meshwright:index:ServiceMesh", name, {}, opts);
    for (const warning of plan.warnings) void pulumi.log.warn(warning, this);

    declareObjects(name, [...objects, ...this.generated(name, plan.secrets)], {
      parent: this,
      ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
    });

    this.objectCounts = pulumi.output(countByKind(objects.map(({ kind }) => kind)));
    this.registerOutputs({ objectCounts: this.objectCounts });
  }

  /** The Secrets of generated passwords. Their values are secrets in Pulumi's state, too. */
  private generated(name: string, secrets: readonly WorkloadSecret[]): Manifest[] {
    return secrets
      .filter(({ generated }) => generated)
      .map(({ namespace, name: secret, keys }) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secret, namespace },
        stringData: Object.fromEntries(
          keys.map((key) => [key, this.password(`${name}-${namespace}/${secret}-${key}`)]),
        ),
      }));
  }

  private password(name: string): pulumi.Output<string> {
    return new random.RandomPassword(name, { length: 32, special: false }, { parent: this }).result;
  }
}

function countByKind(kinds: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds.toSorted()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
