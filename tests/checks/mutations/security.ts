import { type Mutation, put } from "./mutation";
import { edgesOf, servicesOf } from "./places";

export const security: readonly Mutation[] = [
  {
    code: "MW301",
    mistake: "an end user's token that nobody issues",
    also: ["MW204", "MW301", "MW605"],
    *mutants(catalog) {
      for (const { place, call } of edgesOf(catalog)) {
        const at = [...place, "endUser"];
        const endUser = call.endUser ?? { claims: { roles: ["admin"] } };
        yield {
          at,
          changes: [
            [["jwtRules"], undefined],
            [at, endUser],
          ],
        };
      }
    },
  },
  {
    code: "MW302",
    mistake: "traffic past the proxy, out or in",
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        yield put([...place, "sidecar", "excludeOutboundPorts"], [5432]);
        yield put([...place, "sidecar", "includeInboundPorts"], [8080]);
      }
    },
  },
  {
    code: "MW303",
    mistake: "plain text accepted by a service or a port",
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        yield put([...place, "mtls", "mode"], "PERMISSIVE");
        for (const port of Object.keys(service.ports)) {
          yield put([...place, "mtls", "ports", port], "PERMISSIVE");
        }
      }
    },
  },
  {
    code: "MW304",
    mistake: "everybody in the own namespace admitted",
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        const namespace = service.namespace ?? catalog.namespace ?? catalog.name;
        const admitted = [...place, "admit", "everybody"];
        yield { at: [...admitted, "namespace"], changes: [[admitted, { namespace }]] };
      }
    },
  },
];
