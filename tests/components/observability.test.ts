import { expect } from "chai";
import { Observability, type ObservabilityArgs } from "../../components";
import { everything, nothing } from "./observabilityArgs";
import { type Registration, registrations } from "./registrations";

const declare = (args: ObservabilityArgs): Promise<Registration[]> =>
  registrations(() => {
    new Observability("watch", args);
  });
const release = (all: Registration[], name: string): Record<string, unknown> => {
  const found = all.find(
    ({ type, inputs }) => type === "kubernetes:helm.sh/v3:Release" && inputs.name === name,
  );
  if (found === undefined) throw new Error(`there is no release ${name}`);
  return found.inputs;
};
const releaseNames = (all: Registration[]): unknown[] =>
  all.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release").map(({ inputs }) => inputs.name);
const refusal = (change: Partial<ObservabilityArgs>, args = nothing().args): string => {
  try {
    new Observability("watch", { ...args, ...change });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("components/observability", () => {
  it("installs the official charts in exact versions, each after what it needs to start", async () => {
    const all = await declare(nothing().args);
    const installed = releaseNames(all).map((name) => {
      const { chart, version, repositoryOpts, namespace } = release(all, String(name));
      return [chart, version, (repositoryOpts as { repo: string }).repo, namespace];
    });
    expect(installed).to.have.deep.members([
      ["kube-prometheus-stack", "88.5.3", "https://prometheus-community.github.io/helm-charts", "monitoring"],
      ["jaeger", "4.11.1", "https://jaegertracing.github.io/helm-charts", "monitoring"],
      ["grafana", "12.11.1", "https://grafana-community.github.io/helm-charts", "monitoring"],
      ["kiali-server", "2.29.0", "https://kiali.org/helm-charts", "monitoring"],
    ]);
    const order = all.map(({ name }) => name);
    const before = (first: string, second: string): void => {
      expect(order.indexOf(first), first).to.be.greaterThan(-1);
      expect(order.indexOf(first), `${first} before ${second}`).to.be.lessThan(order.indexOf(second));
    };
    before("watch-Namespace/monitoring", "watch-AuthorizationPolicy/monitoring/default-deny");
    before("watch-AuthorizationPolicy/monitoring/mesh-prometheus", "watch-prometheus");
    before("watch-grafana-admin", "watch-grafana");
    before("watch-grafana-admin", "watch-kiali");
    before("watch-kiali-signing-key", "watch-kiali");
    before("watch-prometheus", "watch-PodMonitor/monitoring/istio-proxies");
  });

  it("makes up a key of 32 bytes for Kiali and a password for Grafana, which values only name", async () => {
    const all = await declare(nothing().args);
    const made = all.filter(({ type }) => type === "random:index/randomPassword:RandomPassword");
    expect(made.map(({ name, inputs }) => [name, inputs])).to.have.deep.members([
      ["watch-kiali-signing-key-value", { length: 32, special: false }],
      ["watch-grafana-admin-value", { length: 32, special: false }],
    ]);
    const secrets = all.filter(({ type }) => type === "kubernetes:core/v1:Secret");
    expect(secrets.map(({ inputs }) => inputs.metadata)).to.have.deep.members([
      { name: "kiali-signing-key", namespace: "monitoring" },
      { name: "grafana-admin", namespace: "monitoring" },
    ]);
    expect(release(all, "kiali").values).to.have.nested.property(
      "login_token.signing_key",
      "secret:kiali-signing-key:key",
    );
    expect(release(all, "grafana").values).to.have.deep.property("admin", {
      existingSecret: "grafana-admin",
      userKey: "admin-user",
      passwordKey: "admin-password",
    });
  });

  it("links the tools with each other, by their Services", async () => {
    const all = await declare(nothing().args);
    const at = (host: string): string => `http://${host.replace("@", ".monitoring.svc.cluster.local")}`;
    const { external_services: links } = release(all, "kiali").values as {
      external_services: Record<string, Record<string, unknown>>;
    };
    expect(links.istio).to.deep.equal({ root_namespace: "istio-system" });
    expect(links.prometheus).to.deep.equal({ url: at("mesh-prometheus@:9090") });
    expect(links.grafana).to.include({ enabled: true, internal_url: at("grafana@") });
    expect(links.tracing).to.deep.equal({
      enabled: true,
      provider: "jaeger",
      internal_url: at("jaeger@:16686"),
      use_grpc: false,
    });
    const { datasources } = release(all, "grafana").values as {
      datasources: Record<string, { datasources: { uid: string; type: string; url: string }[] }>;
    };
    expect(
      datasources["datasources.yaml"]?.datasources.map(({ uid, type, url }) => [uid, type, url]),
    ).to.deep.equal([
      ["prometheus", "prometheus", at("mesh-prometheus@:9090")],
      ["jaeger", "jaeger", at("jaeger@:16686")],
    ]);
  });

  it("leads from dashboards to the tools' hosts, or to where they are opened", async () => {
    const dashboards = async (args: ObservabilityArgs): Promise<string> =>
      JSON.stringify((await declare(args)).filter(({ type }) => type === "kubernetes:core/v1:ConfigMap"));
    const local = await dashboards(nothing().args);
    expect(local)
      .to.include("http://localhost:20001/kiali/console/")
      .and.include("http://localhost:16686/search");
    const shown = await dashboards(everything().args);
    expect(shown)
      .to.include("https://kiali.example.com/kiali/console/")
      .and.include("https://jaeger.example.com/search");
    expect(shown).to.not.include("localhost");
  });

  it("takes charts from one mirror and images from one registry, where they are given", async () => {
    const all = await declare(everything().args);
    expect(releaseNames(all)).to.have.members([
      ...["prometheus", "jaeger", "opentelemetry-collector", "grafana", "kiali"],
    ]);
    for (const name of releaseNames(all)) {
      expect(release(all, String(name)).repositoryOpts, String(name)).to.deep.equal({
        repo: "https://charts.example.com",
      });
      expect(release(all, String(name)).timeout).to.equal(60);
    }
    const global = { imageRegistry: "registry.example.com" };
    for (const name of ["prometheus", "jaeger", "grafana"]) {
      expect(release(all, name).values, name).to.deep.include({ global });
    }
    expect(release(all, "kiali").values).to.have.nested.property(
      "deployment.image_name",
      "registry.example.com/kiali/kiali",
    );
    expect(release(all, "opentelemetry-collector").values).to.have.nested.property(
      "image.repository",
      "registry.example.com/otel/opentelemetry-collector-k8s",
    );
  });

  it("takes charts from an OCI registry by their full name, as Helm wants it", async () => {
    const args = { ...nothing().args, chartRepository: "oci://registry.example.com/charts/" };
    const { chart, repositoryOpts } = release(await declare(args), "kiali");
    expect(chart).to.equal("oci://registry.example.com/charts/kiali-server");
    expect(repositoryOpts).to.equal(undefined);
  });

  it("runs Prometheus without the operator too, which then reads rules from a file and finds pods itself", async () => {
    const all = await declare({ ...nothing().args, prometheus: { operator: false } });
    expect(release(all, "prometheus")).to.include({ chart: "prometheus", version: "29.27.0" });
    expect(release(all, "prometheus").values)
      .to.have.property("serverFiles")
      .that.has.property("alerting_rules.yml")
      .that.has.property("groups");
    const kinds = all.map(({ type }) => type).filter((type) => type.includes("monitoring.coreos.com"));
    expect(kinds).to.deep.equal([]);
  });

  it("keeps a single Jaeger's spans on a volume, if it is told to", async () => {
    const all = await declare({ ...nothing().args, storageClass: "fast", jaeger: { storage: "20Gi" } });
    expect(all.find(({ type }) => type.endsWith(":PersistentVolumeClaim"))?.inputs.spec).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "20Gi" } },
      storageClassName: "fast",
    });
    expect(release(all, "jaeger").values).to.have.deep.nested.property("jaeger.extraVolumes", [
      { name: "spans", persistentVolumeClaim: { claimName: "jaeger-spans" } },
    ]);
    expect(release(all, "jaeger").values).to.have.deep.nested.property(
      "userconfig.extensions.jaeger_storage.backends.spans.badger.directories",
      { keys: "/spans/keys", values: "/spans/values" },
    );
  });

  it("starts Jaeger's pods again when their configuration changes, which the chart does not", async () => {
    const digestOf = async (jaeger: ObservabilityArgs["jaeger"] & object): Promise<string | undefined> => {
      const { values } = release(await declare({ ...nothing().args, jaeger }), "jaeger");
      return (values as { jaeger: { podLabels: Record<string, string> } }).jaeger.podLabels[
        "meshwright.dev/config"
      ];
    };
    const stored = await digestOf({ storage: "20Gi" });
    expect(stored).to.match(/^[0-9a-f]{16}$/);
    expect(await digestOf({ storage: "20Gi", resources: { requests: { cpu: "1" } } })).to.equal(stored);
    expect(await digestOf({ storage: "20Gi", retention: "24h" })).to.not.equal(stored);
  });

  it("replaces the owner of a volume before the next one comes, and replicas that share a store one by one", async () => {
    const owner = await declare({ ...nothing().args, grafana: { storage: "1Gi" } });
    expect(release(owner, "grafana").values).to.have.nested.property("deploymentStrategy.type", "Recreate");
    const sharing = await declare(everything().args);
    expect(release(sharing, "jaeger").values).to.have.nested.property(
      "jaeger.strategy.type",
      "RollingUpdate",
    );
    expect(release(sharing, "grafana").values).to.not.have.property("deploymentStrategy");
  });

  it("keeps samples for as long as error budgets look back, and lets a volume never be full", async () => {
    const kept = async (prometheus: object, path: string): Promise<object> => {
      const { values } = release(await declare({ ...nothing().args, prometheus }), "prometheus");
      const spec = path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], values);
      const { retention, retentionSize } = spec as Record<string, unknown>;
      return { retention, retentionSize };
    };
    for (const [operator, path] of [
      [true, "prometheus.prometheusSpec"],
      [false, "server"],
    ] as const) {
      expect(await kept({ operator }, path)).to.deep.equal({ retention: "31d", retentionSize: undefined });
      expect(await kept({ operator, storage: "50Gi" }, path)).to.deep.equal({
        retention: "31d",
        retentionSize: "40960MiB",
      });
      expect(await kept({ operator, storage: "2G", retention: "7d" }, path)).to.deep.equal({
        retention: "7d",
        retentionSize: "1525MiB",
      });
    }
  });

  it("sends alerts to every Alertmanager, with and without the Prometheus operator", async () => {
    const alertmanagers = ["alertmanager.alerting.svc.cluster.local", "alerts.example.com"];
    const configs = [
      {
        static_configs: [
          { targets: ["alertmanager.alerting.svc.cluster.local:9093", "alerts.example.com:80"] },
        ],
      },
    ];
    const operated = await declare({ ...nothing().args, prometheus: { alertmanagers } });
    expect(release(operated, "prometheus").values).to.have.deep.nested.property(
      "prometheus.prometheusSpec.additionalAlertManagerConfigs",
      configs,
    );
    const plain = await declare({ ...nothing().args, prometheus: { operator: false, alertmanagers } });
    expect(release(plain, "prometheus").values).to.have.deep.nested.property("server.alertmanagers", configs);
  });

  it("lets a user's own values win", async () => {
    const all = await declare({
      ...nothing().args,
      kiali: { values: { auth: { strategy: "openid" }, deployment: { view_only_mode: false } } },
    });
    expect(release(all, "kiali").values).to.have.nested.property("auth.strategy", "openid");
    expect(release(all, "kiali").values).to.have.nested.property("deployment.view_only_mode", false);
    expect(release(all, "kiali").values).to.have.nested.property("deployment.instance_name", "kiali");
  });

  it("refuses everything that does not fit, at once, before anything is registered", () => {
    const lines = refusal({
      runbookUrl: "docs/runbooks",
      prometheus: { storage: "much", alertmanagers: ["https://alerts.example.com", "alerts.example.com"] },
      grafana: { replicas: 2, storage: "1Gi" },
      jaeger: { replicas: 3 },
      collector: {},
    }).split("\n");
    expect(lines[0]).to.equal(
      'Observability "watch" has contradicting arguments; no resource was registered.',
    );
    expect(lines.slice(1).map((line) => line.split(" ")[0])).to.have.members([
      "jaeger.replicas",
      "grafana.storage",
      "prometheus.storage",
      "prometheus.alertmanagers",
      "collector",
      "runbookUrl",
    ]);
    expect(lines.join("\n")).to.contain('prometheus.storage is "much". Set a Kubernetes quantity');
  });

  it("refuses spans that the catalog sends elsewhere, and a network that keeps Prometheus from the proxies", () => {
    expect(refusal({ namespace: "watching" })).to.contain(
      "networkPolicies.metricsNamespaces are monitoring, so Prometheus in watching can't scrape metrics. Add watching.",
    );
    expect(refusal({ namespace: "watching" })).to.contain(
      "telemetry.tracing.service is jaeger.monitoring.svc.cluster.local, where no add-on receives spans. " +
        "Set it to jaeger.watching.svc.cluster.local",
    );
  });

  it("refuses to expose an add-on without a login", () => {
    const exposure = { host: "prometheus.example.com", credentialName: "cert" };
    expect(refusal({ prometheus: { exposure } })).to.contain(
      'exposed["prometheus.example.com"]: prometheus has no login',
    );
    expect(refusal({ prometheus: { exposure: { ...exposure, claims: {} } } })).to.equal("");
    const claims = { realm_access: { roles: ["operator"] } };
    expect(refusal({ prometheus: { exposure: { ...exposure, claims } } })).to.equal("");
    expect(refusal({ prometheus: { exposure: { ...exposure, claims: { roles: "operator" } } } })).to.contain(
      "endUser.claims.roles",
    );
    expect(refusal({ kiali: { exposure } })).to.equal("");
  });

  it("refuses a certificate that a gateway of the catalog serves, too", () => {
    const catalog = {
      ...nothing().args.catalog,
      gateways: {
        entrance: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "cert" },
              routes: [{ prefix: "/", service: "web" }],
            },
          },
        },
      },
    };
    const exposure = { host: "kiali.example.com", credentialName: "cert" };
    expect(refusal({ catalog, kiali: { exposure } })).to.contain(
      'exposed["kiali.example.com"].credentialName: the catalog\'s gateway "entrance" also serves the certificate "cert"',
    );
    for (const other of [{ credentialName: "kiali-cert" }, { release: "istio-internal" }]) {
      expect(refusal({ catalog, kiali: { exposure: { ...exposure, ...other } } })).to.equal("");
    }
  });
});
