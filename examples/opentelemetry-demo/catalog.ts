import { defineMesh, type Protocol } from "../../index";

/** Name of the Helm release: also of the account of its components, and a label of the charts that it depends on. */
const release = "otel-demo";

/** The chart's own components share an account, and its Services call nearly every port `tcp-service`. */
const component = <const Name extends string>(name: Name) =>
  ({
    serviceAccount: { name: release },
    selector: { "opentelemetry.io/name": name },
  }) as const;

const listening = <const Name extends string, const Spoken extends Protocol>(
  name: Name,
  port: number,
  protocol: Spoken,
) => ({ ...component(name), service: "adopt", ports: { "tcp-service": { port, protocol } } }) as const;

/** Nothing waits for the collector's response. */
const grpcSpans = { "otel-collector": { port: "otlp", asynchronous: true } } as const;
const httpSpans = { "otel-collector": { port: "otlp-http", methods: ["POST"], asynchronous: true } } as const;
const flags = { flagd: { port: "rpc" } } as const;
const get = { methods: ["GET"] } as const;
const queue = { kafka: { port: "plaintext" } } as const;

/** The OpenTelemetry demo, as its Helm chart deploys it into the namespace `otel-demo`. */
export const catalog = defineMesh({
  name: "otel-demo",
  environment: "dev",
  // Helm's user creates the namespace, so destroying this catalog's stack must not delete it.
  sharedNamespaces: ["otel-demo"],
  services: {
    "frontend-proxy": {
      ...listening("frontend-proxy", 8080, "http"),
      calls: {
        frontend: {},
        "image-provider": get,
        "telemetry-docs": get,
        chatbot: {},
        flagd: [{ port: "rpc" }, { port: "tcp-service-0" }],
        "opamp-server": { port: "opamp-ui" },
        grafana: {},
        jaeger: { port: "http-query" },
        "otel-collector": [
          { port: "otlp", asynchronous: true },
          { port: "otlp-http", methods: ["POST"], asynchronous: true },
        ],
      },
    },
    frontend: {
      ...listening("frontend", 8080, "http"),
      calls: {
        ...grpcSpans,
        ...flags,
        ad: { port: "tcp-service" },
        cart: {},
        checkout: {},
        currency: {},
        "product-catalog": {},
        recommendation: {},
        shipping: { methods: ["POST"], paths: ["/get-quote"] },
      },
    },
    ad: {
      ...component("ad"),
      service: "adopt",
      ports: {
        prometheus: { port: 9465, protocol: "http" },
        "tcp-service": { port: 8080, protocol: "grpc" },
      },
      calls: { ...httpSpans, ...flags },
    },
    cart: { ...listening("cart", 8080, "grpc"), calls: { ...grpcSpans, ...flags, "valkey-cart": {} } },
    checkout: {
      ...listening("checkout", 8080, "grpc"),
      calls: {
        ...httpSpans,
        ...flags,
        ...queue,
        cart: {},
        currency: {},
        email: { methods: ["POST"], paths: ["/send_order_confirmation"] },
        payment: {},
        "product-catalog": {},
        shipping: { methods: ["POST"], paths: ["/get-quote", "/ship-order"] },
      },
    },
    currency: { ...listening("currency", 8080, "grpc"), calls: grpcSpans },
    email: { ...listening("email", 8080, "http"), calls: { ...httpSpans, ...flags } },
    payment: { ...listening("payment", 8080, "grpc"), calls: { ...grpcSpans, ...flags } },
    "product-catalog": {
      ...listening("product-catalog", 8080, "grpc"),
      calls: { ...grpcSpans, ...flags, "astronomy-db": {} },
    },
    quote: { ...listening("quote", 8080, "http"), calls: httpSpans },
    recommendation: {
      ...listening("recommendation", 8080, "grpc"),
      calls: { ...grpcSpans, ...flags, "product-catalog": {} },
    },
    shipping: {
      ...listening("shipping", 8080, "http"),
      calls: { ...httpSpans, ...flags, quote: { methods: ["POST"] } },
    },
    "image-provider": { ...listening("image-provider", 8081, "http"), calls: grpcSpans },
    "telemetry-docs": { ...listening("telemetry-docs", 8000, "http"), calls: grpcSpans },
    agent: { ...listening("agent", 8010, "http"), calls: { ...httpSpans, mcp: {}, frontend: {}, llm: {} } },
    chatbot: { ...listening("chatbot", 7860, "http"), calls: { ...httpSpans, agent: {} } },
    mcp: { ...listening("mcp", 8011, "http"), calls: { ...httpSpans, frontend: {} } },
    "opamp-server": {
      ...component("opamp-server"),
      service: "adopt",
      ports: { opamp: { port: 4320, protocol: "http" }, "opamp-ui": { port: 4321, protocol: "http" } },
    },
    flagd: {
      ...component("flagd"),
      service: "adopt",
      ports: {
        rpc: { port: 8013, protocol: "grpc" },
        ofrep: { port: 8016, protocol: "http" },
        "tcp-service-0": { port: 4000, protocol: "http" },
      },
      calls: httpSpans,
    },
    // These three have no ports: they consume a queue, or only call.
    accounting: { ...component("accounting"), calls: { ...httpSpans, ...queue, "astronomy-db": {} } },
    "fraud-detection": { ...component("fraud-detection"), calls: { ...httpSpans, ...flags, ...queue } },
    "load-generator": {
      ...component("load-generator"),
      calls: { ...httpSpans, "frontend-proxy": {}, flagd: { port: "ofrep", methods: ["POST"] } },
    },
    kafka: {
      ...component("kafka"),
      service: "adopt",
      ports: { plaintext: { port: 9092, protocol: "tcp" }, controller: { port: 9093, protocol: "tcp" } },
      calls: { ...httpSpans, kafka: { port: "controller" } },
    },
    "valkey-cart": {
      ...component("valkey-cart"),
      service: "adopt",
      ports: { "valkey-cart": { port: 6379, protocol: "tcp" } },
    },
    // The name of its port says TCP already.
    "astronomy-db": {
      ...component("astronomy-db"),
      ports: { "tcp-service": { port: 5432, protocol: "tcp" } },
    },

    // The charts that the demo's chart depends on.
    "otel-collector": {
      serviceAccount: { name: "otel-collector" },
      selector: {
        "app.kubernetes.io/name": "opentelemetry-collector",
        "app.kubernetes.io/instance": release,
        component: "agent-collector",
      },
      service: "adopt",
      // All that the Service has, though some have no callers.
      ports: {
        "jaeger-grpc": { port: 14250, protocol: "grpc" },
        "jaeger-thrift": { port: 14268, protocol: "http" },
        metrics: { port: 8888, protocol: "http" },
        otlp: { port: 4317, protocol: "grpc" },
        "otlp-http": { port: 4318, protocol: "http" },
        zipkin: { port: 9411, protocol: "http" },
      },
      kubernetesApi: true,
      calls: {
        jaeger: { port: "otlp-grpc", asynchronous: true },
        prometheus: { methods: ["POST"], paths: ["/api/v1/otlp/*"], asynchronous: true },
        opensearch: { port: "http", asynchronous: true },
        "opamp-server": { port: "opamp", methods: ["GET"], asynchronous: true },
        kafka: { port: "plaintext" },
        ad: { port: "prometheus", methods: ["GET"], paths: ["/metrics"], asynchronous: true },
      },
    },
    jaeger: {
      serviceAccount: { name: "jaeger" },
      selector: {
        "app.kubernetes.io/name": "jaeger",
        "app.kubernetes.io/instance": release,
        "app.kubernetes.io/component": "all-in-one",
      },
      ports: {
        "otlp-grpc": { port: 4317, protocol: "grpc" },
        "http-query": { port: 16686, protocol: "http" },
      },
      calls: { prometheus: get },
    },
    prometheus: {
      serviceAccount: { name: "prometheus" },
      selector: {
        "app.kubernetes.io/name": "prometheus",
        "app.kubernetes.io/instance": release,
        "app.kubernetes.io/component": "server",
      },
      ports: { http: { port: 9090, protocol: "http" } },
    },
    grafana: {
      serviceAccount: { name: "grafana" },
      selector: { "app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": release },
      service: "adopt",
      ports: { service: { port: 80, targetPort: 3000, protocol: "http" } },
      kubernetesApi: true,
      calls: {
        prometheus: {},
        jaeger: { port: "http-query" },
        opensearch: { port: "http" },
        "grafana-plugins": {},
      },
    },
    opensearch: {
      // Its pods name no account, and nothing admits them.
      serviceAccount: { name: "default" },
      selector: { "app.kubernetes.io/name": "opensearch", "app.kubernetes.io/instance": release },
      ports: { http: { port: 9200, protocol: "http" } },
    },
  },
  externalServices: {
    "grafana-plugins": { host: "grafana.com", ports: { https: { port: 443, protocol: "tls" } } },
    llm: { host: "local-llm.com", ports: { https: { port: 443, protocol: "tls" } } },
  },
  gateways: {
    demo: {
      hosts: {
        "demo.example.com": {
          tls: { credentialName: "demo-cert" },
          routes: [{ prefix: "/", service: "frontend-proxy" }],
        },
      },
    },
  },
  networkPolicies: {},
  suppressions: [
    {
      code: "MW340",
      path: "services",
      reason:
        "the chart has one account for all of its components; the NetworkPolicies tell them apart by their labels",
    },
    {
      code: "MW404",
      path: "services.flagd.resilience.retries",
      reason: "a service that cannot read a flag uses its default value and reports no error to its caller",
    },
  ],
});
