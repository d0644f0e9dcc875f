import { expect } from "chai";
import { checkMesh, renderMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const tcp = { port: 9092, protocol: "tcp" };

/** Services that export telemetry to a collector, which reads the state of one of them and is called by a slow path. */
const observed = (call: object): unknown => {
  const exporting = {
    collector: { methods: ["POST"], timeout: "30s", retries: { attempts: 9, retryOn: ["5xx"] }, ...call },
  };
  return {
    name: "shop",
    services: {
      web: {
        ports: { http },
        resilience: { timeout: "2s" },
        calls: { api: { timeout: "1s" }, ...exporting },
      },
      api: { ports: { http }, calls: { queue: call, ...exporting } },
      queue: { ports: { tcp }, calls: exporting },
      collector: {
        ports: { http },
        calls: { web: { methods: ["GET"] }, store: { retries: { attempts: 1, retryOn: ["5xx"] } } },
      },
      store: { ports: { http } },
    },
  };
};

const codes = (definition: unknown): string[] =>
  checkMesh(definition).findings.map(({ code, path }) => `${code} ${path}`);

describe("asynchronous calls", () => {
  it("are left out of the checks of timeouts, retries and cycles along a call path", () => {
    expect(codes(observed({ methods: ["PUT"] })).map((line) => line.split(" ")[0])).to.include.members([
      "MW403",
      "MW404",
      "MW405",
    ]);
    expect(codes(observed({ asynchronous: true, methods: ["PUT"] }))).to.deep.equal([
      "MW204 services.api.calls.queue.methods",
    ]);
    expect(codes(observed({ asynchronous: true }))).to.deep.equal([]);
  });

  it("render as all others", () => {
    const rendered = (call: object): unknown => {
      const { mesh, findings } = checkMesh(observed(call));
      if (!mesh) throw new Error(JSON.stringify(findings));
      return renderMesh(mesh);
    };
    expect(rendered({ asynchronous: true })).to.deep.equal(rendered({ asynchronous: false }));
  });

  it("are those of services, not a gateway's routes", () => {
    const route = { prefix: "/", service: "web", asynchronous: true };
    expect(
      codes({
        name: "shop",
        services: { web: { ports: { http } } },
        gateways: {
          public: { hosts: { "a.example.com": { tls: { credentialName: "a" }, routes: [route] } } },
        },
      }),
    ).to.deep.equal(['MW002 gateways.public.hosts["a.example.com"].routes[0].asynchronous']);
  });
});
