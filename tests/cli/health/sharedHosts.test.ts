import { expect } from "chai";
import { sharedHosts } from "../../../cli/health/sharedHosts";

const of = (catalog: string, kind: string, spec: object, namespace = catalog) => ({
  kind,
  metadata: {
    name: "public",
    namespace,
    labels: { "app.kubernetes.io/managed-by": "meshwright", "app.kubernetes.io/part-of": catalog },
  },
  spec,
});
const gateway = (catalog: string, host: string, istio = "ingress") =>
  of(catalog, "Gateway", { selector: { istio }, servers: [{ hosts: [host] }, { hosts: [host] }] });
const entry = (catalog: string, namespace: string) =>
  of(catalog, "ServiceEntry", { hosts: ["bank.example.com"] }, namespace);

describe("cli/health/sharedHosts", () => {
  it("finds a host that two catalogs serve at the same gateway", () => {
    expect(
      sharedHosts([gateway("shop", "api.example.com"), gateway("bank", "api.example.com")]),
    ).to.deep.equal([
      {
        severity: "error",
        culprit: "Gateway bank/public",
        problem:
          'The catalogs "shop" and "bank" both have the host api.example.com (the first one in Gateway shop/public). Which of them applies is undefined.',
        fix: "Leave the host to one of the catalogs, and deploy the other again: pulumi up",
      },
    ]);
  });

  it("finds an outside host that two catalogs declare in one namespace", () => {
    const [problem, ...others] = sharedHosts([entry("shop", "common"), entry("bank", "common")]);
    expect(problem).to.include({ culprit: "ServiceEntry common/public" });
    expect(others).to.deep.equal([]);
  });

  it("finds none at other gateways, in other namespaces, of one catalog, or of no catalog", () => {
    const foreign = { ...gateway("bank", "api.example.com"), metadata: { name: "own", namespace: "bank" } };
    expect(
      sharedHosts([
        gateway("shop", "api.example.com"),
        gateway("shop", "api.example.com"),
        gateway("bank", "api.example.com", "internal"),
        gateway("bank", "bank.example.com"),
        foreign,
        entry("shop", "shop"),
        entry("bank", "bank"),
      ]),
    ).to.deep.equal([]);
  });
});
