import { defineMesh } from "../../index";

const grpc = (port: number, targetPort = port) => ({ grpc: { port, targetPort, protocol: "grpc" } }) as const;

/** Google's Online Boutique, as its release manifests deploy it into the namespace `default`. */
export const catalog = defineMesh({
  name: "online-boutique",
  environment: "dev",
  namespace: "default",
  services: {
    frontend: {
      ports: { http: { port: 80, targetPort: 8080, protocol: "http" } },
      calls: {
        adservice: {},
        cartservice: {},
        checkoutservice: {},
        currencyservice: {},
        productcatalogservice: {},
        recommendationservice: {},
        shippingservice: {},
        "google-metadata": {},
      },
    },
    adservice: { ports: grpc(9555) },
    cartservice: { ports: grpc(7070), calls: { "redis-cart": {} } },
    checkoutservice: {
      ports: grpc(5050),
      calls: {
        cartservice: {},
        currencyservice: {},
        emailservice: {},
        paymentservice: {},
        productcatalogservice: {},
        shippingservice: {},
      },
    },
    currencyservice: { ports: grpc(7000) },
    emailservice: { ports: grpc(5000, 8080) },
    paymentservice: { ports: grpc(50051) },
    productcatalogservice: { ports: grpc(3550) },
    recommendationservice: { ports: grpc(8080), calls: { productcatalogservice: {} } },
    shippingservice: { ports: grpc(50051) },
    // Its pods name no account, and nothing admits them.
    "redis-cart": {
      ports: { "tcp-redis": { port: 6379, protocol: "tcp" } },
      serviceAccount: { name: "default" },
    },
    // It has no ports: it only calls.
    loadgenerator: { calls: { frontend: {} } },
  },
  externalServices: {
    // frontend shows the zone and the cluster that it runs in.
    "google-metadata": {
      host: "metadata.google.internal",
      addresses: ["169.254.169.254"],
      ports: { http: { port: 80, protocol: "http" } },
    },
  },
  gateways: {
    "frontend-gateway": {
      hosts: {
        "boutique.example.com": {
          tls: { credentialName: "boutique-cert" },
          routes: [{ prefix: "/", service: "frontend" }],
        },
      },
    },
  },
  networkPolicies: {},
  suppressions: [
    {
      code: "MW604",
      path: "externalServices.google-metadata",
      reason: "Google Cloud's metadata server only speaks HTTP, and only on the node itself",
    },
  ],
});
