import { attached } from "../attachment";
import { selectionOf } from "../selection";
import { fieldsAt, has, listAt, textAt, textsAt } from "../field";
import { fullHost } from "../host";
import { type Model, objectsOf } from "../model";
import { type KnownObject, titleOf } from "../object";
import { exported, serviceAt } from "../service";
import { unreachableRoutes } from "../unreachableRoutes";
import { workloadsSelected } from "../workload";
import { gatewaysOf } from "./gateways";
import type { Mistake } from "./mistake";

const virtualServices = (model: Model): readonly KnownObject[] =>
  objectsOf(model, "VirtualService", "networking.istio.io");

/**
 * Returns hosts that two VirtualServices of the mesh have, of which sidecars apply one.
 *
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0109/
 */
export function sharedHosts(model: Model): Mistake[] {
  const seen = new Map<string, { readonly object: KnownObject; readonly exportTo: readonly string[] }[]>();
  return virtualServices(model).flatMap((object) => {
    const gateways = textsAt(object.spec, "gateways");
    if (gateways.length > 0 && !gateways.includes("mesh")) return [];
    const exportTo = exported(textsAt(object.spec, "exportTo"), object.namespace);
    return textsAt(object.spec, "hosts").flatMap((host, i): Mistake[] => {
      const full = fullHost(host, object.namespace, model.settings.clusterDomain).toLowerCase();
      const others = seen.get(full) ?? [];
      seen.set(full, [...others, { object, exportTo }]);
      const other = others.find((one) => one.object !== object && overlaps(one.exportTo, exportTo));
      if (!other) return [];
      return [
        {
          object,
          path: `spec.hosts[${i}]`,
          problem: `${titleOf(other.object)} has the host ${full}, too, so sidecars apply only one of the two`,
          fix: "Write all routes of the host into one VirtualService, or limit exportTo of both",
        },
      ];
    });
  });
}

/** Whether a namespace sees both. */
function overlaps(one: readonly string[], other: readonly string[]): boolean {
  if (one.length === 0 || other.length === 0) return false;
  return one.includes("*") || other.includes("*") || one.some((namespace) => other.includes(namespace));
}

/** Returns routes and matches that no request reaches, because an earlier route applies to all of them. */
export function uselessRoutes(model: Model): Mistake[] {
  return virtualServices(model).flatMap((object) =>
    unreachableRoutes(object.spec).map(({ path, by }) => ({
      object,
      path: `spec.${path}`,
      problem: `all requests of ${path} match ${by}, which comes before it, so ${path} has no effect`,
      fix: `Move it before ${by}, or remove it`,
    })),
  );
}

/**
 * Returns destinations without a port whose host has several. A request then keeps its own port, so one to a port that the
 * host does not have is answered with 503.
 *
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0112/
 */
export function portlessDestinations(model: Model): Mistake[] {
  return virtualServices(model).flatMap((object) =>
    ["http", "tls", "tcp"].flatMap((protocol) =>
      listAt(object.spec, protocol).flatMap((route, i) =>
        listAt(route, "route").flatMap((weighted, k): Mistake[] => {
          const destination = fieldsAt(weighted, "destination");
          if (has(destination, "port")) return [];
          const host = fullHost(
            textAt(destination, "host") ?? "",
            object.namespace,
            model.settings.clusterDomain,
          );
          const ports = [...new Set(serviceAt(model.services, host)?.ports.map(({ number }) => number))];
          if (ports.length < 2) return [];
          return [
            {
              object,
              path: `spec.${protocol}[${i}].route[${k}].destination`,
              problem: `the destination ${host} has the ports ${ports.join(" and ")}, and the route names none, so requests to any other port are answered with 503`,
              fix: "Set port.number of the destination",
            },
          ];
        }),
      ),
    ),
  );
}

/**
 * Returns routes of gateways by the claims of tokens that no RequestAuthentication of the gateway's pods verifies. Such a
 * route matches no request.
 *
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0149/
 */
export function unverifiedClaims(model: Model): Mistake[] {
  return virtualServices(model).flatMap((object) => {
    const byClaims = listAt(object.spec, "http").flatMap((route, i) =>
      listAt(route, "match").flatMap((match, k) =>
        ["headers", "withoutHeaders"]
          .flatMap((key) => Object.keys(fieldsAt(match, key)))
          .filter((name) => name.startsWith("@request.auth.claims"))
          .map((name) => ({
            object,
            path: `spec.http[${i}].match[${k}]`,
            problem: `${name} is a claim of tokens, and no RequestAuthentication verifies tokens at the gateway, so no request has it`,
            fix: "Add a RequestAuthentication for the gateway's pods",
          })),
      ),
    );
    if (byClaims.length === 0) return [];
    const pods = gatewaysOf(model, object).flatMap((gateway) =>
      workloadsSelected(model.workloads, selectionOf(gateway).labels),
    );
    const verified = pods.some(
      (pod) => attached(model, "RequestAuthentication", "security.istio.io", pod).length > 0,
    );
    // Without the pods, it is unknown what verifies tokens.
    return verified || pods.length === 0 ? [] : byClaims;
  });
}
