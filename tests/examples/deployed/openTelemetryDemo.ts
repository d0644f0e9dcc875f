import type { ServicePort, System } from "./system";

/** The Helm release. */
const release = "otel-demo";

const name = "opentelemetry.io/name";

/** The chart's own components and the ports of their Services; without ports there is no Service. */
const components: Readonly<Record<string, readonly ServicePort[]>> = {
  accounting: [],
  ad: [
    ["prometheus", 9465],
    ["tcp-service", 8080],
  ],
  agent: [["tcp-service", 8010]],
  "astronomy-db": [["tcp-service", 5432]],
  cart: [["tcp-service", 8080]],
  chatbot: [["tcp-service", 7860]],
  checkout: [["tcp-service", 8080]],
  currency: [["tcp-service", 8080]],
  email: [["tcp-service", 8080]],
  flagd: [
    ["rpc", 8013],
    ["ofrep", 8016],
    ["tcp-service-0", 4000],
  ],
  "fraud-detection": [],
  frontend: [["tcp-service", 8080]],
  "frontend-proxy": [["tcp-service", 8080]],
  "image-provider": [["tcp-service", 8081]],
  kafka: [
    ["plaintext", 9092],
    ["controller", 9093],
  ],
  "load-generator": [],
  mcp: [["tcp-service", 8011]],
  "opamp-server": [
    ["opamp", 4320],
    ["opamp-ui", 4321],
  ],
  payment: [["tcp-service", 8080]],
  "product-catalog": [["tcp-service", 8080]],
  quote: [["tcp-service", 8080]],
  recommendation: [["tcp-service", 8080]],
  shipping: [["tcp-service", 8080]],
  "telemetry-docs": [["tcp-service", 8000]],
  "valkey-cart": [["valkey-cart", 6379]],
};

const instance = (app: string): Record<string, string> => ({
  "app.kubernetes.io/name": app,
  "app.kubernetes.io/instance": release,
});
const collector = { ...instance("opentelemetry-collector"), component: "agent-collector" };
const jaeger = { ...instance("jaeger"), "app.kubernetes.io/component": "all-in-one" };
const prometheus = { ...instance("prometheus"), "app.kubernetes.io/component": "server" };

/** The OpenTelemetry demo 3.0.0: chart `opentelemetry-demo` 0.41.0, `helm install otel-demo -n otel-demo`. */
export const deployed: System = {
  namespace: "otel-demo",
  workloads: [
    ...Object.keys(components).map((component) => ({
      name: component,
      labels: {
        [name]: component,
        "app.kubernetes.io/name": component,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/version": "3.0.0",
      },
      selector: { [name]: component },
      account: release,
    })),
    { name: "otel-collector-agent", kind: "DaemonSet", labels: collector, account: "otel-collector" },
    { name: "jaeger", labels: jaeger, account: "jaeger" },
    { name: "prometheus", labels: prometheus, account: "prometheus" },
    { name: "grafana", labels: instance("grafana"), account: "grafana" },
    {
      name: "opensearch",
      kind: "StatefulSet",
      labels: { ...instance("opensearch"), "app.kubernetes.io/component": "opensearch" },
      selector: instance("opensearch"),
    },
  ],
  services: [
    ...Object.entries(components)
      .filter(([, ports]) => ports.length > 0)
      .map(([component, ports]) => ({ name: component, selector: { [name]: component }, ports })),
    {
      name: "otel-collector",
      selector: collector,
      ports: [
        ["jaeger-grpc", 14250],
        ["jaeger-thrift", 14268],
        ["metrics", 8888],
        ["otlp", 4317, 4317, "grpc"],
        ["otlp-http", 4318],
        ["zipkin", 9411],
      ],
    },
    {
      name: "jaeger",
      selector: jaeger,
      ports: [
        ["config-rest", 5778],
        ["http-zipkin", 9411, 9411, "http"],
        ["grpc-http", 14250, 14250, "grpc"],
        ["c-tchan-trft", 14267],
        ["http-c-binary-trft", 14268, 14268, "http"],
        ["otlp-grpc", 4317, 4317, "grpc"],
        ["otlp-http", 4318, 4318, "http"],
        ["http-query", 16686],
        ["grpc-query", 16685],
        ["internal-metrics", 8888, 8888, "http"],
        ["span-metrics", 8889, 8889, "http"],
      ],
    },
    { name: "prometheus", selector: prometheus, ports: [["http", 9090]] },
    { name: "grafana", selector: instance("grafana"), ports: [["service", 80, 3000]] },
    {
      name: "opensearch",
      selector: instance("opensearch"),
      ports: [
        ["http", 9200],
        ["transport", 9300],
        ["metrics", 9600],
      ],
    },
  ],
};
