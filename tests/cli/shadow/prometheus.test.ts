import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { judge } from "../../../cli/shadow/judge";
import { readPrometheus } from "../../../cli/shadow/prometheus";
import { checkMesh } from "../../../mesh";
import type { UserError } from "../../../errors/userError";

const http = { port: 8080, protocol: "http" };
const { mesh } = checkMesh({
  name: "shop",
  authorization: "dryRun",
  services: {
    web: { ports: { http }, calls: { api: {} } },
    worker: { calls: { api: {} } },
    stranger: {},
    api: { ports: { http }, workload: { image: "registry.example.com/api:1", replicas: 2 } },
    apiary: { ports: { http } },
  },
});
if (!mesh) throw new Error("the catalog has errors");
const known = mesh;
const now = Date.UTC(2026, 0, 2);

type Labels = Record<string, string>;
const requests = (account: string, value: number): { metric: Labels; value: [number, string] } => ({
  metric: {
    namespace: "shop",
    pod: "api-7c9-1",
    destination_canonical_service: "api",
    destination_workload_namespace: "shop",
    source_principal: account === "unknown" ? account : `spiffe://cluster.local/ns/shop/sa/${account}`,
  },
  value: [now / 1000, String(value)],
});
const result = (value: number, denied = false, pod = "api-7c9-1", action = "allow"): object => ({
  metric: {
    namespace: "shop",
    pod,
    authz_dry_run_action: action,
    authz_dry_run_result: denied ? "denied" : "allowed",
  },
  value: [now / 1000, String(value)],
});

/** In the place of Prometheus: answers queries by a part of their text. A real one evaluates them in the sandbox tests. */
describe("cli/shadow, by Prometheus", () => {
  let server: Server;
  let answers: Record<string, object[]> = {};
  let recordedSteps = 240;
  const asked: URL[] = [];

  before(async () => {
    server = createServer(({ url = "" }, response) => {
      const at = new URL(url, "http://localhost");
      asked.push(at);
      const query = at.searchParams.get("query") ?? "";
      const step = Number(at.searchParams.get("step"));
      const values = Array.from({ length: recordedSteps }, (_, i) => [now / 1000 - i * step, "1"]);
      const isRange = at.pathname.endsWith("query_range");
      const found = isRange
        ? [{ metric: { namespace: "shop", pod: "api-7c9-1" }, values }]
        : Object.entries(answers).find(([metric]) => query.includes(metric))?.[1];
      const isWrong = "error" in answers;
      response.writeHead(isWrong ? 422 : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(
          isWrong
            ? { status: "error", error: "too many samples" }
            : { status: "success", data: { result: found ?? [] } },
        ),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const verdict = async (window = 24) => {
    const evidence = await readPrometheus(known, url(), window, now);
    const { verdicts, unused } = judge(known, evidence, { hours: 24, requests: 100 });
    return { api: verdicts.find(({ service }) => service === "api"), unused };
  };

  it("is clean if the proxies have recorded results for the whole window, and none would deny", async () => {
    answers = {
      istio_requests_total: [requests("web", 900), requests("worker", 100)],
      envoy_http_rbac: [result(990.4), result(0, true)],
    };
    recordedSteps = 240;
    const { api, unused } = await verdict();
    expect(api).to.deep.equal({
      service: "api",
      verdict: "clean",
      requests: 990,
      denied: 0,
      hours: 24,
      callers: [],
    });
    expect(unused).to.deep.equal([]);
    recordedSteps = 120;
    expect((await verdict()).api).to.include({ verdict: "not enough data", missing: "12 of 24 hours" });
    const step = (): string | null | undefined =>
      asked.findLast(({ pathname }) => pathname === "/api/v1/query_range")?.searchParams.get("step");
    expect(step()).to.equal("360");
    // A point stands for all of its step, so a long window has more points.
    await verdict(720);
    expect(step()).to.equal("900");
    await verdict(8760);
    expect(step()).to.equal("3154");
  });

  it("would deny, and names callers that no call of the catalog admits", async () => {
    recordedSteps = 240;
    answers = {
      istio_requests_total: [requests("web", 900), requests("stranger", 30), requests("unknown", 5)],
      envoy_http_rbac: [
        result(900),
        result(35, true),
        result(0, true, "api-7c9-1", "deny"),
        result(935, false, "api-7c9-1", "deny"),
      ],
    };
    const { api, unused } = await verdict();
    expect(api).to.include({ verdict: "would deny", requests: 935, denied: 35 });
    expect(api?.callers.map(({ principal, requests: own, fix }) => [principal, own, fix])).to.deep.equal([
      ["cluster.local/ns/shop/sa/stranger", 30, "add to services.stranger.calls: api: {}"],
      [undefined, 5, "the client has no identity: add a sidecar to its pods, then declare it"],
    ]);
    expect(unused).to.deep.equal([{ path: "services.worker.calls.api", part: "the whole call" }]);
  });

  it("finds a pod without traffic by its name, the longest service first", async () => {
    answers = { envoy_http_rbac: [result(3, false, "apiary-5d4-1")] };
    const evidence = await readPrometheus(known, url(), 24, now);
    expect([...evidence.dryRuns.keys()]).to.deep.equal(["apiary"]);
    expect((await verdict()).api).to.include({ missing: "no results of the dry run in Prometheus" });
  });

  it("says what Prometheus refuses, and that it does not answer", async () => {
    const failure = (address: string): Promise<UserError> =>
      readPrometheus(known, address, 24, now).then(
        () => expect.fail(),
        (error: unknown) => error as UserError,
      );
    answers = { error: [] };
    expect(await failure(url())).to.include({ details: "too many samples" });
    expect((await failure("http://127.0.0.1:1")).problem).to.equal(
      "Prometheus does not answer at http://127.0.0.1:1.",
    );
  });
});
