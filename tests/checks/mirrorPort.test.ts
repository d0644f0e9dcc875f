import { expect } from "chai";
import { text } from "../../checks/rules/mirrorPort";
import { foundBy } from "./found";

const port = (number: number, protocol: string): object => ({ port: number, protocol });
const http = port(8080, "http");

/** The findings about a mirror from `api` to `shadow`, which have these ports. */
function found(api: object, shadow: object): string[] {
  return foundBy("MW208", {
    name: "shop",
    services: {
      web: { ports: { http }, calls: { shadow: { port: Object.keys(shadow)[0] } } },
      api: { ports: api, traffic: { mirror: { service: "shadow", percentage: 10 } } },
      shadow: { ports: shadow },
    },
  });
}

const missing = (...ports: string[]): string[] => [
  `services.api.traffic.mirror.service: ${text("api", "shadow", ports).message}`,
];

describe("the check of a mirror's port", () => {
  it("accepts a target with one port of the same name and protocol", () => {
    expect(found({ http }, { http: port(80, "http") })).to.deep.equal([]);
    expect(found({ http, grpc: port(9090, "grpc") }, { grpc: port(9090, "grpc") })).to.deep.equal([]);
    expect(found({ http }, { tcp: port(5432, "tcp"), http })).to.deep.equal([]);
  });

  it("finds a target with another name or protocol, and names the ports that would do", () => {
    expect(found({ http }, { web: http })).to.deep.equal(missing('"http" (http)'));
    expect(found({ http }, { http: port(8080, "http2") })).to.deep.equal(missing('"http" (http)'));
    const both = { http, grpc: port(9090, "grpc"), tcp: port(5432, "tcp") };
    expect(found(both, { web: http })).to.deep.equal(missing('"http" (http)', '"grpc" (grpc)'));
    // A TCP port takes no copies, even with the same name.
    expect(found({ http, tcp: port(5432, "tcp") }, { tcp: port(5432, "tcp") })).to.deep.equal(
      missing('"http" (http)'),
    );
  });

  it("leaves services without HTTP ports and invalid ports to other checks", () => {
    expect(found({ tcp: port(5432, "tcp") }, { http })).to.deep.equal([]);
    expect(found({ http }, { web: http, http: { port: 8080, protocol: "htp" } })).to.deep.equal([]);
    const grpc = port(9090, "grpc");
    expect(found({ grpc }, { grpc: { port: 9090, protocol: "grcp" } })).to.deep.equal([]);
    expect(found({ http, grpc: { port: "1", protocol: "grpc" } }, { grpc: port(1, "grpc") })).to.deep.equal(
      [],
    );
  });
});
