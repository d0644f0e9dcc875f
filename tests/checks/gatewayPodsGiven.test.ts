import { expect } from "chai";
import { both, incomplete } from "../../checks/rules/gatewayPodsGiven";
import { checkMesh } from "../../mesh";

function found(own: object): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    gateways: {
      edge: {
        ...own,
        hosts: {
          "a.example.com": { tls: { credentialName: "a" }, routes: [{ prefix: "/", service: "web" }] },
        },
      },
    },
  });
  return findings.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

const pods = { namespace: "edge", serviceAccount: "edge", selector: { app: "edge" } };
const without = (...fields: (keyof typeof pods)[]): object =>
  Object.fromEntries(Object.entries(pods).filter(([field]) => !fields.includes(field as keyof typeof pods)));

describe("the check of a gateway of another installer", () => {
  it("accepts its pods as a whole, and a release with or without a namespace", () => {
    for (const own of [pods, {}, { namespace: "edge" }, { release: "edge", namespace: "edge" }]) {
      expect(found(own), JSON.stringify(own)).to.deep.equal([]);
    }
  });

  it("names the fields that are missing", () => {
    const missing = (given: string[], fields: string[]): string[] => [
      `MW332 gateways.edge: ${incomplete("edge", given, fields).message}`,
    ];
    expect(found(without("selector"))).to.deep.equal(missing(["namespace", "serviceAccount"], ["selector"]));
    expect(found(without("serviceAccount"))).to.deep.equal(
      missing(["namespace", "selector"], ["serviceAccount"]),
    );
    expect(found(without("namespace", "selector"))).to.deep.equal(
      missing(["serviceAccount"], ["namespace", "selector"]),
    );
  });

  it("names the fields that a release sets as well", () => {
    expect(found({ ...pods, release: "edge" })).to.deep.equal([
      `MW332 gateways.edge: ${both("edge", "edge", ["serviceAccount", "selector"]).message}`,
    ]);
    expect(found({ release: "edge", selector: { app: "edge" } })).to.deep.equal([
      `MW332 gateways.edge: ${both("edge", "edge", ["selector"]).message}`,
    ]);
  });

  it("says what to add or remove", () => {
    expect(both("edge", "istio", ["a", "b"])).to.deep.equal({
      message:
        '"edge" has the release "istio", whose chart sets the pods\' service account and labels, and also a and b',
      fix: "remove a and b if the control plane installs the gateway, or release if it is already installed",
    });
    expect(incomplete("edge", ["a", "b"], ["c", "d"])).to.deep.equal({
      message: '"edge" has a and b, but not c and d: without a release they can\'t be derived',
      fix: "add c and d, as in the gateway's Deployment",
    });
  });
});
