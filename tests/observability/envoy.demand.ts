import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa, type ResultPromise } from "execa";
import getPort from "get-port";
import selfsigned from "selfsigned";
import { type Metric, metrics, statsMatchers } from "../../observability/metrics";
import { moduleSource } from "../../toolchain/cache";
import { moduleFolder } from "../../toolchain/go";
import { istioCharts } from "../../toolchain/pins";
import { until } from "../sandbox/until";
import { read } from "./exposition";

const all: Readonly<Record<string, Metric>> = metrics;
const service = "outbound|8080||cart.shop.svc.cluster.local";
const extensions = "type.googleapis.com/envoy.extensions";

/** What Istio keeps anyway. https://istio.io/latest/docs/ops/configuration/telemetry/envoy-stats/ */
const kept = [
  ...["cluster_manager", "listener_manager", "server", "cluster.xds-grpc", "wasm"].map((prefix) => ({
    prefix,
  })),
  ...["rbac.allowed", "rbac.denied", "shadow_allowed", "shadow_denied"].map((suffix) => ({ suffix })),
];

/** How Istio's own bootstrap makes labels of names. */
function istiosTags(bootstrap: string): object[] {
  const [, tags = ""] = /"stats_tags": (\[[\s\S]*?\n {4}\])/.exec(bootstrap) ?? [];
  return JSON.parse(tags.replaceAll(/\{\{- range[\s\S]*?\{\{- end \}\}/g, "")) as object[];
}

/**
 * A real Envoy, with Istio's tags, Istio's matchers and ours: a client's proxy and a server's in one. Not among the
 * tests that always run, since the toolchain has no Envoy: `ENVOY=<path> npm run test:envoy`.
 */
describe("metrics of a real Envoy", () => {
  let folder: string;
  let envoy: ResultPromise | undefined;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "envoy-"));
  });
  after(async () => {
    envoy?.kill();
    await envoy;
    rmSync(folder, { recursive: true });
  });

  it("have the names, kinds and labels that rules and dashboards ask for", async () => {
    const program = process.env.ENVOY;
    if (program === undefined)
      throw new Error("Name the program: ENVOY=<path of an Envoy> npm run test:envoy");
    const istio = await moduleFolder(istioCharts.goModule, moduleSource("cluster"), join(folder, "go.log"));
    const bootstrap = readFileSync(join(istio, "tools/packaging/common/envoy_bootstrap.json"), "utf8");
    const made = await selfsigned.generate([{ name: "commonName", value: "cart" }], { keySize: 2048 });
    const [admin, outbound, inbound] = [await getPort(), await getPort(), await getPort()];
    const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });
    const tls = (side: "Upstream" | "Downstream", more: object = {}) => ({
      name: "tls",
      typed_config: {
        "@type": `${extensions}.transport_sockets.tls.v3.${side}TlsContext`,
        common_tls_context: {
          tls_certificates: [
            { certificate_chain: { inline_string: made.cert }, private_key: { inline_string: made.private } },
          ],
        },
        ...more,
      },
    });
    const listener = (name: string, port: number, route: object, filters: object[], socket: object) => ({
      name,
      address: address(port),
      filter_chains: [
        {
          ...socket,
          filters: [
            {
              name: "http",
              typed_config: {
                "@type": `${extensions}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                stat_prefix: `${name}_0.0.0.0_8080;`,
                http_filters: [
                  ...filters,
                  {
                    name: "router",
                    typed_config: { "@type": `${extensions}.filters.http.router.v3.Router` },
                  },
                ],
                route_config: {
                  virtual_hosts: [
                    { name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, ...route }] },
                  ],
                },
              },
            },
          ],
        },
      ],
    });
    const rules = {
      action: "DENY",
      policies: {
        no: { permissions: [{ url_path: { path: { exact: "/no" } } }], principals: [{ any: true }] },
      },
    };
    const rbac = {
      name: "rbac",
      typed_config: {
        "@type": `${extensions}.filters.http.rbac.v3.RBAC`,
        rules,
        shadow_rules: rules,
        shadow_rules_stat_prefix: "istio_dry_run_deny_",
      },
    };
    const config = {
      admin: { address: address(admin) },
      stats_config: {
        use_all_default_tags: false,
        stats_tags: istiosTags(bootstrap),
        stats_matcher: {
          inclusion_list: {
            patterns: [...kept, ...statsMatchers.map((regex) => ({ safe_regex: { regex } }))],
          },
        },
      },
      static_resources: {
        clusters: [
          {
            name: service,
            alt_stat_name: `${service};`,
            type: "STATIC",
            outlier_detection: {},
            circuit_breakers: { thresholds: [{ max_connections: 10 }] },
            transport_socket: tls("Upstream"),
            load_assignment: {
              cluster_name: service,
              endpoints: [{ lb_endpoints: [{ endpoint: { address: address(inbound) } }] }],
            },
          },
        ],
        listeners: [
          listener(
            "outbound",
            outbound,
            { route: { cluster: service, retry_policy: { retry_on: "5xx", num_retries: 1 } } },
            [],
            {},
          ),
          listener("inbound", inbound, { direct_response: { status: 503 } }, [rbac], {
            transport_socket: tls("Downstream", { require_client_certificate: true }),
          }),
        ],
      },
    };
    const file = join(folder, "envoy.json");
    writeFileSync(file, JSON.stringify(config));
    const options = ["--use-dynamic-base-id", "--log-level", "error"];
    envoy = execa(program, ["--config-path", file, ...options], { reject: false, all: true });
    const get = (port: number, path: string): Promise<string> =>
      fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());
    await until("Envoy is live", () =>
      get(admin, "/ready").then(
        (text) => text.trim() === "LIVE",
        () => false,
      ),
    );
    // A call that is tried again, one that is denied, and a client without a certificate.
    await get(outbound, "/");
    await get(outbound, "/no");
    await new Promise((resolve) => {
      const client = request({ port: inbound, host: "127.0.0.1", rejectUnauthorized: false });
      client.on("response", resolve).on("error", resolve).end();
    });

    const { kinds, labels } = read(await get(admin, "/stats/prometheus"));
    for (const [name, { reportedBy, kind, labels: known }] of Object.entries(all)) {
      if (reportedBy !== "envoy") continue;
      expect(kinds[name], name).to.equal(kind);
      const seen = new Set(labels[name]?.flat());
      expect([...seen], name).to.have.members(known);
    }
  });
});
