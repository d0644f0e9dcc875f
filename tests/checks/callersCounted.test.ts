import { expect } from "chai";
import { uncalled, uncounted } from "../../checks/rules/callersCounted";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const load = { rps: 100, p99: "200ms" };
const ports = { http };
const calls = { api: {} };
const workload = { image: "web:1" };

function found(services: Record<string, object>, api: object = { load }, more: object = {}): string[] {
  return foundBy("MW505", { name: "shop", services: { ...services, api: { ports, ...api } }, ...more });
}

describe("the check of counted callers", () => {
  const at = "services.api.load: ";

  it("accepts callers whose pods the catalog runs, and a given number", () => {
    expect(found({ web: { ports, calls, workload } })).to.deep.equal([]);
    expect(found({ web: { ports, calls } }, { load: { ...load, callers: 2 } })).to.deep.equal([]);
    expect(found({ web: { ports, calls } }, {})).to.deep.equal([]);
  });

  it("names each caller whose number of pods is unknown, once", () => {
    expect(found({ web: { ports, calls } })).to.deep.equal([at + uncounted("api", ["services.web"]).message]);
    expect(
      found({
        web: { ports, calls: { api: [{ methods: ["GET"] }, { methods: ["PUT"] }] } },
        jobs: { calls, workload },
      }),
    ).to.deep.equal([at + uncounted("api", ["services.web"]).message]);
    const hosts = {
      "a.example.com": { tls: { credentialName: "a" }, routes: [{ prefix: "/", service: "api" }] },
    };
    expect(
      found({ web: { ports, calls, workload } }, { load }, { gateways: { public: { hosts } } }),
    ).to.deep.equal([at + uncounted("api", ["gateways.public"]).message]);
    const admit = { jobs: { namespace: "jobs", serviceAccount: "jobs" } };
    expect(found({ web: { ports, calls, workload } }, { load, admit, workload })).to.deep.equal([
      at + uncounted("api", ["services.api"]).message,
    ]);
  });

  it("finds a service that only others' callers call", () => {
    expect(found({ web: { ports, calls: { cart: {} }, workload }, cart: { ports } })).to.deep.equal([
      at + uncalled("api").message,
    ]);
  });
});
