import { expect } from "chai";
import { checkMesh } from "../../mesh";
import { renderObservability } from "../../observability";
import { dashboardConfigMaps } from "../../observability/dashboardConfigMap";
import { renderDashboards } from "../../observability/dashboards";
import { platformNames, platforms } from "../../platforms";

const { mesh } = checkMesh({
  name: "shop",
  services: { cart: { ports: { http: { port: 8081, protocol: "http" } } } },
});
if (!mesh) throw new Error("unreachable: the catalog is right");
const namespace = "monitoring";

describe("observability/dashboardConfigMap", () => {
  it("carries one dashboard each, with what Grafana's sidecar looks for", () => {
    const [first, ...others] = dashboardConfigMaps(mesh, { namespace });
    const [overview] = renderDashboards(mesh);
    expect(first).to.deep.equal({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "dashboard-shop-overview",
        namespace,
        labels: {
          "app.kubernetes.io/managed-by": "meshwright",
          "app.kubernetes.io/part-of": "shop",
          grafana_dashboard: "1",
        },
        annotations: { "meshwright.dev/from": "services", grafana_folder: "shop" },
      },
      data: { "shop-overview.json": `${JSON.stringify(overview, null, 2)}\n` },
    });
    expect(others).to.have.length(4);
  });

  it("leads from alerts to their pages, where these are served", () => {
    const text = (runbookUrl?: string): string =>
      JSON.stringify(
        dashboardConfigMaps(mesh, { namespace, ...(runbookUrl !== undefined && { runbookUrl }) }),
      );
    expect(text("https://runbooks.example.com/")).to.include(
      "https://runbooks.example.com/${__value.raw}.md",
    );
    expect(text()).to.not.include("Runbook");
  });

  it("is among the objects that watch a mesh", () => {
    const names = renderObservability(mesh, { namespace })
      .filter(({ kind }) => kind === "ConfigMap")
      .map((object) => object.metadata.name);
    expect(names).to.deep.equal(
      ["certificates", "overview", "resilience", "security", "services"].map(
        (key) => `dashboard-shop-${key}`,
      ),
    );
  });

  it("fits `kubectl apply`, which writes the object into an annotation of 256 KiB", () => {
    for (const name of platformNames) {
      const { mesh: platform } = checkMesh(platforms[name].catalog("prod", {}));
      if (!platform) throw new Error(`unreachable: ${name} is right`);
      for (const object of dashboardConfigMaps(platform, { namespace })) {
        expect(JSON.stringify(object).length, object.metadata.name).to.be.below(256 * 1024);
      }
    }
  });
});
