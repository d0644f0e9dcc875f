import { expect } from "chai";
import { istioDashboards, istioDashboardUrls } from "../../../observability";

describe("observability/dashboards/istio", () => {
  it("names the file of exactly one release, or of a mirror", () => {
    const urls = istioDashboardUrls("1.31.0");
    expect(Object.keys(urls)).to.deep.equal(Object.keys(istioDashboards));
    expect(urls["istio-mesh"]).to.deep.equal({
      url: "https://raw.githubusercontent.com/istio/istio/1.31.0/manifests/addons/dashboards/istio-mesh-dashboard.gen.json",
    });
    expect(istioDashboardUrls("1.31.0", "https://mirror.example.com/istio")["istio-service"]).to.deep.equal({
      url: "https://mirror.example.com/istio/1.31.0/manifests/addons/dashboards/istio-service-dashboard.json",
    });
  });
});
