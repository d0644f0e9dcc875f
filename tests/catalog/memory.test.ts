import { expect } from "chai";
import { checkMesh } from "../../mesh";

describe("catalog/workload", () => {
  const found = (requests: object): string[] =>
    checkMesh({
      name: "shop",
      services: {
        web: {
          ports: { http: { port: 8080, protocol: "http" } },
          workload: { image: "registry.example.com/web:1.4.2", resources: { requests } },
        },
      },
    }).findings.map(({ code, path, fix }) => `${code} ${path}: ${fix}`);

  it("takes memory in bytes, and CPU in thousandths, too", () => {
    expect(found({ memory: "128m" })).to.deep.equal([
      'MW001 services.web.workload.resources.requests.memory: write bytes, such as "256Mi": the unit m means thousandths of a byte',
    ]);
    for (const memory of ["128Mi", "128M", "134217728"]) {
      expect(found({ memory, cpu: "100m" }), memory).to.deep.equal([]);
    }
  });
});
