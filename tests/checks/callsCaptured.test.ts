import { expect } from "chai";
import { inbound, outbound } from "../../checks/rules/callsCaptured";
import { foundBy } from "./found";

const http = { port: 80, targetPort: 8080, protocol: "http" };
const admin = { port: 9090, protocol: "http" };

function found(web: object, api: object = {}): string[] {
  return foundBy("MW310", {
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: { port: "http" }, bank: {} }, ...web },
      api: { ports: { http, admin }, ...api },
    },
    externalServices: {
      bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
    },
  });
}

describe("the check of captured calls", () => {
  it("finds target ports that are not among the captured ones", () => {
    const at = "services.api.sidecar.includeInboundPorts";
    const captured = (...ports: number[]): string[] => found({}, { sidecar: { includeInboundPorts: ports } });
    const missing = { http: { name: "http", targetPort: 8080 }, admin: { name: "admin", targetPort: 9090 } };
    expect(captured(8080, 9090)).to.deep.equal([]);
    expect(captured(8080)).to.deep.equal([`${at}: ${inbound("api", missing.admin).message}`]);
    expect(captured(80, 9090)).to.deep.equal([`${at}: ${inbound("api", missing.http).message}`]);
    expect(captured(1)).to.have.lengthOf(2);
  });

  it("says nothing about target ports while one is invalid", () => {
    const sidecar = { includeInboundPorts: [9090] };
    expect(found({}, { sidecar, ports: { http, admin: { port: "9090", protocol: "http" } } })).to.deep.equal(
      [],
    );
  });

  it("finds ports of calls that the caller's proxy does not capture, except those of external services", () => {
    const excluded = (...ports: number[]): string[] => found({ sidecar: { excludeOutboundPorts: ports } });
    expect(excluded(80)).to.deep.equal([
      `services.web.sidecar.excludeOutboundPorts: ${outbound("web", "services.web.calls.api", "api", 80).message}`,
    ]);
    for (const ports of [[], [443], [8080], [9090]])
      expect(excluded(...ports), ports.join()).to.deep.equal([]);
    expect(found({}, { sidecar: { excludeOutboundPorts: [80] } })).to.deep.equal([]);
  });
});
