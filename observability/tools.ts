import { hostOf } from "../catalog";

/** An add-on, as callers use it. */
export interface ToolFacts {
  /** Name of its Service, of its service account, and of the label `app` of its pods. */
  readonly service: string;
  /** Name of its Service's port. */
  readonly portName: string;
  readonly port: number;
  /** Port that its pods listen on. */
  readonly targetPort: number;
  /** Path of its first page. */
  readonly path: string;
  /** Whether it requires a login. Otherwise every client that can connect sees everything. */
  readonly login: boolean;
}

/** Full name of the release of kube-prometheus-stack, the prefix of its objects' names. */
export const stackName = "mesh";

/** These values match the official charts with the values of `components/addOns/`. */
export const tools = {
  prometheus: {
    service: `${stackName}-prometheus`,
    portName: "http-web",
    port: 9090,
    targetPort: 9090,
    path: "/",
    login: false,
  },
  grafana: { service: "grafana", portName: "http", port: 80, targetPort: 3000, path: "/", login: true },
  jaeger: {
    service: "jaeger",
    portName: "http-query",
    port: 16686,
    targetPort: 16686,
    path: "/",
    login: false,
  },
  kiali: { service: "kiali", portName: "http", port: 20001, targetPort: 20001, path: "/kiali", login: true },
} as const satisfies Record<string, ToolFacts>;

export type Tool = keyof typeof tools;

/** Service of the OpenTelemetry collector, which has no pages. */
export const collectorService = "opentelemetry-collector";

/** URL of an add-on in the cluster, without a final slash. */
export function toolUrl(tool: Tool, namespace: string): string {
  const { service, port, path } = tools[tool];
  const authority = `${hostOf(service, namespace)}${port === 80 ? "" : `:${port}`}`;
  return `http://${authority}${path === "/" ? "" : path}`;
}
