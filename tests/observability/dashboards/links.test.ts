import { expect } from "chai";
import { checkMesh } from "../../../mesh";
import { renderDashboards } from "../../../observability/dashboards";
import { dashboardUid, linksOf, localToolUrls } from "../../../observability/dashboards/links";

const { mesh } = checkMesh({
  name: "shop",
  services: { cart: { ports: { http: { port: 8081, protocol: "http" } } } },
});
if (!mesh) throw new Error("unreachable: the catalog is right");

describe("observability/dashboards/links", () => {
  it("lead from a service to its dashboard, to Kiali and to its traces", () => {
    const urls = { kiali: "https://kiali.example.com/kiali", jaeger: "https://traces.example.com" };
    expect(linksOf(mesh, urls)).to.deep.include({
      tools: [
        {
          title: "Kiali",
          url: "https://kiali.example.com/kiali/console/graph/namespaces?namespaces=shop",
        },
        { title: "Jaeger", url: "https://traces.example.com/search" },
      ],
    });
    expect(linksOf(mesh, urls).runbook).to.equal(undefined);
    const runbooks = "https://runbooks.example.com";
    expect(linksOf(mesh, { ...urls, runbooks }).runbook?.("HighErrorRate")).to.deep.equal([
      { title: "Runbook", url: "https://runbooks.example.com/HighErrorRate.md" },
    ]);
    expect(linksOf(mesh, urls).ofService("cart", "shop")).to.deep.equal([
      { title: "Dashboard", url: "/d/shop-services?var-service=cart" },
      { title: "Kiali", url: "https://kiali.example.com/kiali/console/namespaces/shop/services/cart" },
      { title: "Traces", url: "https://traces.example.com/search?service=cart.shop" },
    ]);
  });

  it("are on every dashboard, beside a menu of the platform's others", () => {
    for (const { uid, links, tags } of renderDashboards(mesh)) {
      expect(tags, uid).to.deep.equal(["meshwright", "shop"]);
      expect(links, uid).to.containSubset([
        { type: "dashboards", title: "shop", tags: ["shop"], asDropdown: true, keepTime: true },
        { type: "link", title: "Kiali", url: linksOf(mesh, localToolUrls).tools[0]?.url },
        { type: "link", title: "Jaeger", url: "http://localhost:16686/search" },
      ]);
    }
  });

  it("have uids that Grafana takes, however long the platform's name is", () => {
    expect(dashboardUid({ ...mesh, name: "a".repeat(63) }, "certificates")).to.equal(
      `${"a".repeat(27)}-certificates`,
    );
  });
});
