import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render, tcp } from "./render";

describe("sidecar", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      services: {
        web: { ports: { http }, calls: { store: {}, api: [{ methods: ["GET"] }, { paths: ["/x"] }] } },
        api: { namespace: "backend", ports: { http } },
        store: { ports: { tcp } },
      },
    });
  });

  it("knows the services that are called, each once, and the control plane", () => {
    const from = [
      "services.web",
      "services.web.calls.api[0]",
      "services.web.calls.api[1]",
      "services.web.calls.store",
    ];
    expect(find(objects, "Sidecar", "web")).to.deep.equal({
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: metadata("web", from.join(",")),
      spec: {
        workloadSelector: { labels: { app: "web" } },
        egress: [
          {
            hosts: ["backend/api.backend.svc.cluster.local", "shop/store.shop.svc.cluster.local"],
          },
        ],
        outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      },
    });
  });

  it("has no other hosts for a service without calls", () => {
    expect(find(objects, "Sidecar", "store")).to.have.deep.nested.property("spec.egress", [
      { hosts: ["~/*"] },
    ]);
  });

  it("knows who takes the spans, and the Kubernetes API where its service asks that", () => {
    const traced = render({
      name: "shop",
      services: { web: { ports: { http }, kubernetesApi: true }, store: { ports: { tcp } } },
      telemetry: {
        tracing: {
          provider: "otel",
          service: "collector.spans.svc.cluster.local",
          randomSamplingPercentage: 1,
        },
      },
    });
    const collector = "spans/collector.spans.svc.cluster.local";
    expect(find(traced, "Sidecar", "web")).to.have.deep.nested.property("spec.egress", [
      { hosts: ["default/kubernetes.default.svc.cluster.local", collector] },
    ]);
    expect(find(traced, "Sidecar", "store")).to.have.deep.nested.property("spec.egress", [
      { hosts: [collector] },
    ]);
  });

  it("knows the Services of other catalogs that its service reaches", () => {
    const reaching = render({
      name: "shop",
      services: {
        web: {
          ports: { http },
          reach: {
            "rates.billing.svc.cluster.local": { targetPorts: [8080] },
            "mail.post.svc.cluster.local": { targetPorts: [2525] },
          },
        },
      },
    });
    expect(find(reaching, "Sidecar", "web")).to.have.deep.nested.property("spec.egress", [
      {
        hosts: ["billing/rates.billing.svc.cluster.local", "post/mail.post.svc.cluster.local"],
      },
    ]);
    expect(find(reaching, "Sidecar", "web").metadata.annotations).to.have.property(
      "meshwright.dev/from",
      'services.web,services.web.reach["mail.post.svc.cluster.local"],services.web.reach["rates.billing.svc.cluster.local"]',
    );
  });

  it("keeps the limits for each caller off the inbound side of a service that calls itself, and takes its idle time there", () => {
    const pools = render({
      name: "shop",
      services: {
        es: {
          ports: { http, transport: { port: 9300, protocol: "tcp" } },
          calls: { es: [{ port: "transport" }, { port: "http" }] },
        },
        db: { ports: { tcp }, resilience: { idleTimeout: "1h" } },
        web: {
          ports: { http },
          resilience: { idleTimeout: "4s" },
          calls: { es: { port: "http" }, db: {} },
        },
      },
    });
    const unlimited = 2_147_483_647;
    const pool = (name: string): unknown =>
      (find(pools, "Sidecar", name).spec as { inboundConnectionPool?: object }).inboundConnectionPool;
    expect(pool("es")).to.deep.equal({
      tcp: { maxConnections: unlimited },
      http: { http1MaxPendingRequests: unlimited, http2MaxRequests: unlimited, maxRetries: unlimited },
    });
    expect(pool("web")).to.deep.equal({ http: { idleTimeout: "4s" } });
    expect(pool("db")).to.deep.equal({ tcp: { idleTimeout: "1h" } });
  });
});
