import type { System } from "./system";

const ports: Readonly<Record<string, System["services"][number]["ports"][number]>> = {
  adservice: ["grpc", 9555],
  cartservice: ["grpc", 7070],
  checkoutservice: ["grpc", 5050],
  currencyservice: ["grpc", 7000],
  emailservice: ["grpc", 5000, 8080],
  frontend: ["http", 80, 8080],
  paymentservice: ["grpc", 50051],
  productcatalogservice: ["grpc", 3550],
  recommendationservice: ["grpc", 8080],
  "redis-cart": ["tcp-redis", 6379],
  shippingservice: ["grpc", 50051],
};

/** Google's Online Boutique 0.10.6: `release/kubernetes-manifests.yaml`, without the Service `frontend-external`. */
export const deployed: System = {
  namespace: "default",
  workloads: [...Object.keys(ports), "loadgenerator"].map((app) => ({
    name: app,
    labels: { app },
    ...(app !== "redis-cart" && { account: app }),
  })),
  services: Object.entries(ports).map(([app, port]) => ({ name: app, selector: { app }, ports: [port] })),
};
