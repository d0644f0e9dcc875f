import { expect } from "chai";
import type { CallDefinition, MeshDefinition, ServiceDefinition } from "../../catalog";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { find, http, metadata } from "./render";

/** The objects of a catalog whose only findings are about dry runs. */
function render(definition: MeshDefinition): Manifest[] {
  const { findings, mesh } = checkMesh(definition);
  const others = findings.filter(({ code }) => code !== "MW329" && code !== "MW111");
  if (!mesh || others.length > 0) throw new Error(JSON.stringify(others, null, 2));
  return renderMesh(mesh);
}

function shop(
  call: CallDefinition,
  api: ServiceDefinition = {},
  more: Partial<MeshDefinition> = {},
): MeshDefinition {
  return {
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: call } },
      worker: { calls: { api: {} } },
      api: { ports: { http }, ...api },
    },
    ...more,
  };
}

const from = "services.web.calls.api,services.worker.calls.api";

function annotated(name: string, paths: string): Manifest["metadata"] {
  const plain = metadata(name, paths);
  return { ...plain, annotations: { ...plain.annotations, "istio.io/dry-run": "true" } };
}

const ruleOf = (account: string, operation: object = {}): object => ({
  from: [{ source: { principals: [`cluster.local/ns/shop/sa/${account}`] } }],
  to: [{ operation: { ports: ["8080"], ...operation } }],
});

const policies = (objects: readonly Manifest[]): string[] =>
  objects.filter(({ kind }) => kind === "AuthorizationPolicy").map((one) => one.metadata.name);

describe("dry runs of authorization", () => {
  it("keep a call's access enforced, and evaluate all rules of the callee with the restriction", () => {
    const plain = render(shop({ methods: ["GET", "POST"] }));
    const objects = render(
      shop({ methods: ["GET", "POST"], dryRun: { methods: ["GET"], paths: ["/v1/*"] } }),
    );
    expect(find(objects, "AuthorizationPolicy", "api")).to.deep.equal(
      find(plain, "AuthorizationPolicy", "api"),
    );
    expect(find(objects, "AuthorizationPolicy", "api.dry-run")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: annotated("api.dry-run", from),
      spec: {
        action: "ALLOW",
        selector: { matchLabels: { app: "api" } },
        rules: [ruleOf("web", { methods: ["GET"], paths: ["/v1/*"] }), ruleOf("worker")],
      },
    });
    const others = (all: readonly Manifest[]): Manifest[] =>
      all.filter((one) => one.metadata.name !== "api.dry-run");
    expect(others(objects)).to.deep.equal(plain);
  });

  it("leave out the rule of a call that is to be removed", () => {
    const { spec } = find(render(shop({ dryRun: "denied" })), "AuthorizationPolicy", "api.dry-run");
    expect(spec).to.deep.include({ rules: [ruleOf("worker")] });
  });

  it("deny everything if the only call is to be removed", () => {
    const objects = render({
      name: "shop",
      services: { web: { ports: { http }, calls: { api: { dryRun: "denied" } } }, api: { ports: { http } } },
    });
    expect(find(objects, "AuthorizationPolicy", "api.dry-run").spec).to.not.have.property("rules");
  });

  it("require a token then, and keep the call's own methods and paths", () => {
    const jwtRules = [{ issuer: "https://auth.example.com" }];
    const objects = render(shop({ paths: ["/v1"], dryRun: { endUser: {} } }, {}, { jwtRules }));
    const { spec } = find(objects, "AuthorizationPolicy", "api.dry-run") as unknown as {
      spec: { rules: { when?: object; to: unknown }[] };
    };
    expect(spec.rules[0]?.to).to.deep.equal([{ operation: { ports: ["8080"], paths: ["/v1"] } }]);
    expect(spec.rules[0]?.when).to.deep.equal([
      { key: "request.auth.claims[iss]", values: ["https://auth.example.com"] },
    ]);
  });

  it("of an admission and of a gateway's route restrict them as they restrict a call", () => {
    const gateways = (route: object): object => ({
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: [
              { prefix: "/items", service: "api", methods: ["GET", "PUT"], ...route },
              { prefix: "/prices", service: "api", methods: ["GET", "PUT"] },
            ],
          },
        },
      },
    });
    const catalog = (route: object, admission: object): MeshDefinition =>
      ({
        name: "shop",
        services: {
          api: {
            ports: { http },
            admit: { jobs: { namespace: "jobs", serviceAccount: "jobs", ...admission } },
          },
        },
        gateways: gateways(route),
      }) as MeshDefinition;
    const plain = render(catalog({}, {}));
    const objects = render(catalog({ dryRun: { methods: ["GET"] } }, { dryRun: { paths: ["/items/*"] } }));
    // Nothing that is enforced changes.
    expect(objects.filter(({ metadata: { name } }) => name !== "api.dry-run")).to.deep.equal(plain);
    const gateway = { source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] } };
    const jobs = { source: { principals: ["cluster.local/ns/jobs/sa/jobs"] } };
    const { rules } = find(objects, "AuthorizationPolicy", "api.dry-run").spec as { rules: object[] };
    // Both routes have the gateway's identity, so each rule lists the paths of its route.
    expect(rules).to.have.deep.members([
      {
        from: [gateway],
        to: [{ operation: { ports: ["8080"], methods: ["GET"], paths: ["/items", "/items/*"] } }],
      },
      {
        from: [gateway],
        to: [{ operation: { ports: ["8080"], methods: ["GET", "PUT"], paths: ["/prices", "/prices/*"] } }],
      },
      { from: [jobs], to: [{ operation: { ports: ["8080"], paths: ["/items/*"] } }] },
    ]);
    const removed = render(catalog({ dryRun: "denied" }, { dryRun: "denied" }));
    expect(find(removed, "AuthorizationPolicy", "api.dry-run").spec).to.deep.include({
      rules: [{ from: [gateway], to: [{ operation: { ports: ["8080"], methods: ["GET", "PUT"] } }] }],
    });
  });

  it("of one service admit the accounts of the catalog's namespaces and its declared callers alone", () => {
    const admit = {
      prometheus: { namespace: "monitoring", serviceAccount: "prometheus" },
      batch: { namespace: "jobs" },
    };
    const objects = render(shop({ methods: ["GET"] }, { authorization: "dryRun", admit }));
    expect(find(objects, "AuthorizationPolicy", "api").spec).to.deep.equal({
      action: "ALLOW",
      selector: { matchLabels: { app: "api" } },
      rules: [
        {
          from: [
            {
              source: {
                principals: ["cluster.local/ns/monitoring/sa/prometheus", "cluster.local/ns/shop/sa/*"],
              },
            },
            { source: { namespaces: ["jobs"] } },
          ],
        },
      ],
    });
    const { rules } = find(objects, "AuthorizationPolicy", "api.dry-run").spec as { rules: object[] };
    expect(rules).to.have.length(4);
    expect(policies(objects)).to.have.members(["default-deny", "api", "api.dry-run"]);
  });

  it("of the mesh enforce nothing but the services that say so, and let undeclared calls reach their callee", () => {
    const mesh = shop({ methods: ["GET"] }, { deny: { others: { notPaths: ["/v1/*"] } } });
    const objects = render({ ...mesh, authorization: "dryRun" });
    expect(policies(objects)).to.have.members([
      "default-deny.dry-run",
      "api.deny.dry-run",
      "api.dry-run",
      "web.dry-run",
      "worker.dry-run",
    ]);
    for (const { kind, metadata: own } of objects) {
      if (kind === "AuthorizationPolicy") expect(own.annotations).to.include({ "istio.io/dry-run": "true" });
    }
    expect(find(objects, "Sidecar", "worker").spec).to.deep.include({ egress: [{ hosts: ["*/*"] }] });

    const graduated = render(
      shop({ methods: ["GET"] }, { authorization: "enforced" }, { authorization: "dryRun" }),
    );
    const enforced = find(graduated, "AuthorizationPolicy", "api");
    expect(enforced).to.deep.equal(find(render(mesh), "AuthorizationPolicy", "api"));
    expect(policies(graduated)).to.have.members([
      "default-deny.dry-run",
      "api",
      "web.dry-run",
      "worker.dry-run",
    ]);
  });

  it("of copies follow the call that is copied", () => {
    const services = {
      web: { ports: { http }, calls: { api: { dryRun: { methods: ["GET"] } } } },
      api: { ports: { http }, traffic: { mirror: { service: "next", percentage: 5 } } },
      next: { ports: { http } },
    } as const;
    const { spec } = find(render({ name: "shop", services }), "AuthorizationPolicy", "next.dry-run");
    expect(spec).to.deep.include({ rules: [ruleOf("web", { methods: ["GET"] })] });
  });
});
