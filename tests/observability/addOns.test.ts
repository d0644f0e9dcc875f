import { expect } from "chai";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { addOnsCatalog, renderAddOns } from "../../observability/addOns";
import { parseAlertmanager } from "../../observability/alertmanagers";
import { monitors } from "../../observability/monitors";
import { planOf } from "../../program/plan";
import { platformList, platformNames } from "../../platforms";
import { readSettings } from "../../program/settings";
import { everything, nothing } from "../components/observabilityArgs";
import { find } from "../mesh/render";

const namespace = "monitoring";
const account = (name: string, home = namespace): string => `cluster.local/ns/${home}/sa/${name}`;
const callers = (objects: Manifest[], name: string): unknown[] => {
  const { rules } = find(objects, "AuthorizationPolicy", name, namespace).spec as {
    rules: { from: { source: { principals?: string[]; namespaces?: string[] } }[]; to: object[] }[];
  };
  return rules.map(({ from, to }) => [
    from[0]?.source.principals?.[0] ?? from[0]?.source.namespaces?.[0],
    (to[0] as { operation: { ports: string[] } }).operation.ports[0],
  ]);
};

describe("observability/addOns", () => {
  const objects = renderAddOns(nothing().mesh, { namespace });

  it("puts the add-ons into a namespace with sidecars, STRICT, where everything is denied", () => {
    expect(find(objects, "Namespace", namespace).metadata.labels).to.include({
      "istio-injection": "enabled",
    });
    expect(find(objects, "PeerAuthentication", "default", namespace).spec).to.deep.equal({
      mtls: { mode: "STRICT" },
    });
    expect(find(objects, "AuthorizationPolicy", "default-deny", namespace).spec).to.deep.equal({});
  });

  it("admits the clients of each add-on, and none to Kiali", () => {
    expect(callers(objects, "mesh-prometheus")).to.have.deep.members([
      [account("grafana"), "9090"],
      [account("kiali"), "9090"],
    ]);
    expect(callers(objects, "grafana")).to.deep.equal([[account("kiali"), "3000"]]);
    expect(callers(objects, "jaeger")).to.have.deep.members([
      ["shop", "4317"],
      [account("istio-egress", "istio-egress"), "4317"],
      [account("grafana"), "16686"],
      [account("kiali"), "16686"],
    ]);
    const policies = objects.filter(({ kind }) => kind === "AuthorizationPolicy");
    expect(policies.map(({ metadata }) => metadata.name)).to.not.include("kiali");
  });

  it("leaves out what the mesh has already, and what charts bring along", () => {
    expect(objects.every(({ metadata }) => (metadata.namespace ?? metadata.name) === namespace)).to.equal(
      true,
    );
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).to.not.include("ServiceAccount");
    expect(kinds).to.not.include("Service");
    expect(kinds).to.not.include("Deployment");
  });

  it("lets spans through the collector only, where the catalog sends them there", () => {
    const collected = renderAddOns(everything().mesh, { namespace });
    expect(callers(collected, "opentelemetry-collector")).to.deep.include(["shop", "4317"]);
    expect(callers(collected, "jaeger")).to.deep.include([account("opentelemetry-collector"), "4317"]);
    expect(callers(collected, "jaeger")).to.not.deep.include(["shop", "4317"]);
  });

  it("lets Prometheus scrape, its operator work and nothing else leave, where the network denies", () => {
    const guarded = renderAddOns(everything().mesh, { namespace });
    const ports = (...numbers: number[]): object[] => numbers.map((port) => ({ protocol: "TCP", port }));
    expect(find(guarded, "NetworkPolicy", "scrape-metrics").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "mesh-prometheus" } },
      policyTypes: ["Egress"],
      egress: [{ ports: ports(15014, 15020) }],
    });
    expect(find(guarded, "NetworkPolicy", "prometheus-operator").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "mesh-operator" } },
      policyTypes: ["Egress"],
      egress: [{ ports: ports(443, 6443) }],
    });
    expect(find(guarded, "NetworkPolicy", "default-deny", namespace).spec).to.have.property("policyTypes");
    const alone = renderAddOns(everything().mesh, { namespace, operator: false });
    expect(alone.map(({ metadata }) => metadata.name)).to.include("scrape-metrics");
    expect(alone.map(({ metadata }) => metadata.name)).to.not.include("prometheus-operator");
  });

  it("lets Prometheus send its alerts to a Service of the cluster, and over TLS to a host outside of it", () => {
    const [inside, outside] = [
      "alertmanager-0.alertmanager.alerting.svc.cluster.local",
      "alerts.example.com:8443",
    ].map((address) => parseAlertmanager(address));
    if (!inside || !outside) throw new Error("an address is none");
    const alerting = renderAddOns(everything().mesh, { namespace, alertmanagers: [inside, outside] });
    expect(find(alerting, "Sidecar", "mesh-prometheus").spec).to.have.deep.property("egress", [
      {
        hosts: [
          "alerting/alertmanager.alerting.svc.cluster.local",
          "default/kubernetes.default.svc.cluster.local",
          "monitoring/alerts.example.com",
        ],
      },
    ]);
    const { egress } = find(alerting, "NetworkPolicy", "mesh-prometheus").spec as { egress: object[] };
    expect(egress).to.deep.include({
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "alerting" } } }],
      ports: [{ protocol: "TCP", port: 9093 }],
    });
    expect(find(alerting, "ServiceEntry", "alertmanager-2").spec).to.deep.equal({
      hosts: ["alerts.example.com"],
      exportTo: ["."],
      location: "MESH_EXTERNAL",
      ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 8443 }],
      resolution: "DNS",
    });
    expect(find(alerting, "DestinationRule", "alertmanager-2")).to.have.deep.nested.property(
      "spec.trafficPolicy.tls",
      { mode: "SIMPLE", sni: "alerts.example.com", caCertificates: "system" },
    );
  });

  it("sends each client of Prometheus to one replica", () => {
    expect(find(objects, "DestinationRule", "mesh-prometheus").spec).to.have.deep.nested.property(
      "trafficPolicy.loadBalancer",
      { consistentHash: { useSourceIp: true }, localityLbSetting: { enabled: false } },
    );
  });

  it("asks for the end user's token at a host, and takes it off before the tool sees it", () => {
    const shown = renderAddOns(everything().mesh, {
      namespace,
      exposed: {
        "grafana.example.com": {
          tool: "grafana",
          release: "istio-ingress",
          credentialName: "cert",
          endUser: { claims: { roles: ["operator"] } },
        },
      },
    });
    expect(find(shown, "Gateway", "monitoring-istio-ingress")).to.have.deep.nested.property(
      "spec.servers[1].hosts",
      ["grafana.example.com"],
    );
    expect(find(shown, "RequestAuthentication", "default", namespace)).to.have.nested.property(
      "spec.jwtRules[0].forwardOriginalToken",
      false,
    );
    const { rules } = find(shown, "AuthorizationPolicy", "grafana").spec as { rules: { when?: object[] }[] };
    expect(rules.flatMap(({ when = [] }) => when)).to.deep.equal([
      { key: "request.auth.claims[roles]", values: ["operator"] },
    ]);
  });

  for (const platform of platformNames) {
    it(`is a catalog without any finding: ${platform}`, () => {
      for (const environment of ["dev", "prod"]) {
        const { mesh, observability } = planOf(
          readSettings(platformList, { get: (key) => ({ platform, environment })[key] }),
        );
        const own = observability?.plan.namespace ?? "";
        expect(checkMesh(addOnsCatalog(mesh, { namespace: own })).findings).to.deep.equal([]);
      }
    });
  }
});

describe("observability/monitors", () => {
  it("reads the port of every proxy on which its own and the application's metrics are merged, and istiod's", () => {
    const [pods, istiod] = monitors(nothing().mesh, { namespace });
    expect(pods?.spec).to.deep.equal({
      namespaceSelector: { any: true },
      selector: { matchExpressions: [{ key: "service.istio.io/canonical-name", operator: "Exists" }] },
      podMetricsEndpoints: [
        {
          port: "http-envoy-prom",
          path: "/stats/prometheus",
          interval: "15s",
          relabelings: [
            {
              sourceLabels: ["__meta_kubernetes_pod_ip"],
              targetLabel: "__address__",
              regex: "([^:]+)",
              replacement: "$1:15020",
            },
            {
              sourceLabels: ["__meta_kubernetes_pod_ip"],
              targetLabel: "__address__",
              regex: "(.*:.*)",
              replacement: "[$1]:15020",
            },
          ],
        },
      ],
    });
    expect(istiod?.spec).to.deep.equal({
      namespaceSelector: { matchNames: ["istio-system"] },
      selector: { matchLabels: { istio: "pilot" } },
      jobLabel: "app",
      endpoints: [{ port: "http-monitoring", interval: "15s" }],
    });
  });
});
