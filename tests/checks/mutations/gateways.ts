import type { MeshDefinition } from "../../../catalog";
import { type Mutation, type Place, put } from "./mutation";
import { matching } from "./places";

/** Hosts of gateways, with their places. */
function hostsOf(catalog: MeshDefinition): { place: Place; value: unknown }[] {
  return [...matching(catalog, "gateways.*.hosts.*")];
}

export const gateways: readonly Mutation[] = [
  {
    code: "MW530",
    mistake: "a host served as plaintext in prod",
    *mutants(catalog) {
      for (const { place } of hostsOf(catalog)) {
        yield {
          at: [...place, "tls", "mode"],
          changes: [
            [["environment"], "prod"],
            [[...place, "tls"], { mode: "DISABLE" }],
          ],
        };
      }
    },
  },
  {
    code: "MW531",
    mistake: "TLS passed through to a port that speaks HTTP",
    also: ["MW531"],
    *mutants(catalog) {
      for (const { place } of hostsOf(catalog)) {
        yield {
          at: [...place, "routes", 0, "service"],
          changes: [[[...place, "tls"], { mode: "PASSTHROUGH" }]],
        };
      }
    },
  },
  {
    code: "MW532",
    mistake: "a host that stands for all names below a domain",
    *mutants(catalog) {
      for (const { place, value } of hostsOf(catalog)) {
        yield put([...place.slice(0, -1), "*.wildcard.example.com"], {
          ...(value as object),
          tls: { credentialName: "wildcard" },
        });
      }
    },
  },
];
