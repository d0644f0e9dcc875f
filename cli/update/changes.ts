import { isDeepStrictEqual } from "node:util";
import { objectsOf } from "../../program/plan";
import { configuredStack } from "../localStack";
import { declaredPlan } from "../repair/declaredReleases";
import { keyText, objectKeyOf, type StateResource } from "../../program/stackState";
import { fewest } from "./stages";

/**
 * Whether the next run changes so many objects that it is worth to plan it in two stages. The estimate takes no preview: it
 * compares the objects that the program in the current folder declares with the inputs in the stack's state.
 */
export async function isLargeUpdate(
  deployed: readonly StateResource[],
  platform: string | undefined,
): Promise<boolean> {
  const plan = await declaredPlan(configuredStack(), platform);
  if (plan === undefined) return false;
  const before = new Map(
    deployed.flatMap((one) => {
      const key = objectKeyOf(one);
      return key === undefined ? [] : [[keyText(key), one.inputs]];
    }),
  );
  const after = new Map(
    objectsOf(plan).flatMap(({ objects }) =>
      objects.map((one) => [keyText({ ...one.metadata, apiVersion: one.apiVersion, kind: one.kind }), one]),
    ),
  );
  const changed = [...after].filter(([key, one]) => !isDeepStrictEqual(before.get(key), one)).length;
  return changed + [...before.keys()].filter((key) => !after.has(key)).length >= fewest;
}
