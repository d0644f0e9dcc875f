import type { Mesh } from "../../catalog";
import type { DashboardKey, Link } from "./definition";

/** Where the other tools are for whoever looks at a dashboard: addresses for a browser, without a slash at the end. */
export interface ToolUrls {
  /** Default: where `meshwright open kiali` puts it. */
  readonly kiali: string;
  /** Default: where `meshwright open jaeger` puts it. */
  readonly jaeger: string;
  /** Where the alerts' pages are served. Default: nowhere, so alerts lead to none. */
  readonly runbooks?: string;
}

export const localToolUrls: ToolUrls = {
  kiali: "http://localhost:20001/kiali",
  jaeger: "http://localhost:16686",
};

/** The links between a platform's dashboards and to the other tools. */
export interface Links {
  /** For the top of every dashboard. */
  readonly tools: readonly Link[];
  /** What a click on a service offers; `service` and `namespace` may be Grafana's own variables. */
  readonly ofService: (service: string, namespace: string) => readonly Link[];
  /** The same where nobody knows its namespace. */
  readonly dashboardOf: (service: string) => Link;
  /** What a click on an alert offers; its name may be Grafana's own variable. */
  readonly runbook?: (alert: string) => readonly Link[];
}

export function linksOf(mesh: Mesh, { kiali, jaeger, runbooks }: ToolUrls): Links {
  const list = mesh.namespaces.join(",");
  const dashboardOf = (service: string): Link => ({
    title: "Dashboard",
    url: `/d/${dashboardUid(mesh, "services")}?var-service=${service}`,
  });
  return {
    tools: [
      { title: "Kiali", url: `${kiali}/console/graph/namespaces?namespaces=${list}` },
      { title: "Jaeger", url: `${jaeger}/search` },
    ],
    dashboardOf,
    ofService: (service, namespace) => [
      dashboardOf(service),
      { title: "Kiali", url: `${kiali}/console/namespaces/${namespace}/services/${service}` },
      // A proxy's service in traces is the label `app` and the namespace, or the workload and the namespace without it.
      { title: "Traces", url: `${jaeger}/search?service=${service}.${namespace}` },
    ],
    ...(runbooks !== undefined && {
      runbook: (alert) => [{ title: "Runbook", url: `${runbooks}/${alert}.md` }],
    }),
  };
}

/** A dashboard's address in Grafana, which must never change: at most 40 characters. */
export function dashboardUid({ name }: Mesh, key: DashboardKey): string {
  return `${name.slice(0, 39 - key.length)}-${key}`;
}
