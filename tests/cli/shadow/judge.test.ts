import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { readLogs } from "../../../cli/shadow/logs";
import { judge, type Judgement } from "../../../cli/shadow/judge";
import { reportText } from "../../../cli/shadow/report";
import { checkMesh } from "../../../mesh";

const http = { port: 8080, protocol: "http" };
const catalog = {
  name: "shop",
  services: {
    web: {
      ports: { http },
      calls: { api: { methods: ["GET", "POST"], paths: ["/v1/*", "/old"], dryRun: { methods: ["GET"] } } },
    },
    worker: { calls: { api: { dryRun: "denied" } } },
    job: {},
    api: {
      ports: { http },
      admit: { prometheus: { namespace: "monitoring", serviceAccount: "prometheus", paths: ["/metrics"] } },
    },
    cart: { ports: { http } },
  },
};
const { mesh } = checkMesh(catalog);
if (!mesh) throw new Error("the catalog has errors");
const known = mesh;

const id = (account: string, namespace = "shop"): string =>
  `spiffe://cluster.local/ns/${namespace}/sa/${account}`;
const line = (minutes: number, fields: object = {}): string =>
  JSON.stringify({
    request_time: new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString(),
    source_identity: id("web"),
    destination_identity: id("api"),
    upstream_cluster: "inbound|8080||",
    request_method: "GET",
    request_path: "/v1/items?page=2",
    response_code: 200,
    response_code_details: "via_upstream",
    dry_run_allow_result: "allowed",
    dry_run_allow_policy: "ns[shop]-policy[api.dry-run]-rule[0]",
    dry_run_deny_result: null,
    ...fields,
  });
const judged = (lines: readonly string[], hours = 1, requests = 3): Judgement =>
  judge(known, readLogs(known, lines.join("\n")), { hours, requests });

describe("cli/shadow, by access logs", () => {
  it("is clean after enough hours and requests without a denial", () => {
    const lines = [line(0), line(30), line(90)];
    expect(judged(lines).verdicts).to.deep.equal([
      { service: "api", requests: 3, denied: 0, hours: 1.5, verdict: "clean", callers: [] },
    ]);
    expect(judged(lines, 2).verdicts[0]).to.include({
      verdict: "not enough data",
      missing: "1.5 of 2 hours",
    });
    expect(judged(lines, 1, 4).verdicts[0]).to.include({
      verdict: "not enough data",
      missing: "3 of 4 requests",
    });
  });

  it("has not enough data without results of the dry run", () => {
    const lines = [0, 60, 120].map((minutes) => line(minutes, { dry_run_allow_result: "-" }));
    expect(judged(lines).verdicts[0]).to.include({
      verdict: "not enough data",
      missing: "no results of the dry run in access logs",
    });
  });

  it("names the callers that would be denied, with the line of the catalog to add or to compare", () => {
    const denied = { dry_run_allow_result: "denied", dry_run_allow_policy: null };
    const { verdicts } = judged([
      line(0),
      line(1, { ...denied, request_method: "POST" }),
      line(2, { ...denied, source_identity: id("job"), request_method: "PUT", request_path: "/v1/x" }),
      line(3, { ...denied, source_identity: id("job"), request_method: "PUT", request_path: "/v1/x" }),
      line(4, { ...denied, source_identity: id("worker") }),
      line(5, { ...denied, source_identity: id("batch", "jobs") }),
      line(6, { ...denied, source_identity: null }),
    ]);
    expect(verdicts[0]).to.include({ verdict: "would deny", requests: 7, denied: 6 });
    expect(
      verdicts[0]?.callers.map(({ principal, requests, fix }) => [principal, requests, fix]),
    ).to.have.deep.members([
      [
        "cluster.local/ns/shop/sa/job",
        2,
        'add to services.job.calls: api: { methods: ["PUT"], paths: ["/v1/x"] }',
      ],
      [
        "cluster.local/ns/shop/sa/web",
        1,
        'compare services.web.calls.api.dryRun with methods POST and paths such as "/v1/items", the port and the token',
      ],
      [
        "cluster.local/ns/shop/sa/worker",
        1,
        "the call is still used: remove services.worker.calls.api.dryRun, or stop the caller",
      ],
      [
        "cluster.local/ns/jobs/sa/batch",
        1,
        'add to services.api.admit: "batch": { namespace: "jobs", serviceAccount: "batch", methods: ["GET"], paths: ["/v1/items"] }',
      ],
      [undefined, 1, "the client has no identity: add a sidecar to its pods, then declare it"],
    ]);
  });

  it("names the route of a gateway, and each of several calls, whose dry run would deny the requests", () => {
    const several = checkMesh({
      name: "shop",
      services: {
        web: {
          calls: {
            stock: [
              { methods: ["GET"] },
              { methods: ["POST"], paths: ["/orders"], dryRun: { paths: ["/orders/new"] } },
              { methods: ["PUT"], paths: ["/orders"], dryRun: "denied" },
            ],
          },
        },
        stock: { ports: { http }, admit: { jobs: { namespace: "batch", dryRun: { methods: ["GET"] } } } },
      },
      gateways: {
        edge: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop-cert" },
              routes: [
                { prefix: "/prices", service: "stock" },
                { prefix: "/items", service: "stock", dryRun: { methods: ["GET"] } },
              ],
            },
          },
        },
      },
    }).mesh;
    if (!several) throw new Error("the catalog has errors");
    const denied = (source_identity: string, request_method: string, request_path: string): string =>
      line(0, {
        destination_identity: id("stock"),
        dry_run_allow_result: "denied",
        ...{ source_identity, request_method, request_path },
      });
    const text = [
      denied(id("istio-ingress", "istio-ingress"), "POST", "/items/1"),
      denied(id("web"), "POST", "/orders"),
      denied(id("web"), "PUT", "/orders"),
      denied(id("nightly", "batch"), "POST", "/"),
    ].join("\n");
    const { verdicts } = judge(several, readLogs(several, text), { hours: 1, requests: 1 });
    expect(verdicts[0]?.callers.map(({ fix }) => fix)).to.have.members([
      'compare gateways.edge.hosts["shop.example.com"].routes[1].dryRun with methods POST and paths such as "/items/1", the port and the token',
      'compare services.web.calls.stock[1].dryRun with paths such as "/orders", the port and the token; the call is still used: remove services.web.calls.stock[2].dryRun, or stop the caller',
      'compare services.stock.admit.jobs.dryRun with methods POST and paths such as "/", the port and the token',
    ]);
  });

  it("counts what a dry run of a DENY rule would deny", () => {
    const { verdicts } = judged([line(0), line(90, { dry_run_deny_result: "denied" }), line(91)]);
    expect(verdicts[0]).to.include({ verdict: "would deny", requests: 3, denied: 1 });
  });

  it("lists calls, methods and paths that were not used", () => {
    expect(judged([line(0)]).unused).to.deep.equal([
      { path: "services.api.admit.prometheus", part: "the whole call" },
      { path: "services.web.calls.api", part: "the method POST" },
      { path: "services.web.calls.api", part: 'the path "/old"' },
      { path: "services.worker.calls.api", part: "the whole call" },
    ]);
    const more = [
      line(0),
      line(1, { request_method: "POST", request_path: "/old" }),
      line(2, { source_identity: id("worker") }),
      line(3, { source_identity: id("prometheus", "monitoring"), request_path: "/metrics" }),
    ];
    expect(judged(more).unused).to.deep.equal([]);
    expect(judged([]).unused).to.deep.equal([]);
  });

  it("reads lines with a prefix, Istio's own fields and hosts, and leaves out clients' lines and refused requests", () => {
    const istio = {
      start_time: "2026-01-01T00:00:00Z",
      authority: "api.shop:8080",
      method: "GET",
      path: "/v1/a",
      upstream_cluster: "inbound|8080||",
      dry_run_allow_result: "denied",
    };
    const lines = [
      `[pod/api-1/istio-proxy] ${line(0)}`,
      JSON.stringify(istio),
      line(1, { upstream_cluster: "outbound|8080||api.shop.svc.cluster.local" }),
      line(1, { response_code_details: "rbac_access_denied_matched_policy[none]" }),
      line(1, { destination_identity: id("other"), destination_service: "other.shop" }),
      "2026-01-01 info xdsproxy connected",
    ];
    const evidence = readLogs(known, lines.join("\n"));
    expect(
      evidence.observations.map(({ service, path, requests, denied }) => [service, path, requests, denied]),
    ).to.deep.equal([
      ["api", "/v1/items", 1, 0],
      ["api", "/v1/a", 1, 1],
    ]);
    expect(evidence.unread).to.equal(4);
  });

  it("is reported in words", () => {
    const text = (lines: readonly string[]): string => {
      const evidence = readLogs(known, lines.join("\n"));
      return stripVTControlCharacters(
        reportText("shop", judge(known, evidence, { hours: 1, requests: 2 }), evidence),
      );
    };
    expect(text([line(0), line(90)])).to.equal(
      [
        "shop: access logs, 1.5 hours",
        "",
        "CLEAN  api  for 1.5 hours over 2 requests",
        "",
        "allowed and not used in 1.5 hours",
        "  services.api.admit.prometheus  the whole call",
        "  services.web.calls.api  the method POST",
        '  services.web.calls.api  the path "/old"',
        "  services.worker.calls.api  the whole call",
        "",
        "1 service in a dry run: 1 clean, 0 would deny requests, 0 without enough data",
      ].join("\n"),
    );
    expect(text([line(0, { dry_run_allow_result: "denied", request_method: "PUT" })])).to.include(
      "WOULD DENY  api  1 of 1 requests in 0 hours\n  1 from cluster.local/ns/shop/sa/web: PUT /v1/items\n    fix: compare services.web.calls.api.dryRun with methods PUT",
    );
    expect(text([])).to.include("There are no requests to services of the catalog in access logs.");
  });
});
