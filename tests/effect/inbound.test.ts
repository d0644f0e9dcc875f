import { expect } from "chai";
import { inbound, modeAt, readObjects, type Workload } from "../../effect";
import { object, workload } from "./objects";

const api = workload("shop/api");
const peers = (name: string, mode: string, more: object = {}): ReturnType<typeof object> =>
  object("PeerAuthentication", name, { mtls: { mode }, ...more });
const own = { selector: { matchLabels: { app: "api" } } };

/** Modes of the ports 8080 and 9000. */
function modes(objects: ReturnType<typeof object>[], of: Workload = api): string {
  const found = inbound(readObjects(objects), of);
  return `${modeAt(found, 8080)} ${modeAt(found, 9000)}`;
}

describe("mutual TLS", () => {
  it("is permissive without a policy, and as the mesh, the namespace or the workload says", () => {
    const mesh = peers("istio-system/default", "STRICT");
    const namespace = peers("shop/default", "PERMISSIVE");
    expect(modes([])).to.equal("PERMISSIVE PERMISSIVE");
    expect(modes([mesh])).to.equal("STRICT STRICT");
    expect(modes([mesh, namespace])).to.equal("PERMISSIVE PERMISSIVE");
    expect(modes([mesh, namespace, peers("shop/api", "DISABLE", own)])).to.equal("DISABLE DISABLE");
    expect(modes([mesh, peers("bank/default", "DISABLE")])).to.equal("STRICT STRICT");
  });

  it("is inherited where a level says UNSET or nothing", () => {
    const mesh = peers("istio-system/default", "STRICT");
    expect(modes([mesh, peers("shop/default", "UNSET"), peers("shop/api", "UNSET", own)])).to.equal(
      "STRICT STRICT",
    );
    const ports = { portLevelMtls: { 8080: { mode: "DISABLE" }, 9000: { mode: "UNSET" } } };
    expect(modes([mesh, object("PeerAuthentication", "shop/api", { ...own, ...ports })])).to.equal(
      "DISABLE STRICT",
    );
  });

  it("has ports only in a policy with a selector, which selects nothing in the root namespace", () => {
    const ports = { portLevelMtls: { 8080: { mode: "DISABLE" } } };
    expect(modes([peers("shop/default", "STRICT", ports)])).to.equal("STRICT STRICT");
    expect(modes([peers("istio-system/api", "STRICT", { ...own, ...ports })])).to.equal(
      "PERMISSIVE PERMISSIVE",
    );
  });

  it("is the oldest policy's of a level", () => {
    const dated = (name: string, mode: string, creationTimestamp: string): ReturnType<typeof object> =>
      object("PeerAuthentication", name, { mtls: { mode } }, { creationTimestamp });
    const old = dated("shop/z", "STRICT", "2026-01-01T00:00:00Z");
    expect(modes([dated("shop/a", "DISABLE", "2026-02-01T00:00:00Z"), old])).to.equal("STRICT STRICT");
  });

  it("is not there without a proxy, nor at ports that bypass it", () => {
    const strict = [peers("istio-system/default", "STRICT")];
    expect(modes(strict, { ...api, proxy: "none" })).to.equal("DISABLE DISABLE");
    const excluded = { "traffic.sidecar.istio.io/excludeInboundPorts": "9000" };
    expect(modes(strict, { ...api, annotations: excluded })).to.equal("STRICT DISABLE");
    const included = { "traffic.sidecar.istio.io/includeInboundPorts": "9000" };
    expect(modes(strict, { ...api, annotations: included })).to.equal("DISABLE STRICT");
    const all = { "traffic.sidecar.istio.io/includeInboundPorts": "*" };
    expect(modes(strict, { ...api, annotations: all })).to.equal("STRICT STRICT");
  });
});
