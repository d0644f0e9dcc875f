import { expect } from "chai";
import { text } from "../../checks/rules/serviceDeclared";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const bank = { host: "bank.example.com", ports: { http } };

const found = (web: object, more: object = {}): string[] =>
  foundBy("MW101", {
    name: "shop",
    services: { web: { ports: { http }, ...web }, api: { ports: { http } } },
    externalServices: { bank },
    ...more,
  });

describe("checks of names of services", () => {
  it("let calls and extension providers name an external service", () => {
    expect(found({ calls: { bank: {} } })).to.deep.equal([]);
    const provider = (service: string): object => ({
      extensionProviders: { authz: { envoyExtAuthzHttp: { service } } },
    });
    expect(found({}, provider("bank"))).to.deep.equal([]);
    const at = "extensionProviders.authz.envoyExtAuthzHttp";
    expect(found({}, provider("bnak"))).to.deep.equal([`${at}.service: ${text(at, "bnak", "").message}`]);
  });

  it("let nothing else name one", () => {
    const mirror = { traffic: { mirror: { service: "bank", percentage: 5 } } };
    expect(found(mirror)).to.deep.equal([
      `services.web.traffic.mirror.service: ${text("services.web.traffic.mirror", "bank", "").message}`,
    ]);
  });
});
