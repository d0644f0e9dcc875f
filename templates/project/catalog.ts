import { defineMesh, type Environment } from "meshwright";

/** The services, and which service calls which. Every policy, route and limit of the mesh is rendered from it. */
export const catalog = (environment: Environment = "prod", host = "my-mesh.example.org") =>
  defineMesh({
    name: "my-mesh",
    gateways: {
      "my-mesh": {
        hosts: {
          [host]: {
            tls: { credentialName: "my-mesh-cert" },
            routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
          },
        },
      },
    },
    services: {
      web: {
        ports: { http: { port: 8080, protocol: "http" } },
        calls: { api: { methods: ["GET"], paths: ["/items", "/items/*"] } },
        workload: {
          image: "registry.example.com/web:1.0.0",
          replicas: environment === "prod" ? 3 : 1,
        },
      },
      api: {
        ports: { http: { port: 8081, protocol: "http" } },
        resilience: { timeout: "5s", retries: { attempts: 2 } },
        workload: {
          image: "registry.example.com/api:1.0.0",
          replicas: environment === "prod" ? 3 : 1,
        },
      },
    },
  });
