import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parse, parseAllDocuments } from "yaml";
import { standInCharts, ensureToolchain, type Toolchain } from "../../toolchain";

interface Port {
  readonly name: string;
  readonly port: number;
}

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Record<string, string>;
  readonly spec?: Record<string, unknown> & { readonly ports?: readonly Port[] };
}

type AddOnName = keyof typeof standInCharts;

const secrets = {
  "kiali-server": "login_token.signing_key=secret:kiali:key",
  grafana: "admin.existingSecret=admin",
};

// What each chart can't be installed without.
const needed: Record<AddOnName, readonly string[]> = {
  "kiali-server": [secrets["kiali-server"]],
  "kube-prometheus-stack": [],
  prometheus: [],
  grafana: [secrets.grafana],
  jaeger: [],
  "opentelemetry-collector": ["mode=deployment", "image.repository=otel/opentelemetry-collector-k8s"],
};

describe("toolchain/charts", () => {
  let toolchain: Toolchain;
  before(async () => {
    toolchain = await ensureToolchain(["helm"]);
  });

  const template = async (chart: AddOnName, values: readonly string[]): Promise<Rendered[]> => {
    const file = join(toolchain.charts, `${chart}-${standInCharts[chart].version}.tgz`);
    const set = values.flatMap((value) => ["--set", value]);
    const args = ["template", chart, file, "--namespace", "monitoring", ...set];
    const { stdout } = await execa(toolchain.program("helm"), args);
    return parseAllDocuments(stdout)
      .map((document) => document.toJS() as Rendered | null)
      .filter((object) => object !== null);
  };
  const workload = (objects: readonly Rendered[]): Rendered | undefined =>
    objects.find(
      ({ kind, metadata }) =>
        /^(Deployment|StatefulSet)$/.test(kind) && !/^alert|-operator$/.test(metadata.name),
    );

  it("has every stand-in under the official name and version, and says that it is one", () => {
    const index = parse(readFileSync(join(toolchain.charts, "index.yaml"), "utf8")) as {
      entries: Record<string, { version: string; appVersion: string; description: string }[]>;
    };
    for (const [name, { version, appVersion }] of Object.entries(standInCharts)) {
      const [entry, ...others] = index.entries[name] ?? [];
      expect(entry).to.include({ version, appVersion });
      expect(entry?.description).to.match(
        new RegExp(`^A stand-in for the official ${name} chart, made of the .* that Istio ships`),
      );
      expect(others).to.deep.equal([]);
    }
  });

  const services: Record<AddOnName, Record<string, Record<string, number>>> = {
    "kiali-server": { kiali: { http: 20001, "http-metrics": 9090 } },
    "kube-prometheus-stack": {
      "alertmanager-operated": { "http-web": 9093 },
      "kube-prometheus-stack-operator": { https: 443 },
      "kube-prometheus-stack-alertmanager": { "http-web": 9093 },
      "kube-prometheus-stack-prometheus": { "http-web": 9090, "reloader-web": 8080 },
      "prometheus-operated": { "http-web": 9090 },
    },
    prometheus: { "prometheus-server": { http: 80 } },
    grafana: { grafana: { service: 80 } },
    jaeger: {
      jaeger: {
        "zk-compact-trft": 5775,
        "config-rest": 5778,
        "jg-compact-trft": 6831,
        "jg-binary-trft": 6832,
        "http-zipkin": 9411,
        "grpc-http": 14250,
        "c-tchan-trft": 14267,
        "http-c-binary-trft": 14268,
        "otlp-grpc": 4317,
        "otlp-http": 4318,
        "http-query": 16686,
        "grpc-query": 16685,
        "internal-metrics": 8888,
        "span-metrics": 8889,
      },
    },
    "opentelemetry-collector": { "opentelemetry-collector": { otlp: 4317, "otlp-http": 4318 } },
  };
  for (const [name, expected] of Object.entries(services)) {
    it(`${name} is reached as the official one is, in the release's namespace, and leaves injection to it`, async () => {
      const objects = await template(name as AddOnName, needed[name as AddOnName]);
      const found = objects
        .filter(({ kind }) => kind === "Service")
        .map(({ metadata, spec }): [string, Record<string, number>] => [
          metadata.name,
          Object.fromEntries(spec?.ports?.map((one) => [one.name, one.port]) ?? []),
        ]);
      expect(Object.fromEntries(found)).to.deep.equal(expected);
      for (const { kind, metadata } of objects) {
        const place = kind.startsWith("Cluster") ? undefined : "monitoring";
        expect(metadata.namespace, `${kind} ${metadata.name}`).to.equal(place);
      }
      expect(JSON.stringify(objects)).to.not.contain("sidecar.istio.io/inject");
    });
  }

  const pod = (labels: object, container: object, rest: object = {}) => ({
    template: { metadata: { labels }, spec: { containers: [container], ...rest } },
  });
  const resources = { requests: { cpu: "1500m" } };
  const heeded: Record<AddOnName, readonly [values: readonly string[], spec: object]> = {
    "kiali-server": [
      ["deployment.replicas=2", "deployment.resources.requests.cpu=1500m", "deployment.pod_labels.team=a"],
      {
        replicas: 2,
        ...pod(
          { team: "a" },
          { resources },
          { volumes: [{ name: "login-token-signing-key", secret: { secretName: "kiali" } }] },
        ),
      },
    ],
    "kube-prometheus-stack": [
      [
        "prometheus.prometheusSpec.replicas=2",
        "prometheus.prometheusSpec.resources.requests.cpu=1500m",
        "prometheus.prometheusSpec.podMetadata.labels.team=a",
        "prometheus.prometheusSpec.storageSpec.volumeClaimTemplate.spec.storageClassName=fast-ssd",
      ],
      {
        replicas: 2,
        ...pod({ team: "a" }, { resources }),
        volumeClaimTemplates: [{ spec: { storageClassName: "fast-ssd" } }],
      },
    ],
    prometheus: [
      [
        "server.replicaCount=2",
        "server.resources.requests.cpu=1500m",
        "server.podLabels.team=a",
        "server.retention=9d",
      ],
      { replicas: 2, ...pod({ team: "a" }, { resources, args: ["--storage.tsdb.retention.time=9d"] }) },
    ],
    grafana: [
      ["replicas=2", "resources.requests.cpu=1500m", "podLabels.team=a"],
      {
        replicas: 2,
        ...pod(
          { team: "a" },
          {
            resources,
            env: [
              {
                name: "GF_SECURITY_ADMIN_PASSWORD",
                valueFrom: { secretKeyRef: { name: "admin", key: "admin-password" } },
              },
            ],
          },
        ),
      },
    ],
    jaeger: [
      ["jaeger.replicas=2", "jaeger.resources.requests.cpu=1500m", "jaeger.podLabels.team=a"],
      { replicas: 2, ...pod({ team: "a" }, { resources }) },
    ],
    "opentelemetry-collector": [
      ["replicaCount=2", "resources.requests.cpu=1500m", "podLabels.team=a"],
      { replicas: 2, ...pod({ team: "a" }, { resources }) },
    ],
  };
  for (const [name, [values, spec]] of Object.entries(heeded)) {
    it(`${name} heeds replicas, resources, labels and the names of Secrets`, async () => {
      const chart = name as AddOnName;
      const plain = workload(await template(chart, needed[chart]));
      expect(plain?.spec).to.include({ replicas: 1 });
      expect(workload(await template(chart, [...needed[chart], ...values]))?.spec).to.containSubset(spec);
    });
  }

  it("writes no secret into Kiali's configuration, and the values that are not the chart's own", async () => {
    const objects = await template("kiali-server", [
      ...needed["kiali-server"],
      "external_services.prometheus.url=http://prometheus:9090",
    ]);
    const text = objects.find(({ kind }) => kind === "ConfigMap")?.data?.["config.yaml"] ?? "";
    expect(parse(text)).to.containSubset({
      login_token: { signing_key: "secret:kiali:key" },
      external_services: {
        prometheus: { url: "http://prometheus:9090" },
        istio: { root_namespace: "istio-system" },
      },
      deployment: { namespace: "monitoring" },
    });
  });

  const refusals: [AddOnName, string][] = [
    ["kiali-server", "login_token.signing_key"],
    ["grafana", "admin.existingSecret"],
    ["opentelemetry-collector", "mode"],
  ];
  for (const [name, value] of refusals) {
    it(`${name} is refused without ${value}`, async () => {
      const answer = await template(name, []).then(
        () => "rendered",
        (reason: unknown) => String(reason),
      );
      expect(answer).to.contain(`${value}: `);
    });
  }
});
