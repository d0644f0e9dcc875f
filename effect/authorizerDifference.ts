import { accessRules } from "./accessRules";
import type { Difference } from "./change";
import type { Model } from "./model";
import type { Workload } from "./workload";

/**
 * Returns changes of the external authorizers that decide about requests to a workload. It is another service, or it is
 * not needed any more if it doesn't answer.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 */
export function authorizerDifferences(
  before: Model,
  old: Workload,
  after: Model,
  now: Workload,
): Difference[] {
  if (old.proxy === "none" || now.proxy === "none") return [];
  const [was, is] = [before.settings.authorizers, after.settings.authorizers];
  const asked = new Set(providersOf(before, old));
  return [...new Set(providersOf(after, now))].flatMap((name): Difference[] => {
    const [had, has] = [was[name], is[name]];
    if (!asked.has(name) || had === undefined || has === undefined) return [];
    const [old, next] = [had, has].map((config) => JSON.stringify(config));
    if (old === next) return [];
    const opened = has.failOpen === true && had.failOpen !== true;
    return [
      {
        kind: opened ? "authorizer opened" : "authorizer changed",
        workload: now,
        sure: true,
        before: `${name}: ${old ?? ""}`,
        after: `${name}: ${next ?? ""}`,
        by: [],
      },
    ];
  });
}

function providersOf(model: Model, workload: Workload): string[] {
  return [false, true].flatMap((tcp) =>
    accessRules(model, workload, tcp).custom.flatMap(({ provider }) => provider ?? []),
  );
}
