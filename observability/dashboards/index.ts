import type { Mesh } from "../../catalog";
import { buildDashboard, type DashboardModel } from "./build";
import { canaryCompare } from "./canary";
import { certificates } from "./certificates";
import type { DashboardDefinition } from "./definition";
import { dashboardUid, linksOf, localToolUrls, type ToolUrls } from "./links";
import { overview } from "./overview";
import { resilience } from "./resilience";
import { security } from "./security";
import { services } from "./services";

/** The dashboards of a platform, in reading order. */
export function dashboardDefinitions(mesh: Mesh, urls: ToolUrls = localToolUrls): DashboardDefinition[] {
  const links = linksOf(mesh, urls);
  return [
    overview(mesh, links),
    services(mesh),
    security(mesh, links),
    resilience(mesh, links),
    ...canaryCompare(mesh),
    certificates(mesh),
  ];
}

/** The dashboards of a platform as Grafana's JSON models. */
export function renderDashboards(mesh: Mesh, urls: ToolUrls = localToolUrls): DashboardModel[] {
  return dashboardDefinitions(mesh, urls).map((definition) =>
    buildDashboard(definition, {
      uid: dashboardUid(mesh, definition.key),
      tag: mesh.name,
      links: linksOf(mesh, urls).tools,
    }),
  );
}
