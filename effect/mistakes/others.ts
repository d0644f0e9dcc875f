import { fieldsAt, fieldsOf, has, listAt, textAt } from "../field";
import { type Model, objectsOf } from "../model";
import type { Mistake } from "./mistake";

/**
 * Returns access logs of Telemetries that no provider receives: neither the object nor, as far as it is known, the mesh
 * configuration names one.
 *
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0157/
 */
export function unreceivedLogs(model: Model): Mistake[] {
  return objectsOf(model, "Telemetry", "telemetry.istio.io").flatMap((object) =>
    listAt(object.spec, "accessLogging").flatMap((log, i) => {
      if (listAt(log, "providers").length > 0 || fieldsOf(log).disabled === true) return [];
      return [
        {
          object,
          path: `spec.accessLogging[${i}]`,
          problem:
            "the access log names no provider, so proxies write it only if the mesh configuration has " +
            "defaultProviders.accessLogging",
          fix: "Set providers, such as envoy",
        },
      ];
    }),
  );
}

/** Returns Namespaces with several labels by which pods join the mesh, of which one wins. */
export function competingLabels(model: Model): Mistake[] {
  return [...model.namespaces.values()].flatMap((object) => {
    const { labels } = object;
    const injection = labels["istio-injection"];
    const revision = labels["istio.io/rev"];
    if (injection === undefined || revision === undefined) return [];
    return [
      {
        object,
        path: "metadata.labels",
        problem: `istio-injection=${injection} takes precedence over istio.io/rev=${revision}, so the revision has no effect`,
        fix: "Keep one of the two labels",
      },
    ];
  });
}

/** Operations of an EnvoyFilter that depend on what other filters did before. */
const relative = ["INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "REMOVE"];

/** What REPLACE exchanges. */
const replaced = ["HTTP_FILTER", "NETWORK_FILTER", "VIRTUAL_HOST"];

/** What ADD and REMOVE leave as it is. */
const fixed = ["ROUTE_CONFIGURATION", "HTTP_ROUTE"];

/**
 * Returns patches of EnvoyFilters that have no effect, or whose order among other filters is not determined.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation
 */
export function filterMistakes(model: Model): Mistake[] {
  return objectsOf(model, "EnvoyFilter", "networking.istio.io").flatMap((object) => {
    const patches = listAt(object.spec, "configPatches").map((one) => ({
      applyTo: textAt(one, "applyTo") ?? "",
      operation: textAt(fieldsAt(one, "patch"), "operation") ?? "",
    }));
    const ordered = has(object.spec, "priority") && fieldsOf(object.spec).priority !== 0;
    const dependent = patches.find(({ operation }) => relative.includes(operation));
    const order =
      ordered || !dependent
        ? []
        : [
            {
              object,
              path: "spec.priority",
              problem: `spec.priority is not set, so the order of ${dependent.operation} among EnvoyFilters depends on their age`,
              fix: "Set spec.priority",
            },
          ];
    const useless = patches.flatMap(({ applyTo, operation }, i) => {
      const isUseless =
        (operation === "REPLACE" && !replaced.includes(applyTo)) ||
        (["ADD", "REMOVE"].includes(operation) && fixed.includes(applyTo));
      if (!isUseless) return [];
      return [
        {
          object,
          path: `spec.configPatches[${i}].patch.operation`,
          problem: `${operation} has no effect on ${applyTo}`,
          fix: operation === "REMOVE" ? "Remove the patch" : "Use MERGE",
        },
      ];
    });
    return [...order, ...useless];
  });
}
