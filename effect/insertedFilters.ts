import { type Fields, fieldsAt, listAt, textAt } from "./field";
import type { Model } from "./model";
import { envoyFilters } from "./unread";
import type { Workload } from "./workload";

/**
 * Returns the configurations of the HTTP filters that EnvoyFilters insert at a workload's inbound side, if its proxy has
 * this version.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ProxyMatch
 */
export function insertedFilters(model: Model, workload: Workload, version: string): Fields[] {
  return envoyFilters(model, workload).flatMap(({ spec }) =>
    listAt(spec, "configPatches")
      .filter(
        (patch) => textAt(patch, "applyTo") === "HTTP_FILTER" && isInserted(patch) && matches(patch, version),
      )
      .map((patch) => fieldsAt(patch, "patch", "value", "typed_config")),
  );
}

function isInserted(patch: Fields): boolean {
  const operation = textAt(fieldsAt(patch, "patch"), "operation") ?? "";
  return operation.startsWith("INSERT") || operation === "ADD";
}

function matches(patch: Fields, version: string): boolean {
  const match = fieldsAt(patch, "match");
  const context = textAt(match, "context") ?? "ANY";
  const expression = textAt(fieldsAt(match, "proxy"), "proxyVersion") ?? "";
  return (context === "ANY" || context === "SIDECAR_INBOUND") && new RegExp(expression).test(version);
}
