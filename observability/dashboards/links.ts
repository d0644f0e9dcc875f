import type { Mesh } from "../../catalog";
import { tools } from "../tools";
import type { DashboardKey, Link } from "./definition";

/** URLs of the other add-ons for a browser, without a final slash. */
export interface ToolUrls {
  /** URL of Kiali. Default: the local port of `meshwright open kiali`. */
  readonly kiali: string;
  /** URL of Jaeger. Default: the local port of `meshwright open jaeger`. */
  readonly jaeger: string;
  /** URL of the published alerts' pages. Default: none; alerts have no link. */
  readonly runbooks?: string;
}

export const localToolUrls: ToolUrls = {
  kiali: `http://localhost:${tools.kiali.targetPort}${tools.kiali.path}`,
  jaeger: `http://localhost:${tools.jaeger.targetPort}`,
};

/** The links between a platform's dashboards, and to the other add-ons. */
export interface Links {
  /** Links at the top of every dashboard. */
  readonly tools: readonly Link[];
  /** Links of a service. `service` and `namespace` may be Grafana's own variables. */
  readonly ofService: (service: string, namespace: string) => readonly Link[];
  /** The link of a service whose namespace is unknown. */
  readonly dashboardOf: (service: string) => Link;
  /** Links of an alert. Its name may be Grafana's own variable. */
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
      // A proxy's service in traces is its canonical name and namespace: `tracingServiceName` of the mesh configuration.
      { title: "Traces", url: `${jaeger}/search?service=${service}.${namespace}` },
    ],
    ...(runbooks !== undefined && {
      runbook: (alert) => [{ title: "Runbook", url: `${runbooks}/${alert}.md` }],
    }),
  };
}

/** A dashboard's UID in Grafana, which must never change: at most 40 characters. */
export function dashboardUid({ name }: Mesh, key: DashboardKey): string {
  return `${name.slice(0, 39 - key.length)}-${key}`;
}
