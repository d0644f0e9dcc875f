import { expect } from "chai";
import { text } from "../../checks/rules/leavesEncrypted";
import { checkMesh } from "../../mesh";

const port = (number: number, protocol: string): object => ({ port: number, protocol });

/** The findings about an external service with these ports, with their fixes. */
function found(ports: object, more: object = {}): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http: port(8080, "http") } } },
    externalServices: { bank: { host: "bank.example.com", ports, ...more } },
  });
  return findings
    .filter(({ code }) => code === "MW604")
    .map(({ path, message, fix }) => `${path}: ${message}: ${fix}`);
}

describe("the check of requests that leave the mesh", () => {
  const wrong = (secure: boolean): string[] => {
    const { message, fix } = text("bank", secure);
    return [`externalServices.bank: ${message}: ${fix}`];
  };

  it("finds HTTP ports without TLS, among others too", () => {
    expect(found({ http: port(80, "http") })).to.deep.equal(wrong(false));
    expect(found({ http: port(80, "http"), tls: port(443, "tls") })).to.deep.equal(wrong(false));
    expect(found({ http: port(80, "http"), https: port(443, "http") })).to.deep.equal(wrong(false));
  });

  it("says how to declare HTTPS if all HTTP ports are those of HTTPS", () => {
    expect(found({ https: port(443, "http") })).to.deep.equal(wrong(true));
    expect(found({ https: port(443, "http"), tcp: port(5432, "tcp") })).to.deep.equal(wrong(true));
    expect(text("bank", true).fix).to.match(/^for clients with https:/);
    expect(text("bank").fix).to.equal(text("bank", false).fix);
  });

  it("accepts ports without HTTP, TLS of the proxy, and leaves invalid ports to other checks", () => {
    expect(found({ tls: port(443, "tls"), tcp: port(5432, "tcp") })).to.deep.equal([]);
    expect(
      found({ http: { ...port(80, "http"), targetPort: 443 } }, { tls: { mode: "SIMPLE" } }),
    ).to.deep.equal([]);
    expect(found({ http: port(80, "http"), other: port(81, "htp") })).to.deep.equal([]);
  });
});
