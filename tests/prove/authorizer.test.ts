import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { checkMesh, renderMesh } from "../../mesh";
import { type Proof, proveStatically } from "../../prove";
import type { Manifest } from "../../mesh";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const jwtRules = [{ issuer: "https://auth.example.com" }];
const catalog: MeshDefinition = {
  name: "shop",
  services: {
    web: { ports: { http }, calls: { api: { methods: ["GET", "POST"], timeout: "3s" } } },
    api: {
      ports: { http },
      resilience: { timeout: "3s" },
      extAuthz: { provider: "opa", notPaths: ["/healthz", "/public/*"] },
    },
    account: { ports: { http } },
    opa: { ports: { http: { port: 9191, protocol: "http" } } },
    login: { ports: { http: { port: 4180, protocol: "http" } } },
  },
  extensionProviders: {
    opa: { envoyExtAuthzHttp: { service: "opa", timeout: "1s" } },
    "oauth2-proxy": { envoyExtAuthzHttp: { service: "login", timeout: "1s" } },
  },
  jwtRules,
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          extAuthz: { provider: "oauth2-proxy", notPaths: ["/status"] },
          routes: [
            { prefix: "/", service: "web", methods: ["GET"] },
            { prefix: "/account", service: "account", endUser: {} },
          ],
          redirects: [{ prefix: "/old", uri: "/new" }],
        },
        "api.example.com": {
          tls: { credentialName: "api" },
          routes: [{ prefix: "/", service: "api" }],
        },
      },
    },
  },
};

function proofsOf(change: (object: Manifest) => Manifest | undefined = (object) => object): Promise<Proof[]> {
  const { mesh, findings } = checkMesh(catalog);
  if (mesh === undefined) throw new Error(JSON.stringify(findings));
  const objects = renderMesh(mesh).flatMap((object) => change(structuredClone(object)) ?? []);
  return proveStatically({ mesh, objects, releases: [] });
}

interface Policy {
  selector: { matchLabels: Record<string, string> };
  provider: { name: string };
  rules: { to: { operation: Partial<Record<"hosts" | "paths" | "notPaths" | "ports", string[]>> }[] }[];
}

/** The claims that are refuted with a change of one policy. */
async function refutedWith(name: string, change: (policy: Policy) => void): Promise<string[]> {
  const proofs = await proofsOf((object) => {
    if (object.kind === "AuthorizationPolicy" && object.metadata.name === name) {
      change(object.spec as never);
    }
    return object;
  });
  return proofs.filter(({ verdict }) => verdict === "refuted").map(({ claim }) => claim);
}

const asked = "opa decides requests to api:http";
const unasked = "opa decides only what api:http says";
const atGateway = "oauth2-proxy decides requests to shop.example.com";

describe("external authorization", () => {
  it("is proven for exactly the requests that the catalog names, at a service and at a gateway", async () => {
    const proofs = await proofsOf();
    expect(proofs.filter(({ verdict }) => verdict === "refuted")).to.deep.equal([]);
    const proven = proofs.filter(({ verdict }) => verdict === "proven").map(({ claim }) => claim);
    expect(proven).to.include.members([asked, unasked, atGateway]);
    const without = proofs.filter(({ verdict }) => verdict === "not provable here");
    for (const { reason } of without) expect(reason).to.include("AuthorizationPolicy shop/api.ext-authz");
  });

  const mistakes: Readonly<Record<string, readonly [string, (policy: Policy) => void, string[]]>> = {
    "another provider": ["api.ext-authz", (policy) => (policy.provider.name = "oauth2-proxy"), [asked]],
    "other pods": ["api.ext-authz", (policy) => (policy.selector.matchLabels = { app: "web" }), [asked]],
    "listed paths": [
      "api.ext-authz",
      ({ rules }) => {
        operation(rules, { paths: ["/admin/*"] });
      },
      [asked],
    ],
    "no exceptions": [
      "api.ext-authz",
      ({ rules }) => {
        operation(rules, { notPaths: undefined });
      },
      [unasked],
    ],
    "another port": [
      "api.ext-authz",
      ({ rules }) => {
        operation(rules, { ports: ["9999"] });
      },
      [asked],
    ],
    "no rules": ["api.ext-authz", (policy) => (policy.rules = []), [asked]],
    "another host": [
      "istio-ingress-shop.ext-authz",
      ({ rules }) => {
        operation(rules, { hosts: ["www.example.com"] });
      },
      [atGateway],
    ],
    "every host": [
      "istio-ingress-shop.ext-authz",
      ({ rules }) => {
        operation(rules, { hosts: undefined });
      },
      [asked],
    ],
  };
  for (const [mistake, [name, change, claims]] of Object.entries(mistakes)) {
    it(`is refuted with ${mistake}`, async () => {
      expect(await refutedWith(name, change)).to.include.members(claims);
    });
  }

  it("is refuted without the policy", async () => {
    const proofs = await proofsOf((object) =>
      object.metadata.name.endsWith(".ext-authz") ? undefined : object,
    );
    const refuted = proofs.filter(({ verdict }) => verdict === "refuted").map(({ claim }) => claim);
    expect(refuted).to.include.members([asked, atGateway]);
  });
});

function operation(rules: Policy["rules"], change: Readonly<Record<string, string[] | undefined>>): void {
  for (const { to } of rules) {
    for (const one of to) {
      for (const [key, value] of Object.entries(change)) {
        if (value === undefined) Reflect.deleteProperty(one.operation, key);
        else Object.assign(one.operation, { [key]: value });
      }
    }
  }
}
