import { expect } from "chai";
import { sandboxStatus, startSandbox } from "../../sandbox";
import { type Harness, harness } from "../sandbox/harness";
import { until } from "../sandbox/until";
import { connectXds, type XdsClient } from "../sandbox/xdsClient";
import { http, render } from "./render";

const type = (name: string): string => `type.googleapis.com/envoy.config.${name}`;
const clusters = type("cluster.v3.Cluster");
const routes = type("route.v3.RouteConfiguration");
const rates = "rates.billing.svc.cluster.local";

/** As much as is looked at of what istiod tells of a proxy. */
interface ConfigDump {
  readonly configs: readonly {
    readonly "@type": string;
    readonly dynamicActiveClusters?: readonly { readonly cluster: Cluster }[];
    readonly dynamicRouteConfigs?: readonly { readonly routeConfig: RouteConfiguration }[];
  }[];
}
interface Cluster {
  readonly name: string;
  readonly circuitBreakers?: { readonly thresholds: readonly { readonly maxConnections?: number }[] };
  readonly transportSocket?: object;
}
interface RouteConfiguration {
  readonly virtualHosts: readonly {
    readonly domains: readonly string[];
    readonly routes: readonly { readonly route?: { readonly cluster?: string; readonly timeout?: string } }[];
  }[];
}

describe("what a real istiod tells a proxy of another catalog's services", () => {
  let h: Harness;
  let xds: XdsClient;
  let dump: ConfigDump;

  before(async () => {
    h = await harness();
    const state = h.folder();
    const sandbox = await startSandbox(h.options(state));
    await h.installIstio(state, sandbox);
    const billing = render({
      name: "billing",
      services: {
        rates: {
          ports: { http },
          resilience: { timeout: "3s" },
          circuitBreaker: { maxConnections: 7 },
          workload: { image: "rates:1" },
          admit: { cart: { namespace: "shop", serviceAccount: "cart", methods: ["GET"] } },
        },
        ledger: { ports: { http }, workload: { image: "ledger:1" }, calls: { rates: {} } },
      },
    });
    const shop = render({
      name: "shop",
      services: { cart: { ports: { http }, reach: { [rates]: { targetPorts: [8080] } } } },
    });
    const items = [...billing, ...shop];
    const apply = (list: object[]): Promise<string> =>
      h.kubectl(state, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: list }));
    await apply(items.filter(({ kind }) => kind === "Namespace"));
    await apply(items.filter(({ kind }) => kind !== "Namespace"));

    const { ports = {} } = (await sandboxStatus(state)).processes.find(({ name }) => name === "istiod") ?? {};
    xds = connectXds(ports.grpc ?? 0, "sidecar~10.244.9.9~cart-0.shop~shop.svc.cluster.local", {
      NAMESPACE: "shop",
      LABELS: { app: "cart" },
    });
    xds.send(clusters);
    xds.send(routes, undefined, ["8080"]);
    await until("istiod has sent both", () => xds.received.length >= 2);
    await until("istiod tells of the limit", async () => {
      const url = `http://127.0.0.1:${ports.http}/debug/config_dump?proxyID=cart-0.shop`;
      dump = (await (await fetch(url)).json()) as ConfigDump;
      return JSON.stringify(dump).includes(`"maxConnections":7`);
    });
  });
  after(async () => {
    xds.close();
    await h.clean();
  });

  const outbound = (): Cluster[] =>
    dump.configs
      .flatMap(({ dynamicActiveClusters: active = [] }) => active.map(({ cluster }) => cluster))
      .filter(({ name }) => name.startsWith("outbound|"));

  it("is the one that it reaches, by mutual TLS, and no other one", () => {
    const inBilling = outbound().filter(({ name }) => name.includes(".billing."));
    expect(inBilling.map(({ name }) => name)).to.deep.equal([`outbound|8080||${rates}`]);
    const tls = "typedConfig.commonTlsContext";
    const names = "combinedValidationContext.defaultValidationContext.matchSubjectAltNames";
    expect(inBilling[0]?.transportSocket).to.have.deep.nested.property(`${tls}.${names}`, [
      { exact: "spiffe://cluster.local/ns/billing/sa/rates" },
    ]);
    expect(inBilling[0]?.transportSocket).to.have.nested.property(
      `${tls}.tlsCertificateSdsSecretConfigs[0].name`,
      "default",
    );
  });

  it("has the limits of its own catalog", () => {
    const [cluster] = outbound().filter(({ name }) => name.includes(rates));
    expect(cluster?.circuitBreakers?.thresholds[0]).to.have.property("maxConnections", 7);
  });

  it("has the timeout of its own catalog", () => {
    const hosts = dump.configs.flatMap(({ dynamicRouteConfigs: all = [] }) =>
      all.flatMap(({ routeConfig: { virtualHosts: found } }) => found),
    );
    const found = hosts.find(({ domains }) => domains.includes(rates));
    expect(found?.routes[0]?.route).to.include({ cluster: `outbound|8080||${rates}`, timeout: "3s" });
  });
});
