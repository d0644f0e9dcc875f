import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../mesh";
import { declareMeshObject } from "./meshObject";
import { creationOrder, objectKey } from "./order";
import { withoutStackTraces } from "./withoutStackTraces";

/**
 * Declares plain objects as resources named `<name>-<kind>/<namespace>/<name>`. Each depends on the objects that it
 * requires, and all depend on `opts.dependsOn`.
 */
export function declareObjects(
  name: string,
  objects: readonly Manifest[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const byKey = new Map(objects.map((object) => [objectKey(object), object]));
  const order = creationOrder(objects);
  const resources = new Map<string, pulumi.Resource>();
  const declare = (object: Manifest): pulumi.Resource => {
    const key = objectKey(object);
    const declared = resources.get(key);
    if (declared !== undefined) return declared;
    const after = (order.get(key) ?? []).flatMap((one) => byKey.get(one) ?? []).map(declare);
    // An object that depends on a namespace of ours depends on `opts.dependsOn` through it.
    const resource = declareMeshObject(`${name}-${key}`, object, {
      ...opts,
      ...(after.length > 0 ? { dependsOn: after } : {}),
    });
    resources.set(key, resource);
    return resource;
  };
  return withoutStackTraces(() => objects.map(declare));
}
