import { expect } from "chai";
import { isHttp, normalizePorts, portOf, protocols } from "../../catalog/port";

describe("catalog/port", () => {
  it("sorts ports by their numbers, and targets the same port by default", () => {
    const ports = normalizePorts({
      b: { port: 443, protocol: "tls" },
      a: { port: 8080, protocol: "http", targetPort: 80 },
      c: { port: 80, protocol: "grpc" },
    });
    expect(ports).to.deep.equal([
      { name: "c", port: 80, targetPort: 80, protocol: "grpc" },
      { name: "b", port: 443, targetPort: 443, protocol: "tls" },
      { name: "a", port: 8080, targetPort: 80, protocol: "http" },
    ]);
    expect(portOf(ports)?.name).to.equal("c");
    expect(portOf(ports, "a")?.port).to.equal(8080);
    expect(portOf(ports, "d")).to.equal(undefined);
  });

  it("handles requests of three protocols", () => {
    expect(protocols.filter(isHttp)).to.deep.equal(["http", "http2", "grpc"]);
  });
});
