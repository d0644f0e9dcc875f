import { expect } from "chai";
import type { ExternalService } from "../../catalog";
import { exportTo } from "../../mesh/exportTo";

const external = (callers: readonly string[], egressGateway: boolean): ExternalService =>
  ({
    namespace: "shop",
    egressGateway,
    incoming: callers.map((namespace) => ({ source: { namespace } })),
  }) as unknown as ExternalService;

describe("exportTo", () => {
  for (const { what, services, namespaces } of [
    { what: "its own namespace alone", services: [external(["shop"], false)], namespaces: ["."] },
    {
      what: "its callers' namespaces, sorted and each once",
      services: [external(["web", "backend"], false), external(["web", "shop"], false)],
      namespaces: [".", "backend", "web"],
    },
    {
      what: "the egress gateway's namespace if one of its services leaves through it",
      services: [external(["web"], false), external(["shop"], true)],
      namespaces: [".", "istio-egress", "web"],
    },
  ])
    it(`is ${what}`, () => {
      expect(exportTo(...services)).to.deep.equal(namespaces);
    });
});
