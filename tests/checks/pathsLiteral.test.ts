import { expect } from "chai";
import { exactText, pathText } from "../../checks/rules/prefixLiteral";
import { longerText } from "../../checks/rules/slowAttemptsRetried";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const found = (definition: object, code: string): string[] =>
  checkMesh({ name: "shop", ...definition })
    .findings.filter((one) => one.code === code)
    .map(({ path, message, fix }) => `${path}: ${message} ${fix}`);
const line = (path: string, { message, fix }: { message: string; fix: string }): string =>
  `${path}: ${message} ${fix}`;

describe("checks of paths", () => {
  it("find templates and regular expressions in calls, admissions, DENY rules and exact paths", () => {
    const services = (path: string): object => ({
      services: {
        web: { ports: { http }, calls: { api: { paths: ["/orders/*", path] } } },
        api: {
          ports: { http },
          admit: { cli: { namespace: "tools", paths: [path] } },
          deny: { rule: { paths: [path], notPaths: ["/public/*"] } },
        },
      },
    });
    for (const path of ["/users/{id}", "/users/:id", "/v[0-9]+/users", "/users/{id}/*"]) {
      expect(found(services(path), "MW533"), path).to.have.members([
        line("services.web.calls.api.paths[1]", pathText(path)),
        line("services.api.admit.cli.paths[0]", pathText(path)),
        line("services.api.deny.rule.paths[0]", pathText(path)),
      ]);
    }
    for (const path of ["/users/*", "/v1/models/large:predict", "/a.b-c_d~e", "/@scope/x"]) {
      expect(found(services(path), "MW533"), path).to.deep.equal([]);
    }
    const exact = (uri: object): string[] =>
      found(
        {
          services: { web: { ports: { http } } },
          gateways: {
            public: {
              hosts: {
                "shop.example.com": {
                  tls: { credentialName: "shop" },
                  routes: [{ match: { uri }, service: "web", paths: ["/users/*"] }],
                },
              },
            },
          },
        },
        "MW533",
      );
    const at = 'gateways.public.hosts["shop.example.com"].routes[0].match.uri.exact';
    expect(exact({ exact: "/users/{id}" })).to.deep.equal([line(at, exactText("/users/{id}"))]);
    expect(exact({ regex: "/users/[0-9]+" })).to.deep.equal([]);
  });

  it("suggest what comes before the template", () => {
    expect(pathText("/users/{id}/orders").fix).to.contain('"/users/*"');
    expect(pathText("/v[0-9]+").fix).to.contain('"/v*"');
  });
});

describe("checks of per-try timeouts", () => {
  const limits = (perTryTimeout: string, retryOn?: readonly string[]): string[] =>
    found(
      {
        services: {
          web: { ports: { http }, calls: { api: {} } },
          api: {
            ports: { http },
            resilience: { timeout: "1s", retries: { attempts: 3, perTryTimeout, retryOn } },
          },
        },
      },
      "MW408",
    );

  it("find one that no attempt reaches, because the timeout is shorter", () => {
    expect(limits("2s")).to.deep.equal([
      line(
        "services.api.resilience.retries.perTryTimeout",
        longerText({ perTryTimeout: 2000, timeout: 1000 }),
      ),
    ]);
    expect(limits("1s")).to.deep.equal([]);
    expect(limits("2s", ["gateway-error"])).to.deep.equal([]);
  });
});
