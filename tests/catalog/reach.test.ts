import { expect } from "chai";
import { normalizeReach } from "../../catalog/reach";

describe("catalog/reach", () => {
  it("sorts hosts and ports, and has each port once", () => {
    const [a, b] = ["a.data.svc.cluster.local", "b.tools.svc.cluster.local"] as const;
    expect(
      normalizeReach("web", { [b]: { targetPorts: [443] }, [a]: { targetPorts: [8080, 443, 8080] } }),
    ).to.deep.equal([
      { host: a, namespace: "data", targetPorts: [443, 8080], path: `services.web.reach["${a}"]` },
      { host: b, namespace: "tools", targetPorts: [443], path: `services.web.reach["${b}"]` },
    ]);
  });
});
