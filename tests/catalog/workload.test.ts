import { expect } from "chai";
import { normalize } from "../../catalog";
import { runsOnce, type WorkloadDefinition } from "../../catalog/workload";

const resolved = (workload: Partial<WorkloadDefinition>) =>
  normalize({
    name: "shop",
    services: {
      web: {
        ports: { http: { port: 8080, protocol: "http" } },
        workload: { image: "web:1", ...workload },
        traffic: { fault: { abort: { percentage: 1, httpStatus: 503 } } },
      },
    },
  }).services[0];

describe("catalog/workload", () => {
  it("has two pods by default, and one where they complete by themselves", () => {
    const kinds = ["Deployment", "StatefulSet", "Job", "CronJob"] as const;
    expect(kinds.filter((kind) => runsOnce({ kind }))).to.deep.equal(["Job", "CronJob"]);
    const replicas = (kind: WorkloadDefinition["kind"], count?: number): number | undefined =>
      resolved({ kind, ...(count && { replicas: count }) })?.workloads[0]?.replicas;
    expect(replicas("Deployment")).to.equal(2);
    expect(replicas("Job")).to.equal(1);
    expect(replicas("Job", 3)).to.equal(3);
  });

  it("has a headless Service as a StatefulSet, and no other kind has one", () => {
    expect(resolved({ kind: "StatefulSet" })?.headless).to.deep.equal({
      name: "web-headless",
      host: "web-headless.shop.svc.cluster.local",
    });
    expect(resolved({})).not.to.have.property("headless");
  });

  it("has the faults of its service", () => {
    expect(resolved({})?.fault).to.deep.equal({ abort: { percentage: 1, httpStatus: 503 } });
  });
});
