import { expect } from "chai";
import { gatewayAccount, gatewayAccounts } from "../../reading/gatewayAccount";
import { type Resource, unknown } from "../engine";
import { read } from "../read";
import { asPatch, deployment, gatewayRelease, istio } from "../resources";

const accounts = (...resources: Resource[]) => [...gatewayAccounts(resources.map(read))];
const gateway = (spec: Record<string, unknown>, metadata: object = { namespace: "shop", name: "public" }) =>
  istio("gateway.networking.k8s.io/v1", "Gateway", { ...metadata }, spec);

describe("reading/gatewayAccount", () => {
  it("reads the account of a release of a gateway from its values, or from its name", () => {
    const release = "Release istio-ingress/istio-ingress";
    const own = (name: unknown) => ({ serviceAccount: { name } });
    const at = (values: Record<string, unknown>) => gatewayAccount(read(gatewayRelease(values))).path;
    expect(at(own("a"))).to.equal("values.serviceAccount.name");
    expect(at({})).to.equal("values._internal_defaults_do_not_set.serviceAccount.name");
    for (const values of [{}, own(""), { _internal_defaults_do_not_set: own("") }]) {
      expect(accounts(gatewayRelease(values))).to.deep.equal([["istio-ingress/istio-ingress", release]]);
    }
    for (const values of [own("a"), { _internal_defaults_do_not_set: own("a") }]) {
      expect(accounts(gatewayRelease(values))).to.deep.equal([["istio-ingress/a", release]]);
    }
    expect(accounts(gatewayRelease(own(unknown)))).to.deep.equal([]);
  });

  it("reads the accounts that istiod creates for a Gateway of the Gateway API", () => {
    expect(accounts(gateway({ gatewayClassName: "istio" }))).to.deep.equal([
      ["shop/public-istio", "Gateway shop/public"],
    ]);
    expect(accounts(gateway({ gatewayClassName: "istio-waypoint" }, { name: "public" }))).to.deep.equal([
      ["default/public", "Gateway public"],
      ["default/public-istio-waypoint", "Gateway public"],
    ]);
    expect(accounts(gateway({ gatewayClassName: "istio" }, {}))).to.deep.equal([]);
    expect(accounts(asPatch(gateway({ gatewayClassName: "istio" })))).to.deep.equal([]);
    expect(
      accounts(istio("networking.istio.io/v1", "Gateway", { namespace: "shop", name: "a" }, {})),
    ).to.deep.equal([]);
  });

  it("reads the account of a gateway's own Deployment, and none of other workloads", () => {
    const metadata = { annotations: { "inject.istio.io/templates": "gateway" } };
    const pod = (spec: object, own: object = metadata) =>
      accounts(
        deployment({
          metadata: { ...own },
          spec: { containers: [{ name: "istio-proxy", image: "auto" }], ...spec },
        }),
      );
    expect(pod({ serviceAccountName: "edge" })).to.deep.equal([["shop/edge", "Deployment shop/catalog"]]);
    expect(pod({})).to.deep.equal([]);
    expect(pod({ serviceAccountName: "edge" }, {})).to.deep.equal([]);
  });
});
