import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { judgeDeployed } from "../../cli/deployed/judge";
import { checkMesh, renderMesh } from "../../mesh";
import { sandboxStatus, startSandbox } from "../../sandbox";
import { type Harness, harness } from "../sandbox/harness";
import { until } from "../sandbox/until";
import { connectXds, type XdsClient } from "../../prove/xds/client";
import { find, http, render } from "./render";

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
  let state: string;

  before(async () => {
    h = await harness();
    state = h.folder();
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
    // Each comes of objects of its own, and istiod reads them one after the other.
    await until("istiod tells of the limit and of the identity", async () => {
      const url = `http://127.0.0.1:${ports.http}/debug/config_dump?proxyID=cart-0.shop`;
      dump = (await (await fetch(url)).json()) as ConfigDump;
      const text = JSON.stringify(dump);
      return text.includes(`"maxConnections":7`) && text.includes("/ns/billing/sa/rates");
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

  it("is the protocol of a Service that another tool creates, of which the catalog owns nothing else", async () => {
    const labels = { "app.kubernetes.io/name": "legacy" };
    const theirs = [
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "legacy-sa", namespace: "shop" } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "legacy", namespace: "shop", labels: { "app.kubernetes.io/managed-by": "Helm" } },
        spec: { selector: labels, ports: [{ name: "web", port: 8080, targetPort: 9000 }] },
      },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "legacy", namespace: "shop" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels: { ...labels, version: "1.4.2" } },
            spec: {
              serviceAccountName: "legacy-sa",
              containers: [{ name: "legacy", image: "legacy:1.4.2" }],
            },
          },
        },
      },
    ];
    const list = (items: object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const serverSide = (manager: string, text: string): Promise<string> =>
      h.kubectl(state, ["apply", "--server-side", "--field-manager", manager, "-f", "-"], text);
    // Of fields that a plain apply owns, the next server-side apply keeps its own only, whoever runs it.
    await h.kubectl(state, ["apply", "-f", "-"], list(theirs));
    await serverSide("helm", list(theirs));

    const catalog = (own: object): MeshDefinition => ({
      name: "shop",
      services: {
        legacy: {
          ports: { http },
          selector: labels,
          serviceAccount: { name: "legacy-sa" },
          versions: { stable: { labels: { version: "1.4.2" } } },
          ...own,
        },
        cart: { calls: { legacy: { methods: ["GET"] } }, selector: { "app.kubernetes.io/name": "cart" } },
      },
    });
    const get = async (kind: string): Promise<never[]> => {
      const found = await h.kubectl(state, ["get", kind, "-n", "shop", "-o", "json"]);
      return (JSON.parse(found) as { items: never[] }).items;
    };
    const problems = async (own: object): Promise<string[]> => {
      const { mesh } = checkMesh(catalog(own));
      if (!mesh) throw new Error("the catalog has errors");
      const [pods, services] = [await get("pods"), await get("services")];
      return judgeDeployed(mesh, renderMesh(mesh), { pods, services, workloads: [] }).map(
        ({ culprit, problem }) => `${culprit}: ${problem}`,
      );
    };
    await until("its pod is there", async () => (await get("pods")).length > 0);
    const noCart = "Service shop/cart: No pod of shop has its labels app.kubernetes.io/name=cart.";
    expect(await problems({})).to.have.members([
      noCart,
      "Service shop/legacy: Its port 8080 has no protocol, so Istio detects the protocol of each connection; the catalog declares http.",
    ]);

    const adopted = find(render(catalog({ service: "adopt" })), "Service", "legacy");
    await serverSide("meshwright", JSON.stringify(adopted));
    const service = JSON.parse(
      await h.kubectl(state, [
        "get",
        "service",
        "legacy",
        "-n",
        "shop",
        "-o",
        "json",
        "--show-managed-fields",
      ]),
    ) as {
      metadata: { labels: object; managedFields: { manager: string; fieldsV1: object }[] };
      spec: { selector: object; ports: object[] };
    };
    expect(service.metadata.labels).to.deep.equal({ "app.kubernetes.io/managed-by": "Helm" });
    expect(service.spec.selector).to.deep.equal(labels);
    expect(service.spec.ports).to.deep.equal([
      { name: "web", port: 8080, targetPort: 9000, protocol: "TCP", appProtocol: "http" },
    ]);
    const owned = service.metadata.managedFields.find((one) => one.manager === "meshwright");
    expect(owned?.fieldsV1).to.have.deep.property("f:spec", {
      "f:ports": {
        'k:{"port":8080,"protocol":"TCP"}': { ".": {}, "f:appProtocol": {}, "f:port": {}, "f:protocol": {} },
      },
    });
    expect(await problems({ service: "adopt" })).to.deep.equal([noCart]);
    const elsewhere = await problems({ selector: { app: "legacy" } });
    expect(elsewhere).to.include(
      "Service shop/legacy: No pod of shop has its labels app=legacy, so these fail: services.cart.calls.legacy.",
    );
    expect(elsewhere.filter((one) => one.startsWith("Pod shop/legacy-"))).to.have.lengthOf(1);
    const account = (await problems({ serviceAccount: {} })).find((one) => one.startsWith("Pod "));
    expect(account).to.match(
      /^Pod shop\/legacy-.*: Pods of "legacy" run under the service account "legacy-sa", but the catalog declares "legacy"[.]$/,
    );
  });
});
