import { defineMesh } from "../../catalog";
import type { CheckedMesh } from "../../checks";
import { checkMesh } from "../../mesh";
import type { ObservabilityArgs } from "../../components";

const catalog = (collector: string) =>
  defineMesh({
    name: "shop",
    services: {
      web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { cart: {} } },
      cart: { ports: { http: { port: 8081, protocol: "http" } } },
    },
    jwtRules: [{ issuer: "https://auth.example.com" }],
    networkPolicies: {},
    telemetry: {
      metrics: { provider: "prometheus" },
      tracing: {
        provider: "spans",
        service: `${collector}.monitoring.svc.cluster.local`,
        randomSamplingPercentage: 1,
      },
    },
  });

const checked = (definition: unknown): CheckedMesh => {
  const { mesh } = checkMesh(definition);
  if (mesh === undefined) throw new Error("the catalog has errors");
  return mesh;
};

interface Watched {
  readonly mesh: CheckedMesh;
  readonly args: ObservabilityArgs;
}

/** A small mesh, and nothing asked of what watches it. */
export function nothing(): Watched {
  const small = catalog("jaeger");
  return { mesh: checked(small), args: { catalog: small } };
}

/** A small mesh, and everything asked of what watches it, as far as it goes together. */
export function everything(): Watched {
  const small = catalog("opentelemetry-collector");
  const resources = { requests: { cpu: "1" } };
  const exposure = (host: string) => ({ host, credentialName: "cert", claims: { roles: ["operator"] } });
  return {
    mesh: checked(small),
    args: {
      catalog: small,
      chartRepository: "https://charts.example.com",
      imageRegistry: "registry.example.com",
      storageClass: "fast",
      timeoutSeconds: 60,
      prometheus: {
        replicas: 2,
        storage: "50Gi",
        retention: "30d",
        alertmanagers: ["alertmanager-0.alertmanager.alerting.svc.cluster.local", "alerts.example.com"],
        resources,
        exposure: exposure("prometheus.example.com"),
      },
      grafana: { replicas: 2, resources, exposure: exposure("grafana.example.com") },
      jaeger: {
        replicas: 3,
        elasticsearchHost: "search.example.com",
        elasticsearchSecret: "search",
        resources,
        exposure: exposure("jaeger.example.com"),
      },
      kiali: { replicas: 2, resources, exposure: exposure("kiali.example.com") },
      collector: { replicas: 2, resources },
    },
  };
}
