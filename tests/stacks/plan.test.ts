import { expect } from "chai";
import { planOf } from "../../stacks/plan";
import { type Platform } from "../../stacks/platform";
import { platforms } from "../../stacks/platforms";
import { readSettings } from "../../stacks/settings";

/** Releases of the gateways of a stack where Grafana's host is at the gateway `release`. */
function gateways(release: string, observability: boolean): string[] {
  const settings = readSettings({
    get: (key) => ({ platform: "alfred", observability: String(observability) })[key],
  });
  const platform = platforms.alfred as { observability?: Platform["observability"] };
  const before = platform.observability;
  platform.observability = () => ({
    grafana: {
      exposure: {
        host: "grafana.example.org",
        release,
        credentialName: "grafana-cert",
        claims: { roles: ["ops"] },
      },
    },
  });
  try {
    return (planOf(settings).controlPlane.gateways ?? []).map(({ name }) => name);
  } finally {
    if (before === undefined) delete platform.observability;
    else platform.observability = before;
  }
}

describe("stacks/plan", () => {
  it("installs the gateways of the catalog, and those at which only tools have their hosts, once each", () => {
    expect(gateways("istio-internal", true)).to.deep.equal([
      "istio-ingress",
      "istio-internal",
      "istio-egress",
    ]);
    expect(gateways("istio-ingress", true)).to.deep.equal(["istio-ingress", "istio-egress"]);
    expect(gateways("istio-internal", false)).to.deep.equal(["istio-ingress", "istio-egress"]);
  });
});
