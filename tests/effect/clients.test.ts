import { expect } from "chai";
import { mayHaveClients, type PlainObject, readObjects } from "../../effect";
import { object, service } from "./objects";

/** A Deployment with the labels and the service account of its name. */
const deployment = (name: string, annotations: object = {}): PlainObject => {
  const [, app = ""] = name.split("/");
  const containers = [{ name: app, ports: [{ containerPort: 8080 }] }];
  return object("Deployment", name, {
    template: {
      metadata: { labels: { app }, annotations },
      spec: { serviceAccountName: app, containers },
    },
  });
};
const namespace = (name: string): PlainObject =>
  object("Namespace", name, {}, { labels: { "istio-injection": "enabled" } });
const admits = (rule: object): PlainObject =>
  object("AuthorizationPolicy", "monitoring/prometheus", {
    selector: { matchLabels: { app: "prometheus" } },
    rules: [rule],
  });
const from = (source: object): object => ({
  from: [{ source }],
  to: [{ operation: { ports: ["9090"], methods: ["GET"] } }],
});
const sees = (...hosts: string[]): PlainObject =>
  object("Sidecar", "monitoring/grafana", {
    workloadSelector: { labels: { app: "grafana" } },
    egress: [{ hosts }],
  });
const deny = object("AuthorizationPolicy", "monitoring/default-deny", {});
const basis = [
  namespace("monitoring"),
  deployment("monitoring/prometheus"),
  deployment("monitoring/grafana"),
  deployment("monitoring/operator"),
  service("monitoring/prometheus-operated", { clusterIP: "None", selector: { app: "prometheus" } }),
];
const mayBeCalled = (...more: readonly PlainObject[]): boolean => {
  const model = readObjects([...basis, ...more]);
  const [operated] = model.services;
  if (!operated) throw new Error("unreachable: the Service is among the objects");
  return mayHaveClients(model, operated);
};

describe("effect: clients of a Service", () => {
  const grafana = from({ principals: ["cluster.local/ns/monitoring/sa/grafana"] });

  it("have its host, and an identity that its pods admit", () => {
    expect(mayBeCalled()).to.equal(true);
    expect(mayBeCalled(deny)).to.equal(false);
    expect(mayBeCalled(deny, admits(grafana))).to.equal(true);
    const others = sees("monitoring/prometheus.monitoring.svc.cluster.local");
    expect(mayBeCalled(deny, admits(grafana), others)).to.equal(false);
    expect(mayBeCalled(deny, admits(grafana), sees("./*"))).to.equal(true);
    // The Sidecar limits Grafana only, and a rule admits the operator.
    for (const source of [{ namespaces: ["monitoring"] }, { notPrincipals: ["*/sa/grafana"] }, {}]) {
      expect(mayBeCalled(deny, admits(from(source)), others), JSON.stringify(source)).to.equal(true);
    }
    const absent = from({ principals: ["cluster.local/ns/monitoring/sa/absent"] });
    expect(mayBeCalled(deny, admits(absent))).to.equal(false);
  });

  it("are possible if what admits them is not read", () => {
    const wasm = object("WasmPlugin", "monitoring/any", {});
    expect(mayBeCalled(deny, wasm)).to.equal(true);
    const header = { when: [{ key: "request.headers[x]", values: ["y"] }] };
    expect(mayBeCalled(deny, admits(header))).to.equal(true);
  });

  it("are possible if the Service's pods are not known, or a port bypasses their proxy", () => {
    const none = service("monitoring/away");
    const model = readObjects([...basis, none, deny]);
    const called = model.services.map((one) => [one.from.name, mayHaveClients(model, one)]);
    expect(Object.fromEntries(called)).to.deep.equal({ away: true, "prometheus-operated": false });
    const open = deployment("monitoring/prometheus", {
      "traffic.sidecar.istio.io/excludeInboundPorts": "8080",
    });
    const bypassed = readObjects([...basis.filter((_, i) => i !== 1), open, deny]);
    expect(bypassed.services.map((one) => mayHaveClients(bypassed, one))).to.deep.equal([true]);
  });
});
