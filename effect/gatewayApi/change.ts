import { changedOf } from "../affected";
import { type Model, objectsOf } from "../model";
import type { KnownObject } from "../object";
import { backendTlsRules } from "./backendTls";
import { listenersOf } from "./listener";
import { gatewayGroup } from "./names";
import { parentsOf } from "./parent";

const routes = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"];

/** Kinds that decide which routes gateways have. */
const others = ["Gateway", "GatewayClass", "ReferenceGrant", "ListenerSet"];

/** Which routes may change with the objects of the Gateway API that are not the same in two models. */
export function gatewayApiChange(
  before: Model,
  after: Model,
): { readonly hosts: readonly string[]; readonly gateways: boolean } {
  const changed = (kinds: readonly string[], group: string): KnownObject[] =>
    kinds.flatMap((kind) =>
      changedOf(objectsOf(before, kind, group), objectsOf(after, kind, group), ({ spec, labels }) =>
        JSON.stringify([spec, labels]),
      ),
    );
  const models = [before, after];
  const parents = changed(routes, gatewayGroup).flatMap((route) =>
    models.flatMap((model) => parentsOf(model, route)),
  );
  const rules = models.map((model) =>
    backendTlsRules(model).map(({ spec }) => spec as { readonly host: string }),
  );
  const texts = rules.map((own) => new Set(own.map((one) => JSON.stringify(one))));
  const secured = rules.flatMap((own, i) =>
    own.filter((one) => texts[1 - i]?.has(JSON.stringify(one)) !== true).map(({ host }) => host),
  );
  const hasListeners = models.some((model) => listenersOf(model).length > 0);
  const admitted = hasListeners && changed(["Namespace"], "").length > 0;
  return {
    // Gateways send requests for any of their hosts to a backend.
    hosts: [...parents.flatMap(({ hosts }) => hosts), ...secured],
    gateways: admitted || (hasListeners && secured.length > 0) || changed(others, gatewayGroup).length > 0,
  };
}
