import { toolUrl, tools } from "../../observability";
import { apart } from "../apart";
import type { ExposureArgs } from "../observabilityArgs";
import type { KialiValues } from "../observabilityValues";
import type { Context } from "./context";
import { grafanaAdmin } from "./grafana";

/** Secret with the key that signs Kiali's sessions: 16, 24 or 32 bytes. */
export const kialiSigningKey = { secret: "kiali-signing-key", key: "key", bytes: 32 } as const;

/** Values of Kiali, linked with the other add-ons. */
export function kialiValues({ namespace, mesh, kiali = {}, ...context }: Context): KialiValues {
  const { replicas = 1, resources, writable = false, exposure } = kiali;
  const { service } = tools.kiali;
  const { secret, key } = kialiSigningKey;
  const outside = (tool: { exposure?: ExposureArgs } | undefined) =>
    tool?.exposure && { external_url: `https://${tool.exposure.host}` };
  return {
    auth: { strategy: "token" },
    deployment: {
      instance_name: service,
      ...(context.imageRegistry !== undefined && { image_name: `${context.imageRegistry}/kiali/kiali` }),
      replicas,
      ...(resources && { resources }),
      view_only_mode: !writable,
      // The chart's NetworkPolicy would block the port that Prometheus scrapes. The catalog's NetworkPolicies are more
      // specific.
      network_policy: { enabled: false },
      ...(replicas > 1 && {
        affinity: { pod_anti: apart({ app: service }).podAntiAffinity },
        pod_disruption_budget: { spec: { minAvailable: 1 } },
      }),
    },
    external_services: {
      istio: { root_namespace: mesh.rootNamespace },
      prometheus: { url: toolUrl("prometheus", namespace) },
      grafana: {
        enabled: true,
        internal_url: toolUrl("grafana", namespace),
        ...outside(context.grafana),
        auth: {
          type: "basic",
          username: `secret:${grafanaAdmin.secret}:${grafanaAdmin.userKey}`,
          password: `secret:${grafanaAdmin.secret}:${grafanaAdmin.passwordKey}`,
        },
      },
      tracing: {
        enabled: true,
        provider: "jaeger",
        internal_url: toolUrl("jaeger", namespace),
        ...outside(context.jaeger),
        use_grpc: false,
      },
    },
    login_token: { signing_key: `secret:${secret}:${key}` },
    server: {
      web_root: tools.kiali.path,
      ...(exposure && { web_fqdn: exposure.host, web_schema: "https", web_port: "443" }),
    },
  };
}
