import { hostOf } from "../catalog";

/** A tool that watches the mesh, as others reach it. */
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
  /** Whether it asks people who they are; otherwise whoever reaches it sees everything. */
  readonly login: boolean;
}

/** Full name of the release of kube-prometheus-stack, with which the names of its objects begin. */
export const stackName = "mesh";

/** Everything here holds for the official charts, with the values of `components/addOns/`. */
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

/** Service of the OpenTelemetry collector, which people don't look at. */
export const collectorService = "opentelemetry-collector";

/** Address of a tool inside the cluster, without a slash at its end. */
export function toolUrl(tool: Tool, namespace: string): string {
  const { service, port, path } = tools[tool];
  const authority = `${hostOf(service, namespace)}${port === 80 ? "" : `:${port}`}`;
  return `http://${authority}${path === "/" ? "" : path}`;
}
