import { expect } from "chai";
import type { Environment } from "../../catalog";
import type { Manifest } from "../../mesh";
import { type AIKernelOptions, catalog } from "../../platforms/aikernel/catalog";
import type {
  GrafanaValues,
  JaegerValues,
  KubePrometheusStackValues,
  ObservabilityPlan,
} from "../../components";
import { controlPlaneArgs } from "../../program/controlPlane";
import { planOf } from "../../program/plan";
import { readSettings, type Settings } from "../../program/settings";
import { platformList } from "../../platforms";
import { findIn, rendered } from "./rendered";

// The tables below are the platform's document, cell by cell; NOTES.md says why a cell is another one there.

const render = (options: AIKernelOptions = {}): Manifest[] => rendered(catalog(options));

const settings = (environment: Environment, revision?: string): Settings =>
  readSettings(platformList, { get: (key) => ({ platform: "aikernel", environment, revision })[key] });

function args(environment: Environment, revision?: string): ReturnType<typeof controlPlaneArgs> {
  return controlPlaneArgs(settings(environment, revision), [{ name: "istio-ingress" }], {});
}

function watched(environment: Environment): ObservabilityPlan {
  const { observability } = planOf(settings(environment));
  if (!observability) throw new Error("observability is on by default");
  return observability.plan;
}

const addOns = watched("prod").addOns;
const monitoring = "aikernel-monitoring";
/** What the platform's own objects and the add-ons' come to. */
const everything = (): Manifest[] => [...objects, ...addOns];

let objects: Manifest[];

function find(kind: string, name: string, namespace = "aikernel", among = objects): Manifest {
  return findIn(among, kind, name, namespace);
}

interface Rule {
  from?: { source: { principals?: string[]; namespaces?: string[] } }[];
  to: { operation: Record<string, string[]> }[];
  when?: { key: string; values: string[] }[];
}

function rules(name: string, namespace = "aikernel", among = objects): Rule[] {
  return (find("AuthorizationPolicy", name, namespace, among).spec as { rules: Rule[] }).rules;
}

const namespaces = ["aikernel", "aikernel-data", "aikernel-infrastructure", "aikernel-monitoring"];
const account = (name: string, namespace = "aikernel"): string => `cluster.local/ns/${namespace}/sa/${name}`;
const ingress = "cluster.local/ns/istio-ingress/sa/istio-ingress";

describe("aikernel", () => {
  before(() => {
    objects = render();
  });

  it("has the document's four namespaces, with its injection label and no other", () => {
    const found = [...objects, ...addOns].filter(({ kind }) => kind === "Namespace");
    expect(found.map(({ metadata }) => metadata.name)).to.deep.equal(namespaces);
    for (const { metadata } of found) {
      expect(metadata.labels).to.include({ "istio-injection": "enabled" });
      expect(metadata.labels).to.not.have.property("istio.io/rev");
    }
  });

  it("is STRICT in each namespace, and denies what nothing allows", () => {
    for (const namespace of namespaces) {
      expect(find("PeerAuthentication", "default", namespace, everything()).spec).to.deep.equal({
        mtls: { mode: "STRICT" },
      });
    }
    for (const namespace of namespaces) {
      expect(find("AuthorizationPolicy", "default-deny", namespace, everything()).spec).to.deep.equal({});
    }
  });

  describe("resources", () => {
    const { istiod, gateways = [] } = args("prod");
    const gateway = (name: string): (typeof gateways)[number]["values"] =>
      gateways.find((one) => one.name === name)?.values;
    const { prometheus, jaeger, grafana } = watched("prod").releases;
    const { prometheusSpec } = (prometheus.values as KubePrometheusStackValues).prometheus ?? {};
    const { jaeger: pods } = jaeger.values as JaegerValues;
    const { resources, replicas } = grafana.values as GrafanaValues;

    const rendered: Record<string, [unknown, number | undefined]> = {
      Istiod: [istiod?.resources, istiod?.autoscaleMin],
      "Ingress Gateway": [
        gateway("istio-ingress")?.resources,
        gateway("istio-ingress")?.autoscaling?.minReplicas,
      ],
      "Egress Gateway": [
        gateway("istio-egress")?.resources,
        gateway("istio-egress")?.autoscaling?.minReplicas,
      ],
      Prometheus: [prometheusSpec?.resources, prometheusSpec?.replicas],
      // The row of Jaeger Query is served by the same pods.
      "Jaeger Collector": [pods?.resources, pods?.replicas],
      Grafana: [resources, replicas],
    };
    const table: [string, string, string, number][] = [
      ["Istiod", "500m", "2Gi", 3],
      ["Ingress Gateway", "500m", "512Mi", 3],
      ["Egress Gateway", "200m", "256Mi", 2],
      ["Prometheus", "500m", "2Gi", 2],
      ["Jaeger Collector", "200m", "512Mi", 3],
      ["Grafana", "200m", "256Mi", 2],
    ];
    for (const [component, cpu, memory, replicas] of table) {
      it(component, () => {
        expect(rendered[component]).to.deep.equal([{ requests: { cpu, memory } }, replicas]);
      });
    }

    it("sum to 5.4 CPU and 14 GiB: the document's 5.8 and 14.5 less two pods that only show traces", () => {
      const rows = Object.values(rendered) as [{ requests: { cpu: string; memory: string } }, number][];
      const total = (of: (requests: { cpu: string; memory: string }) => number): number =>
        rows.reduce((sum, [{ requests }, replicas]) => sum + of(requests) * replicas, 0);
      expect(total(({ cpu }) => parseInt(cpu))).to.equal(5800 - 2 * 200);
      expect(total(({ memory }) => parseInt(memory) * (memory.endsWith("Gi") ? 1024 : 1))).to.equal(
        14.5 * 1024 - 2 * 256,
      );
    });

    it("are kept apart and above a budget in production", () => {
      expect(istiod?.affinity).to.have.property("podAntiAffinity");
      for (const { values } of gateways) {
        expect(values?.affinity).to.have.property("podAntiAffinity");
        expect(values?.podDisruptionBudget).to.deep.equal({ minAvailable: 1 });
      }
    });

    it("are one of each elsewhere", () => {
      const dev = args("dev");
      expect(dev.istiod).to.include({ autoscaleMin: 1, autoscaleMax: 1 });
      for (const { values } of dev.gateways ?? []) {
        expect(values?.autoscaling).to.deep.equal({ enabled: true, minReplicas: 1, maxReplicas: 1 });
      }
      const deployed = ["Deployment", "StatefulSet"];
      const prod = objects.filter(({ kind }) => deployed.includes(kind));
      expect(
        prod.map(({ metadata, spec }) => [metadata.name, (spec as { replicas: number }).replicas]),
      ).to.deep.equal([
        ["catalog-db", 1],
        ["api", 3],
        ["catalog-api", 3],
        ["message-broker", 3],
      ]);
      const pods = render({ environment: "dev" }).filter(({ kind }) => deployed.includes(kind));
      expect(pods.map(({ spec }) => (spec as { replicas: number }).replicas)).to.deep.equal(Array(4).fill(1));
    });

    it("let the data stores start: with users, a generated password, data of their own and routes of one cluster", () => {
      const pod = (kind: string, name: string, namespace: string): unknown =>
        (find(kind, name, namespace).spec as { template: { spec: unknown } }).template.spec;
      const database = pod("Deployment", "catalog-db", "aikernel-data");
      expect(database).to.have.deep.property("securityContext", {
        fsGroup: 999,
        runAsNonRoot: true,
        runAsUser: 999,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(database).to.have.deep.nested.property("containers[0].env", [
        { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
        {
          name: "POSTGRES_PASSWORD",
          valueFrom: { secretKeyRef: { key: "password", name: "catalog-db-superuser" } },
        },
      ]);
      expect(database).to.have.deep.property("volumes", [{ emptyDir: {}, name: "data" }]);
      const broker = pod("StatefulSet", "message-broker", "aikernel-infrastructure");
      expect(find("StatefulSet", "message-broker", "aikernel-infrastructure").spec)
        .to.include({ serviceName: "message-broker-headless" })
        .and.to.not.have.property("volumeClaimTemplates");
      expect(broker).to.not.have.property("volumes");
      expect(database).to.have.property("terminationGracePeriodSeconds", 35);
      expect(broker).to.have.property("terminationGracePeriodSeconds", 35);
      expect(broker).to.have.deep.nested.property("containers[0].lifecycle", {
        preStop: { sleep: { seconds: 5 } },
      });
      expect(broker).to.have.nested.property("securityContext.runAsUser", 1000);
      expect(broker).to.have.deep.nested.property("containers[0].args", [
        "--cluster_name=aikernel",
        "--cluster=nats://0.0.0.0:6222",
        "--routes=nats://message-broker-headless:6222",
      ]);
      expect(find("Service", "message-broker-headless", "aikernel-infrastructure")).to.have.nested.property(
        "spec.clusterIP",
        "None",
      );
      expect(find("Sidecar", "message-broker", "aikernel-infrastructure").spec)
        .to.have.nested.property("egress[0].hosts")
        .that.includes(
          "aikernel-infrastructure/message-broker-headless.aikernel-infrastructure.svc.cluster.local",
        );
    });

    it("of the proxies beside the platform's own services are the document's annotations", () => {
      for (const name of ["api", "catalog-api"]) {
        expect(find("Deployment", name)).to.have.deep.nested.property("spec.template.metadata.annotations", {
          "proxy.istio.io/config": "terminationDrainDuration: 10s",
          "sidecar.istio.io/proxyCPU": "200m",
          "sidecar.istio.io/proxyMemory": "256Mi",
        });
      }
    });
  });

  it("gives each Helm release 300 seconds to become ready, or the document's 600", () => {
    const seconds = (timeoutSeconds?: string): unknown[] => {
      const { controlPlane, observability } = planOf(
        readSettings(platformList, {
          get: (key) => ({ platform: "aikernel", environment: "prod", timeoutSeconds })[key],
        }),
      );
      return [controlPlane.timeoutSeconds, observability?.args.timeoutSeconds];
    };
    expect(seconds()).to.deep.equal([300, 300]);
    expect(seconds("600")).to.deep.equal([600, 600]);
  });

  it("has a revision in production, whose tag serves the namespaces' label, and validates with it", () => {
    const prod = args("prod");
    expect(prod.revision).to.equal("1-31");
    expect(prod.revisionTags).to.deep.equal(["default"]);
    expect(prod.base).to.deep.equal({ defaultRevision: "1-31" });
    expect(args("prod", "1-32")).to.deep.include({
      revision: "1-32",
      base: { defaultRevision: "1-32" },
    });
    // Without a revision istiod's own webhook serves that label: a tag would inject once more.
    expect(args("dev")).to.not.have.property("revision");
    expect(args("dev")).to.not.have.property("revisionTags");
  });

  it("asks for no token where only connections are seen", () => {
    const found = everything().filter(({ kind }) => kind === "RequestAuthentication");
    expect(found.map(({ metadata }) => metadata.namespace)).to.have.members([
      "aikernel",
      "aikernel-monitoring",
    ]);
  });

  it("issues certificates for a day, below a root of ten years", () => {
    const { istiod } = planOf(settings("prod")).controlPlane;
    expect(istiod?.meshConfig?.defaultConfig).to.deep.include({
      proxyMetadata: { SECRET_TTL: "24h", SECRET_GRACE_PERIOD_RATIO: "0.5" },
    });
    expect(istiod?.env).to.include({
      MAX_WORKLOAD_CERT_TTL: "24h",
      CITADEL_SELF_SIGNED_CA_CERT_TTL: `${10 * 365 * 24}h`,
    });
  });

  it("has the document's connection pool and circuit breaker", () => {
    for (const [name, namespace] of [
      ["api", "aikernel"],
      ["catalog-api", "aikernel"],
    ] as const) {
      const { trafficPolicy } = find("DestinationRule", name, namespace).spec as {
        trafficPolicy: { connectionPool: Record<string, object>; outlierDetection: object };
      };
      expect(trafficPolicy.connectionPool.tcp, name).to.include({ maxConnections: 100 });
      expect(trafficPolicy.connectionPool.http, name).to.include({
        http1MaxPendingRequests: 100,
        http2MaxRequests: 1000,
      });
      expect(trafficPolicy.outlierDetection, name).to.deep.equal({
        consecutive5xxErrors: 5,
        interval: "30s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 50,
      });
    }
  });

  it("takes traffic at the document's three hosts over TLS 1.3", () => {
    const entrance = (credentialName: string, ...at: string[]): object => ({
      selector: { istio: "ingress" },
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: at, tls: { httpsRedirect: true } },
        {
          port: { number: 443, name: `https-${credentialName}-tlsv1-3`, protocol: "HTTPS" },
          hosts: at,
          tls: { mode: "SIMPLE", credentialName, minProtocolVersion: "TLSV1_3" },
        },
      ],
    });
    expect(find("Gateway", "aikernel-gateway").spec).to.deep.equal(
      entrance("aikernel-cert", "api.aikernel.io", "catalog.aikernel.io"),
    );
    expect(find("Gateway", `${monitoring}-istio-ingress`, monitoring, addOns).spec).to.deep.equal(
      entrance("aikernel-monitoring-cert", "monitoring.aikernel.io"),
    );
  });

  describe("authorization", () => {
    it("asks for claims of the end user's token at each host", () => {
      const roles = (values: string[]): object[] => [{ key: "request.auth.claims[roles]", values }];
      const fromOutside = (name: string, namespace?: string): [unknown, unknown][] =>
        rules(name, namespace, everything())
          .filter(({ from }) => from?.[0]?.source.principals?.[0] === ingress)
          .map(({ to, when }) => [to[0]?.operation.methods, when]);
      const methods = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
      expect(fromOutside("api")).to.deep.equal([[methods, roles(["admin", "editor", "reader"])]]);
      expect(fromOutside("catalog-api")).to.deep.equal([
        [methods, roles(["admin", "editor"])],
        [["GET", "HEAD"], roles(["admin", "editor", "reader"])],
      ]);
      expect(fromOutside("grafana", "aikernel-monitoring")).to.deep.equal([
        [undefined, roles(["admin", "operator"])],
      ]);
      for (const namespace of ["aikernel", "aikernel-monitoring"]) {
        expect(find("RequestAuthentication", "default", namespace, everything())).to.have.nested.property(
          "spec.jwtRules[0].issuer",
          "https://auth.aikernel.io",
        );
      }
    });

    it("names each service's callers across the namespaces", () => {
      const callers = (name: string, namespace: string): string[] =>
        rules(name, namespace, everything()).flatMap(({ from = [] }) =>
          from.flatMap(({ source }) => source.principals ?? source.namespaces ?? []),
        );
      expect(callers("catalog-db", "aikernel-data")).to.deep.equal([account("catalog-api")]);
      expect(callers("message-broker", "aikernel-infrastructure")).to.deep.equal([
        account("api"),
        account("catalog-api"),
        account("message-broker", "aikernel-infrastructure"),
      ]);
      const inside = (name: string): string => account(name, monitoring);
      expect(callers("mesh-prometheus", monitoring)).to.have.members([inside("grafana"), inside("kiali")]);
      expect(callers("grafana", monitoring)).to.have.members([inside("kiali"), ingress]);
      expect(callers("jaeger", monitoring)).to.have.members([
        ...namespaces.filter((name) => name !== monitoring),
        account("istio-egress", "istio-egress"),
        ingress,
        inside("grafana"),
        inside("kiali"),
      ]);
      expect(addOns.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.not.include(
        "AuthorizationPolicy kiali",
      );
    });

    it("gives catalog-api traffic while it answers where the document asks for its health", () => {
      const probe = "spec.template.spec.containers[0].readinessProbe";
      expect(find("Deployment", "catalog-api")).to.have.deep.nested.property(probe, {
        httpGet: { path: "/health", port: 8080 },
        periodSeconds: 10,
        timeoutSeconds: 1,
        failureThreshold: 3,
      });
      expect(find("Deployment", "api")).to.not.have.nested.property(probe);
    });

    it("lets the document's test client ask for catalog-api's health, but not in production", () => {
      const client = account("sleep", "test-mesh");
      expect(JSON.stringify(objects)).to.not.include(client);
      const dev = rules("catalog-api", "aikernel", render({ environment: "dev" }));
      expect(dev.filter(({ from }) => from?.[0]?.source.principals?.[0] === client)).to.deep.equal([
        {
          from: [{ source: { principals: [client] } }],
          to: [{ operation: { ports: ["8080"], methods: ["GET"], paths: ["/health"] } }],
        },
      ]);
    });
  });

  it("denies by the network too, and allows what the calls say", () => {
    for (const namespace of namespaces) {
      expect(find("NetworkPolicy", "default-deny", namespace, everything()).spec).to.deep.equal({
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
      });
    }
    const within = (namespace: string, pods: object): object => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      podSelector: { matchLabels: pods },
    });
    expect(find("NetworkPolicy", "catalog-db", "aikernel-data")).to.have.deep.nested.property(
      "spec.ingress",
      [
        {
          from: [within("aikernel", { app: "catalog-api" })],
          ports: [{ protocol: "TCP", port: 5432 }],
        },
      ],
    );
    const { egress } = find("NetworkPolicy", "api").spec as { egress: object[] };
    expect(egress).to.deep.include({
      to: [within("istio-egress", { istio: "egress" })],
      ports: [{ protocol: "TCP", port: 80 }],
    });
  });

  it("reaches the provider of models through the egress gateway only, by api only", () => {
    expect(find("ServiceEntry", "model-provider").spec).to.deep.equal({
      hosts: ["models.example.com"],
      exportTo: [".", "istio-egress"],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 443 }],
    });
    expect(find("DestinationRule", "model-provider")).to.have.deep.nested.property("spec.trafficPolicy.tls", {
      mode: "SIMPLE",
      sni: "models.example.com",
      caCertificates: "system",
    });
    expect(rules("aikernel", "istio-egress")).to.deep.equal([
      {
        from: [{ source: { principals: [account("api")] } }],
        to: [
          {
            operation: {
              hosts: ["models.example.com", "models.example.com:*"],
              ports: ["80"],
              methods: ["POST"],
              paths: ["/v1/*"],
            },
          },
        ],
      },
    ]);
    for (const { kind, spec } of objects) {
      if (kind !== "Sidecar") continue;
      expect(spec).to.have.deep.property("outboundTrafficPolicy", { mode: "REGISTRY_ONLY" });
    }
    const knowing = objects.filter(
      (object) => object.kind === "Sidecar" && JSON.stringify(object).includes("models.example.com"),
    );
    expect(knowing.map(({ metadata }) => metadata.name)).to.deep.equal(["api"]);
  });

  it("sends its spans to Jaeger, which is in every Sidecar", () => {
    const service = `jaeger.${monitoring}.svc.cluster.local`;
    const { istiod } = planOf(settings("prod")).controlPlane;
    expect(istiod?.meshConfig?.extensionProviders).to.deep.equal([
      { name: "jaeger", opentelemetry: { service, port: 4317 } },
    ]);
    for (const { kind, metadata, spec } of objects) {
      if (kind !== "Sidecar") continue;
      const { egress } = spec as { egress: { hosts: string[] }[] };
      expect(egress[0]?.hosts, metadata.name).to.include(`${monitoring}/${service}`);
    }
    const sampling = (environment: Environment): unknown =>
      find("Telemetry", "default", "aikernel", render({ environment })).spec;
    expect(sampling("prod")).to.have.nested.property("tracing[0].randomSamplingPercentage", 1);
    expect(sampling("dev")).to.have.nested.property("tracing[0].randomSamplingPercentage", 100);
    // A trace of every span that arrives would be a span that arrives.
    expect(find("Telemetry", "default", monitoring, addOns).spec).to.not.have.property("tracing");
  });

  it("keeps samples on the document's storage class, and spans where Jaeger's replicas share them", () => {
    const { prometheus, jaeger } = watched("prod").releases;
    expect(prometheus.values).to.have.deep.nested.property(
      "prometheus.prometheusSpec.storageSpec.volumeClaimTemplate.spec",
      {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "50Gi" } },
        storageClassName: "fast-ssd",
      },
    );
    expect(jaeger.values).to.have.deep.nested.property(
      "userconfig.extensions.jaeger_storage.backends.spans.elasticsearch.server_urls",
      ["http://search.example.com"],
    );
    expect(find("ServiceEntry", "span-store", monitoring, addOns)).to.have.deep.nested.property(
      "spec.hosts",
      ["search.example.com"],
    );
    expect(addOns.map(({ kind }) => kind)).to.not.include("PersistentVolumeClaim");
  });

  it("needs no suppression", () => {
    for (const environment of ["dev", "prod"] as const) {
      expect(catalog({ environment })).to.not.have.property("suppressions");
    }
  });
});
