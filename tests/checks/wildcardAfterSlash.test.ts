import { expect } from "chai";
import { text } from "../../checks/rules/wildcardAfterSlash";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };

const found = (call: object, api: object = {}, rest: object = {}): string[] =>
  foundBy("MW311", {
    name: "shop",
    services: { web: { ports: { http }, calls: { api: call } }, api: { ports: { http }, ...api } },
    ...rest,
  });

describe("checks of the wildcards of paths", () => {
  it("find each that follows no slash, with what it also allows", () => {
    expect(found({ paths: ["/orders/*", "/carts*", "/items", "/users*"] })).to.deep.equal([
      `services.web.calls.api.paths[1]: ${text("/carts*").message}`,
      `services.web.calls.api.paths[3]: ${text("/users*").message}`,
    ]);
  });

  it("leave what a DENY rule denies, because it then denies more; its exceptions allow more", () => {
    const deny = (rule: object): object => ({ deny: { admin: rule } });
    expect(found({}, deny({ paths: ["/admin*"] }))).to.deep.equal([]);
    expect(found({}, deny({ notPaths: ["/admin*"] }))).to.deep.equal([
      `services.api.deny.admin.notPaths[0]: ${text("/admin*").message}`,
    ]);
  });

  it("leave what an external authorizer decides; what it does not decide is passed without it", () => {
    const authz = { ports: { grpc: { port: 9000, protocol: "grpc" } } };
    const asked = (part: object, more: object = {}): string[] =>
      foundBy("MW311", {
        name: "shop",
        extensionProviders: { authz: { envoyExtAuthzGrpc: { service: "authz" } } },
        services: { api: { ports: { http }, extAuthz: { provider: "authz", ...part } }, authz },
        ...more,
      });
    expect(asked({ paths: ["/orders*"] })).to.deep.equal([]);
    const hosts = {
      "shop.example.com": {
        tls: { credentialName: "shop" },
        routes: [{ prefix: "/", service: "api" }],
        extAuthz: { provider: "authz", paths: ["/orders*"] },
      },
    };
    expect(asked({}, { gateways: { public: { hosts } } })).to.deep.equal([]);
    expect(asked({ notPaths: ["/orders*"] })).to.deep.equal([
      `services.api.extAuthz.notPaths[0]: ${text("/orders*").message}`,
    ]);
  });
});
