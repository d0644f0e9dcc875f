import { expect } from "chai";
import { gatewayText, text } from "../../checks/rules/portReserved";
import { foundBy } from "./found";

const uses = {
  15000: "Envoy's admin interface",
  15001: "outbound traffic",
  15006: "inbound traffic",
  15008: "HBONE",
  15020: "the agent's metrics and probes",
  15021: "the proxy's readiness",
  15053: "DNS",
  15090: "Envoy's metrics",
};
const own = Object.entries(uses).map(([port, use]) => [Number(port), use] as const);

function found(web: object, host: object = {}): string[] {
  return foundBy("MW343", {
    name: "shop",
    services: { web: { ports: { http: { port: 80, protocol: "http", ...web } } } },
    gateways: {
      public: {
        hosts: {
          "a.example.com": {
            tls: { credentialName: "a" },
            routes: [{ prefix: "/", service: "web" }],
            ...host,
          },
        },
      },
    },
  });
}

describe("the check of the proxy's ports", () => {
  it("finds each of them as port and as target port of a service", () => {
    for (const [port, use] of own) {
      const { message } = text("web", port, use);
      expect(found({ port }), String(port)).to.deep.equal([`services.web.ports.http.port: ${message}`]);
      expect(found({ targetPort: port }), String(port)).to.deep.equal([
        `services.web.ports.http.targetPort: ${message}`,
      ]);
    }
  });

  it("accepts the ports between them, and services without ports", () => {
    for (const targetPort of [8080, 14999, 15002, 15091]) {
      expect(found({ targetPort }), String(targetPort)).to.deep.equal([]);
    }
    expect(foundBy("MW343", { name: "shop", services: { web: {} } })).to.deep.equal([]);
  });

  it("finds at a gateway only those of a proxy that redirects no connections", () => {
    for (const [port, use] of own) {
      const expected = [15000, 15020, 15021, 15090].includes(port)
        ? [`gateways.public.hosts["a.example.com"].port: ${gatewayText("a.example.com", port, use).message}`]
        : [];
      expect(found({}, { port }), String(port)).to.deep.equal(expected);
    }
    expect(found({}, { port: 8443 })).to.deep.equal([]);
  });
});
