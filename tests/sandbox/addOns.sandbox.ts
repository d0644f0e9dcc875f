import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { type SandboxStatus, startSandbox } from "../../sandbox";
import { standInCharts } from "../../toolchain";
import { type Harness, harness } from "./harness";
import { until } from "./until";

describe("sandbox with the add-ons' charts", () => {
  let h: Harness;
  let state: string;
  let status: SandboxStatus;
  const namespace = "monitoring";

  const helm = async (...args: string[]): Promise<void> => {
    const env = { KUBECONFIG: status.kubeconfig, HELM_CACHE_HOME: join(state, "helm") };
    await execa(h.toolchain.program("helm"), args, { env });
  };
  const install = (chart: keyof typeof standInCharts, ...values: string[]): Promise<void> =>
    helm(
      ...[
        "install",
        chart,
        chart,
        "--repo",
        status.chartRepository ?? "",
        "--version",
        standInCharts[chart].version,
      ],
      ...["--namespace", namespace, "--create-namespace", "--wait", "--timeout", "120s"],
      ...values.flatMap((value) => ["--set", value]),
    );
  const apply = (object: object): Promise<string> =>
    h.kubectl(state, ["apply", "-f", "-"], JSON.stringify(object)).catch((error: unknown) => String(error));

  before(async () => {
    h = await harness();
    state = h.folder();
    status = await startSandbox(h.options(state));
  });
  after(() => h.clean());

  it("installs every one of them until all is ready, with claims of both storage classes bound", async () => {
    const spec = "prometheus.prometheusSpec";
    const claim = `${spec}.storageSpec.volumeClaimTemplate.spec`;
    await install(
      ...(["kube-prometheus-stack", `${spec}.replicas=2`, `${claim}.storageClassName=fast-ssd`] as const),
      ...[`${claim}.accessModes={ReadWriteOnce}`, `${claim}.resources.requests.storage=50Gi`],
    );
    for (const name of ["kiali", "admin"]) {
      await h.kubectl(state, [
        ...[
          "create",
          "secret",
          "generic",
          name,
          `--namespace=${namespace}`,
          "--from-literal=key=0123456789abcdef",
        ],
        ...["--from-literal=admin-user=admin", "--from-literal=admin-password=secret"],
      ]);
    }
    await Promise.all([
      install("grafana", "admin.existingSecret=admin", "persistence.enabled=true"),
      install("jaeger"),
      install("kiali-server", "login_token.signing_key=secret:kiali:key"),
      install(
        "opentelemetry-collector",
        "mode=deployment",
        "image.repository=otel/opentelemetry-collector-k8s",
      ),
      install("prometheus"),
    ]);
    const claims = await h.kubectl(state, [
      ...["get", "persistentvolumeclaims", `--namespace=${namespace}`, "--output"],
      'jsonpath={range .items[*]}{.spec.storageClassName} {.status.phase}{"\\n"}{end}',
    ]);
    expect(claims.trim().split("\n").sort()).to.deep.equal([
      ...["fast-ssd Bound", "fast-ssd Bound"],
      ...["standard Bound", "standard Bound"],
    ]);
  });

  it("has rules and monitors validated by the operator's definitions", async () => {
    const rule = (expr: unknown) => ({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name: "mesh", namespace },
      spec: { groups: [{ name: "mesh", rules: [{ alert: "Down", expr, for: "5m" }] }] },
    });
    expect(await apply(rule("absent(istiod_uptime_seconds)"))).to.contain("created");
    expect(await apply(rule({ or: 1 }))).to.contain("spec.groups[0].rules[0].expr");
    const monitor = (podMetricsEndpoints: unknown) => ({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "envoy", namespace },
      spec: { selector: {}, podMetricsEndpoints },
    });
    expect(await apply(monitor([{ path: "/stats/prometheus", interval: "15s" }]))).to.contain("created");
    expect(await apply(monitor([{ interval: "soon" }]))).to.contain("spec.podMetricsEndpoints[0].interval");
  });

  it("runs Jobs, StatefulSets and DaemonSets to their ends", async () => {
    const template = (restartPolicy: string) => ({
      metadata: { labels: { app: "other" } },
      spec: { restartPolicy, containers: [{ name: "main", image: "main" }] },
    });
    const selector = { matchLabels: { app: "other" } };
    const metadata = { name: "other", namespace };
    await apply({ apiVersion: "batch/v1", kind: "Job", metadata, spec: { template: template("Never") } });
    await apply({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata,
      spec: { selector, serviceName: "other", replicas: 2, template: template("Always") },
    });
    await apply({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector, template: template("Always") },
    });
    const wait = ["--timeout=90s", `--namespace=${namespace}`];
    await h.kubectl(state, ["wait", "--for=condition=complete", "job/other", ...wait]);
    await h.kubectl(state, ["rollout", "status", "statefulset/other", ...wait]);
    await h.kubectl(state, ["rollout", "status", "daemonset/other", ...wait]);
  });

  it("gives volumes back with their claims", async () => {
    await h.kubectl(state, ["delete", "namespace", namespace, "--timeout=120s"]);
    await until(
      "no volume",
      async () => (await h.kubectl(state, ["get", "persistentvolumes", "-o", "name"])) === "",
    );
  });
});
