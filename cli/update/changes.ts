import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { objectsOf } from "../../program/plan";
import { localStack } from "../pulumi";
import { declaredPlan } from "../repair/declaredReleases";
import { objectKeyOf, type StateResource } from "../../program/stackState";
import { fewest } from "./stages";

/**
 * Whether the next run changes so many objects that it is worth to plan it in two stages. The estimate takes no preview: it
 * compares the objects that the program in the current folder declares with the inputs in the stack's state.
 */
export async function isLargeUpdate(
  deployed: readonly StateResource[],
  platform: string | undefined,
): Promise<boolean> {
  const plan = await declaredPlan(existsSync(`Pulumi.${localStack}.yaml`) ? localStack : undefined, platform);
  if (plan === undefined) return false;
  const before = new Map(
    deployed.flatMap((one) => {
      const key = objectKeyOf(one);
      return key === undefined ? [] : [[titleOf({ ...key, metadata: key }), one.inputs]];
    }),
  );
  const objects = objectsOf(plan).flatMap((one) => one.objects);
  const after = new Set(objects.map(titleOf));
  const changed = objects.filter((one) => !isDeepStrictEqual(before.get(titleOf(one)), one)).length;
  return changed + [...before.keys()].filter((title) => !after.has(title)).length >= fewest;
}

function titleOf({
  apiVersion,
  kind,
  metadata: { namespace = "", name },
}: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): string {
  return [apiVersion, kind, namespace, name].join(" ");
}
