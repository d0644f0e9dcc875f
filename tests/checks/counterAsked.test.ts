import { expect } from "chai";
import { limitsItself, otherProtocol } from "../../checks/rules/counterAsked";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const grpc = { port: 8081, protocol: "grpc" };
const globalRateLimits = { all: { requests: 1000, per: "second" } };

/** The findings about the rate limit service `counter`. */
function found(counter: object, chosen: object = {}): string[] {
  return foundBy("MW704", {
    name: "shop",
    services: { web: { ports: { http }, globalRateLimits }, counter },
    rateLimitService: { service: "counter", onFailure: "deny", ...chosen },
  });
}

describe("the check of the rate limit service", () => {
  it("accepts its gRPC port, the only one or the one that is named", () => {
    expect(found({ ports: { grpc } })).to.deep.equal([]);
    expect(found({ ports: { http, grpc } }, { port: "grpc" })).to.deep.equal([]);
    expect(foundBy("MW704", { name: "shop", services: { web: { ports: { http } } } })).to.deep.equal([]);
  });

  it("finds a port of another protocol, even http2", () => {
    expect(found({ ports: { http } })).to.deep.equal([
      `rateLimitService: ${otherProtocol("counter", "http", "http").message}`,
    ]);
    expect(found({ ports: { grpc, http } }, { port: "http" })).to.deep.equal([
      `rateLimitService: ${otherProtocol("counter", "http", "http").message}`,
    ]);
    expect(found({ ports: { web: { port: 1, protocol: "http2" } } })).to.deep.equal([
      `rateLimitService: ${otherProtocol("counter", "web", "http2").message}`,
    ]);
  });

  it("leaves unknown services, unknown and invalid ports to other checks", () => {
    expect(found({ ports: { grpc } }, { service: "web2" })).to.deep.equal([]);
    expect(found({ ports: { grpc } }, { port: "http" })).to.deep.equal([]);
    expect(found({})).to.deep.equal([]);
    expect(found({ ports: { http, grpc: { port: "8081", protocol: "grpc" } } })).to.deep.equal([]);
  });

  it("finds a global limit of the service that counts", () => {
    expect(found({ ports: { grpc }, globalRateLimits })).to.deep.equal([
      `services.counter.globalRateLimits: ${limitsItself("counter").message}`,
    ]);
  });
});
