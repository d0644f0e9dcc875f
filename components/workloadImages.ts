import type * as pulumi from "@pulumi/pulumi";
import { valueAt, type WorkloadKind } from "../catalog";
import { type Manifest, mergePatch } from "../mesh";
import { runError } from "./runError";
import type { ServiceMeshPlan } from "./serviceMeshPlan";

/**
 * Replaces the image of the application's container in the workloads that `images` names. All other fields stay plain.
 *
 * @param component name of the component in messages.
 * @param images images keyed by the name of the Deployment, StatefulSet, Job or CronJob.
 * @throws {pulumi.RunError} with every key without a workload, and every value that can't be an image.
 */
export function withImages(
  component: string,
  plan: Pick<ServiceMeshPlan, "mesh" | "objects">,
  images: Readonly<Record<string, pulumi.Input<string>>>,
): readonly Manifest[] {
  const targets = targetsOf(plan);
  const problems: string[] = [];
  const changed = new Map<Manifest, Manifest>();
  for (const [key, image] of Object.entries(images)) {
    const result = changedBy(targets, key, image);
    if (typeof result === "string") problems.push(`ServiceMesh "${component}": images["${key}"]: ${result}`);
    else changed.set(...result);
  }
  if (problems.length > 0) throw runError(problems.join("\n"));
  return plan.objects.map((object) => changed.get(object) ?? object);
}

/** A workload's object, and the name of the application's container in it. */
interface Target {
  readonly object: Manifest;
  readonly container: string;
}

function targetsOf({ mesh, objects }: Pick<ServiceMeshPlan, "mesh" | "objects">): Map<string, Target> {
  return new Map(
    mesh.services.flatMap(({ name: container, namespace, workloads }) =>
      workloads.flatMap(({ kind, name }) =>
        objects
          .filter(
            ({ kind: one, metadata }) =>
              one === kind && metadata.name === name && metadata.namespace === namespace,
          )
          .map((object): [string, Target] => [name, { object, container }]),
      ),
    ),
  );
}

/** Returns a workload's object with the new image, or the error in the entry. */
function changedBy(
  targets: ReadonlyMap<string, Target>,
  key: string,
  image: unknown,
): string | [Manifest, Manifest] {
  const target = targets.get(key);
  if (target === undefined) {
    const known = [...targets.keys()].map((name) => `"${name}"`).join(", ");
    return `the catalog has no workload "${key}". ${known === "" ? "It has no workloads." : `Use one of ${known}.`}`;
  }
  if (!isImage(image)) {
    return "the value can't be an image. Use an image without spaces, or an Output. pulumi.interpolate puts Outputs into a string.";
  }
  const { object, container } = target;
  const path = [...templates[object.kind as WorkloadKind], "spec", "containers"];
  const containers = valueAt(object, path);
  const list = Array.isArray(containers) ? (containers as readonly { readonly name: string }[]) : [];
  if (!list.some(({ name }) => name === container)) {
    return `an override removes the container "${container}" from the ${object.kind}. Change the override, or remove the image here.`;
  }
  const patch = path.reduceRight<unknown>(
    (below, field) => ({ [field]: below }),
    list.map((one) => (one.name === container ? { ...one, image } : one)),
  );
  return [object, mergePatch(object, patch) as Manifest];
}

const templates: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** Also rejects a string that contains a formatted Output, for which Pulumi's SDK inserts a sentence. */
function isImage(value: unknown): boolean {
  if (typeof value === "string") return /^\S+$/.test(value);
  if (value === null || typeof value !== "object") return false;
  return value instanceof Promise || (value as { __pulumiOutput?: unknown }).__pulumiOutput === true;
}
