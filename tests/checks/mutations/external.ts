import { type ExternalServiceDefinition, isHttp, type MeshDefinition } from "../../../catalog";
import { type Change, type Mutation, type Place, put } from "./mutation";
import { edgesOf, hasHttp, httpServicesOf, servicesOf } from "./places";

const bank: ExternalServiceDefinition = {
  host: "bank.example.com",
  ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
  tls: { mode: "SIMPLE" },
};
const tlsPorts = { https: { port: 443, protocol: "tls" } };

interface ExternalPlace {
  readonly place: Place;
  readonly external: ExternalServiceDefinition;
  /** The call of it. */
  readonly call: Place;
  /** What brings it into the catalog. */
  readonly added: readonly Change[];
}

/** The platform's external services; of most platforms there are none, so they get one that a service calls. */
function externalsOf(catalog: MeshDefinition): ExternalPlace[] {
  const own = Object.entries(catalog.externalServices ?? {}).filter(([, external]) => hasHttp(external));
  const places = own.flatMap(([name, external]): ExternalPlace[] =>
    edgesOf(catalog)
      .filter(({ callee }) => callee === name)
      .map(({ place: call }) => ({ place: ["externalServices", name], external, call, added: [] })),
  );
  const added = httpServicesOf(catalog)
    .slice(0, 1)
    .map((caller): ExternalPlace => {
      const place = ["externalServices", "bank"];
      const call = [...caller.place, "calls", "bank"];
      return {
        place,
        external: bank,
        call,
        added: [
          [place, bank],
          [call, {}],
        ],
      };
    });
  return [...places, ...added];
}

export const external: readonly Mutation[] = [
  {
    code: "MW601",
    mistake: "a host that is declared twice",
    also: ["MW364"],
    *mutants(catalog) {
      for (const { place, external, added } of externalsOf(catalog)) {
        const other = [...place.slice(0, -1), "other"];
        const changes: Change[] = [
          ...added,
          [other, { ...bank, host: external.host, ports: external.ports }],
        ];
        yield { at: [...other, "host"], changes };
      }
    },
  },
  {
    code: "MW602",
    mistake: "TLS around a caller's own TLS",
    also: ["MW204"],
    *mutants(catalog) {
      for (const { place, added } of externalsOf(catalog)) {
        yield { at: [...place, "tls"], changes: [...added, [[...place, "ports"], tlsPorts]] };
      }
    },
  },
  {
    code: "MW603",
    mistake: "a second port behind the egress gateway",
    also: ["MW103"],
    *mutants(catalog) {
      for (const { place, added } of externalsOf(catalog)) {
        const second: Change = [
          [...place, "ports", "second"],
          { port: 8080, targetPort: 8443, protocol: "http" },
        ];
        yield { at: [...place, "ports"], changes: [...added, [[...place, "egressGateway"], true], second] };
      }
    },
  },
  {
    code: "MW609",
    mistake: "TLS to a port for plaintext",
    also: ["MW607", "MW609"],
    *mutants(catalog) {
      for (const { place, added } of externalsOf(catalog)) {
        const ports = { http: { port: 80, protocol: "http" } };
        yield {
          at: [...place, "ports", "http"],
          changes: [...added, [[...place, "tls"], { mode: "SIMPLE" }], [[...place, "ports"], ports]],
        };
      }
    },
  },
  {
    code: "MW610",
    mistake: "a wildcard of which TLS is originated to one host",
    also: ["MW610"],
    *mutants(catalog) {
      for (const { place, external, added } of externalsOf(catalog)) {
        if (!external.tls) continue;
        yield { at: [...place, "tls"], changes: [...added, [[...place, "host"], "*.bank.example.com"]] };
      }
    },
  },
  {
    code: "MW611",
    mistake: "a client certificate that no caller's proxy reads",
    also: ["MW605"],
    *mutants(catalog) {
      for (const { place, added } of externalsOf(catalog)) {
        const at = [...place, "tls"];
        const tls = { mode: "MUTUAL", credentialName: "bank-client" };
        yield { at, changes: [...added, [[...place, "egressGateway"], undefined], [at, tls]] };
      }
    },
  },
  {
    code: "MW604",
    mistake: "requests that leave as plain text",
    *mutants(catalog) {
      for (const { place, added } of externalsOf(catalog)) {
        yield { at: place, changes: [...added, [[...place, "tls"], undefined]] };
      }
    },
  },
  {
    code: "MW605",
    mistake: "limits of a call that nobody enforces",
    also: ["MW301", "MW605"],
    *mutants(catalog) {
      for (const { place, call, added } of externalsOf(catalog)) {
        const fields = { methods: ["GET"], paths: ["/v1/*"], endUser: {} };
        for (const [field, value] of Object.entries(fields)) {
          const at = [...call, field];
          yield { at, changes: [...added, [[...place, "egressGateway"], undefined], [at, value]] };
        }
        const at = [...call, "endUser"];
        yield { at, changes: [...added, [[...place, "egressGateway"], true], [at, {}]] };
      }
    },
  },
  {
    code: "MW606",
    mistake: "an external service called like a service",
    also: ["MW364"],
    *mutants(catalog) {
      for (const name of Object.keys(catalog.services)) {
        const at = ["externalServices", name];
        yield { at, changes: [[at, bank]] };
      }
    },
  },
  {
    code: "MW607",
    mistake: "a database on a port on which its caller has other calls",
    *mutants(catalog) {
      const database = (port: number) => ({
        host: "db.example.com",
        ports: { tcp: { port, protocol: "tcp" } },
      });
      const place = ["externalServices", "zz-db"];
      for (const { kind, caller, callee, call } of edgesOf(catalog)) {
        const ports = catalog.services[callee]?.ports;
        const port = call.port === undefined ? Object.values(ports ?? {})[0] : ports?.[call.port];
        if (kind !== "call" || !port || !isHttp(port.protocol)) continue;
        yield {
          at: [...place, "ports", "tcp"],
          changes: [
            [place, database(port.port)],
            [["services", caller, "calls", "zz-db"], {}],
          ],
        };
      }
      for (const caller of servicesOf(catalog)) {
        const other = ["externalServices", "other-db"];
        yield {
          at: [...place, "ports", "tcp"],
          changes: [
            [place, database(5432)],
            [other, { ...database(5432), host: "other.example.com" }],
            [[...caller.place, "calls", "zz-db"], {}],
            [[...caller.place, "calls", "other-db"], {}],
          ],
        };
      }
    },
  },
  {
    code: "MW608",
    mistake: "connections led away from an address out of a block",
    also: ["MW608"],
    *mutants(catalog) {
      for (const { place, added } of externalsOf(catalog)) {
        const addresses: Change = [[...place, "addresses"], ["10.20.0.0/24"]];
        const at = [...place, "egressGateway"];
        yield { at, changes: [...added, addresses, [at, true]] };
        const targetPort = [...place, "ports", "http", "targetPort"];
        yield { at: targetPort, changes: [...added, addresses, [targetPort, 8443]] };
      }
    },
  },
  {
    code: "MW803",
    mistake: "TLS by the proxy to a database that negotiates it within its protocol",
    *mutants(catalog) {
      for (const caller of servicesOf(catalog)) {
        const place = ["externalServices", "zz-db"];
        yield {
          at: [...place, "tls"],
          changes: [
            [
              place,
              {
                host: "db.example.com",
                addresses: ["198.51.100.7"],
                ports: { sql: { port: 5432, protocol: "tcp" } },
                tls: { mode: "SIMPLE" },
              },
            ],
            [[...caller.place, "calls", "zz-db"], {}],
          ],
        };
      }
    },
  },
  {
    code: "MW364",
    mistake: "an external service that no service calls",
    *mutants() {
      const ports = { https: { port: 443, protocol: "tls" } };
      yield put(["externalServices", "zz-unused"], { host: "unused.example.com", ports });
    },
  },
];
