import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import { injectionWebhooks } from "../../../mesh/injection";
import { type Health, judge } from "../../../cli/health/judge";
import { injectorsOf, type JudgedObject, type Snapshot } from "../../../cli/health/snapshot";

/** A pod of `app`, ready, with a proxy of `proxy`'s version unless that is null. */
function pod(
  app: string,
  {
    namespace = "shop",
    proxy = "1.31.0",
    revision = "default",
    ready = true,
    labels = {},
    annotations = {},
    hostNetwork = false,
  }: PodOptions = {},
): V1Pod {
  const container = { name: app, image: `${app}:1` };
  return {
    metadata: {
      name: `${app}-0`,
      namespace,
      labels: { app, ...labels },
      annotations: proxy === null ? annotations : { "istio.io/rev": revision },
    },
    spec: {
      containers: [container],
      ...(hostNetwork && { hostNetwork }),
      ...(proxy !== null && {
        initContainers: [
          { name: "istio-proxy", image: `docker.io/istio/proxyv2:${proxy}-distroless@sha256:0` },
        ],
      }),
    },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

interface PodOptions {
  namespace?: string;
  proxy?: string | null;
  revision?: string;
  ready?: boolean;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  hostNetwork?: boolean;
}

function deployment(
  name: string,
  {
    namespace = "shop",
    image = `${name}:1`,
    ready = 1,
    replicas = 1,
    labels = {},
    annotations = {},
  }: {
    namespace?: string;
    image?: string;
    ready?: number;
    replicas?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  } = {},
): V1Deployment & { kind: string } {
  const all = { app: name, ...labels };
  return {
    kind: "Deployment",
    metadata: { name, namespace, labels: all },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: all, annotations }, spec: { containers: [{ name, image }] } },
    },
    status: { readyReplicas: ready },
  };
}

const istiod = deployment("istiod", {
  namespace: "istio-system",
  image: "docker.io/istio/pilot:1.31.0",
  labels: { "istio.io/rev": "default" },
});

/** A mesh in which all is well. */
const well: Snapshot = {
  workloads: [
    deployment("cart", { ready: 2, replicas: 2 }),
    deployment("grafana", { namespace: "monitoring", image: "docker.io/grafana/grafana:13.2.0" }),
    deployment("istio-ingress", {
      namespace: "istio-ingress",
      image: "auto",
      annotations: { "inject.istio.io/templates": "gateway" },
    }),
    istiod,
    deployment("coredns", { namespace: "kube-system" }),
  ],
  pods: [pod("cart"), pod("istio-ingress", { namespace: "istio-ingress" })],
  services: [
    {
      metadata: { name: "grafana", namespace: "monitoring" },
      spec: { selector: { app: "grafana" }, ports: [{ port: 80 }] },
    },
    {
      metadata: { name: "cart", namespace: "shop" },
      spec: { selector: { app: "cart" }, ports: [{ port: 8081 }, { port: 9000 }] },
    },
  ],
  namespaces: [
    { metadata: { name: "shop", labels: { "istio-injection": "enabled" } } },
    { metadata: { name: "monitoring" } },
  ],
  injectors: injectionWebhooks("default"),
  objects: [
    { kind: "Sidecar", metadata: { name: "cart", namespace: "shop" } },
    { kind: "Gateway", metadata: { name: "shop", namespace: "shop" } },
    { kind: "Sidecar", metadata: { name: "web", namespace: "shop" }, status: {} },
  ],
};

function problems(change: Partial<Snapshot>): string[] {
  return judge({ ...well, ...change }).problems.map(
    ({ severity, culprit, problem, fix }) => `${severity} ${culprit}: ${problem} → ${fix}`,
  );
}

function object(status: JudgedObject["status"] & object): JudgedObject {
  return { kind: "VirtualService", metadata: { name: "cart", namespace: "shop" }, status };
}

describe("cli/health", () => {
  it("says what runs where all is well", () => {
    expect(judge(well)).to.deep.equal({
      healthy: true,
      components: [
        component("control plane", "istio-system/istiod", "1.31.0"),
        component("gateway", "istio-ingress/istio-ingress", "1.31.0"),
        component("add-on", "monitoring/grafana", "13.2.0", ["grafana:80"]),
        { ...component("service", "shop/cart", "1", ["cart:8081,9000"]), ready: 2, desired: 2 },
      ],
      proxies: { "1.31.0": 2 },
      objects: { Gateway: 1, Sidecar: 2 },
      problems: [],
    } satisfies Health);
  });

  it("misses istiod", () => {
    const others = well.workloads.filter((one) => one !== istiod);
    expect(problems({ workloads: others })).to.deep.equal([
      "error Istio: No istiod runs in the cluster, so proxies get neither configuration nor certificates. → Install it: pulumi up; on the sandbox: meshwright up",
    ]);
  });

  it("names what isn't ready, of whatever kind", () => {
    const daemons = {
      kind: "DaemonSet",
      metadata: { name: "agents", namespace: "shop" },
      spec: { selector: {}, template: {} },
      status: { numberReady: 3, desiredNumberScheduled: 4, currentNumberScheduled: 4, numberMisscheduled: 0 },
    };
    const asleep = deployment("canary", { ready: 0, replicas: 0 });
    const starting = deployment("web", { ready: 0, replicas: 1 });
    delete starting.status;
    expect(problems({ workloads: [...well.workloads, daemons, asleep, starting] })).to.deep.equal([
      "error DaemonSet shop/agents: 3 of 4 pods are ready. → See its events: kubectl describe daemonset -n shop agents",
      "error Deployment shop/web: 0 of 1 pods is ready. → See its events: kubectl describe deployment -n shop web",
    ]);
  });

  it("takes what works for the tools for one of them", () => {
    const place = { namespace: "shop" };
    const helpers = [
      deployment("collector", { ...place, labels: { "app.kubernetes.io/name": "opentelemetry-collector" } }),
      deployment("operator", { ...place, labels: { "app.kubernetes.io/component": "prometheus-operator" } }),
    ];
    const { components } = judge({ ...well, workloads: [istiod, ...helpers] });
    expect(components.map(({ role, name }) => [role, name])).to.deep.equal([
      ["control plane", "istiod"],
      ["add-on", "collector"],
      ["add-on", "operator"],
    ]);
  });

  it("finds a Prometheus that no operator has made pods of", () => {
    const prometheus = { kind: "Prometheus", metadata: { name: "mesh", namespace: "monitoring" } };
    expect(problems({ objects: [prometheus] })).to.deep.equal([
      "error Prometheus monitoring/mesh: It has no pods: the Prometheus operator has created none, so it does not run or lacks permissions. → Read the operator's log: kubectl logs -n monitoring -l app.kubernetes.io/component=prometheus-operator --tail=100",
    ]);
    const made = Object.assign(deployment("prometheus-mesh", { namespace: "monitoring" }), {
      kind: "StatefulSet",
    });
    expect(problems({ objects: [prometheus], workloads: [...well.workloads, made] })).to.deep.equal([]);
  });

  it("reads a tool's version from its own image, though its chart puts a helper first", () => {
    const helped = deployment("prometheus", {
      namespace: "monitoring",
      image: "quay.io/prometheus/prometheus:v3.14.0",
    });
    const labels = { "app.kubernetes.io/name": "prometheus", app: "mesh-prometheus" };
    const template = helped.spec?.template;
    if (template?.metadata === undefined || template.spec === undefined) throw new Error("unreachable");
    template.metadata.labels = labels;
    template.spec.containers.unshift({
      name: "reload",
      image: "quay.io/prometheus-operator/reloader:v0.93.1",
    });
    const { components } = judge({ ...well, workloads: [istiod, helped] });
    expect(components.map(({ role, version }) => [role, version])).to.deep.equal([
      ["control plane", "1.31.0"],
      ["add-on", "v3.14.0"],
    ]);
  });

  it("finds tools that no Service leads to", () => {
    expect(problems({ services: [] })).to.deep.equal([
      "error Deployment monitoring/grafana: No Service selects its pods. → Compare its labels with the Services' selectors: kubectl get services -n monitoring -o wide",
    ]);
  });

  it("finds pods without a proxy where their namespace asks for one", () => {
    const bare = pod("web", { proxy: null });
    expect(problems({ pods: [bare] })).to.deep.equal([
      "error Pod shop/web-0: It has no proxy, although the namespace has the label istio-injection=enabled: it started before the label was set, or while istiod was down. → Restart it: kubectl delete pod -n shop web-0",
    ]);
    const innocent = [
      pod("web", { proxy: null, namespace: "monitoring" }),
      pod("web", { proxy: null, labels: { "sidecar.istio.io/inject": "false" } }),
      pod("job", { proxy: null, ready: false }),
      pod("web", { proxy: null, annotations: { "sidecar.istio.io/inject": "false" } }),
      pod("web", { proxy: null, hostNetwork: true }),
    ];
    expect(problems({ pods: innocent })).to.deep.equal([]);
  });

  it("finds pods without a proxy that ask for one themselves, in a namespace that says nothing", () => {
    const labels = { "sidecar.istio.io/inject": "true" };
    expect(problems({ pods: [pod("web", { namespace: "monitoring", proxy: null, labels })] })).to.deep.equal([
      "error Pod monitoring/web-0: It has no proxy, although the pod has the label sidecar.istio.io/inject=true: it started before the label was set, or while istiod was down. → Restart it: kubectl delete pod -n monitoring web-0",
    ]);
    const closed = [{ metadata: { name: "monitoring", labels: { "istio-injection": "disabled" } } }];
    const found = problems({
      pods: [pod("web", { namespace: "monitoring", proxy: null, labels })],
      namespaces: closed,
    });
    expect(found).to.deep.equal([]);
  });

  it("finds pods whose label names a revision that no control plane has", () => {
    const namespaces = [{ metadata: { name: "shop", labels: { "istio.io/rev": "green" } } }];
    expect(problems({ pods: [pod("web", { proxy: null })], namespaces })).to.deep.equal([
      "error Pod shop/web-0: It has no proxy: the namespace has the label istio.io/rev=green, which no control plane and no tag has. → Set the label istio.io/rev to one that istiod or a tag has (istioctl tag list), then restart the pod: kubectl delete pod -n shop web-0",
    ]);
  });

  it("reads the webhooks of control planes and tags, and no others", () => {
    const selector = { matchLabels: { a: "b" } };
    const webhook = { admissionReviewVersions: ["v1"], clientConfig: {}, sideEffects: "None" };
    expect(
      injectorsOf([
        {
          metadata: { name: "tag", labels: { "istio.io/rev": "blue" } },
          webhooks: [
            { ...webhook, name: "rev.namespace.sidecar-injector.istio.io", namespaceSelector: selector },
            { ...webhook, name: "other.example.com" },
          ],
        },
        { metadata: { name: "cert-manager" }, webhooks: [{ ...webhook, name: "webhook.cert-manager.io" }] },
        {},
      ]),
    ).to.deep.equal([{ revision: "blue", namespaceSelector: selector }]);
  });

  it("tells of proxies that are behind their istiod, and how far", () => {
    const old = (proxy: string) => problems({ pods: [pod("cart", { proxy }), pod("web", { proxy })] });
    const fix = "Restart them: kubectl rollout restart deployment -n shop";
    expect(old("1.30.4")).to.deep.equal([
      `warning 2 proxies in shop: Their version is 1.30.4, but istiod's is 1.31.0. → ${fix}`,
    ]);
    for (const proxy of ["1.29.0", "1.32.0"]) {
      expect(old(proxy)).to.deep.equal([
        `error 2 proxies in shop: Their version is ${proxy}, but istiod's is 1.31.0, a difference that Istio does not support. → ${fix}`,
      ]);
    }
    expect(judge({ ...well, pods: [pod("cart", { proxy: "1.30.4" })] }).healthy).to.equal(true);
  });

  it("holds a proxy against the istiod of its own revision", () => {
    const next = deployment("istiod-1-32-0", {
      namespace: "istio-system",
      image: "docker.io/istio/pilot:1.32.0",
      labels: { app: "istiod", "istio.io/rev": "1-32-0" },
    });
    const moved = pod("cart", { proxy: "1.32.0", revision: "1-32-0" });
    expect(problems({ workloads: [istiod, next], pods: [moved, pod("web")] })).to.deep.equal([]);
    expect(problems({ pods: [moved] })).to.deep.equal([
      "error 1 proxy in shop: No istiod has their revision 1-32-0; there are istiods of default. → Set the namespace's label istio.io/rev to one of these, then restart its pods: kubectl rollout restart deployment -n shop",
    ]);
  });

  it("passes on what controllers say of objects", () => {
    const read = "Read its status: kubectl get virtualservice cart -n shop -o yaml";
    expect(
      problems({
        objects: [
          object({
            conditions: [{ type: "Reconciled", status: "False", message: "1/2 proxies up to date" }],
          }),
          object({ conditions: [{ type: "Accepted", status: "False" }] }),
          object({
            conditions: [
              { type: "Accepted", status: "True" },
              { type: "Progressing", status: "False" },
            ],
          }),
        ],
      }),
    ).to.deep.equal([
      `error VirtualService shop/cart: Reconciled is False: 1/2 proxies up to date → ${read}`,
      `error VirtualService shop/cart: Accepted is False: no reason given → ${read}`,
    ]);
    const message = (level: string) => ({
      level,
      type: { code: "IST0101", name: "ReferencedResourceNotFound" },
    });
    const look =
      "Istio's analysis reports IST0101 ReferencedResourceNotFound. → istioctl analyze -n shop; https://istio.io/latest/docs/reference/config/analysis/ist0101/";
    expect(
      problems({
        objects: [object({ validationMessages: ["ERROR", "WARNING", "INFO"].map(message) })],
      }),
    ).to.deep.equal([`error VirtualService shop/cart: ${look}`, `warning VirtualService shop/cart: ${look}`]);
  });
});

function component(
  role: Health["components"][number]["role"],
  place: string,
  version: string,
  services: string[] = [],
): Health["components"][number] {
  const [namespace = "", name = ""] = place.split("/");
  return { role, kind: "Deployment", namespace, name, ready: 1, desired: 1, version, services };
}
