import { subjectOf } from "../../cli/proof/subject";

const http = { port: 8080, protocol: "http" };
const workload = { image: "registry.example.com/app:1", replicas: 1 };
/** A catalog with dry runs of calls and of a gateway's route, whose access logs have their results. */
export const dryRunCatalog = {
  name: "shop",
  telemetry: { accessLogging: { provider: "envoy" } },
  services: {
    web: {
      ports: { http },
      workload,
      calls: { cart: { dryRun: { methods: ["GET"], paths: ["/items/*"] } } },
    },
    worker: { ports: { http }, workload, calls: { cart: { methods: ["POST"] } } },
    nightly: { ports: { http }, workload, calls: { cart: { dryRun: "denied" } } },
    cart: { ports: { http }, workload },
    stock: { ports: { http }, workload },
  },
  gateways: {
    edge: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop-cert" },
          routes: [
            { prefix: "/prices", service: "stock" },
            { prefix: "/items", service: "stock", dryRun: { methods: ["GET"] } },
          ],
        },
      },
    },
  },
};

export const dryRunShop = subjectOf({ name: "shop", catalog: dryRunCatalog });
