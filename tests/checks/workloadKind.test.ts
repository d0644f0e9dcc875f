import { expect } from "chai";
import { noSchedule, otherKind } from "../../checks/rules/workloadKind";
import { foundBy } from "./found";

const found = (workload: object): string[] =>
  foundBy("MW346", { name: "shop", services: { report: { workload: { image: "report:1", ...workload } } } });
const at = (field: string): string => `services.report.workload.${field}`;

describe("checks of the kinds of workloads", () => {
  const schedule = "0 3 * * *";
  const unscheduled = `${at("schedule")}: ${noSchedule("report").message}`;
  const refused = (kind: string, field: string): string =>
    `${at(field)}: ${otherKind("report", kind, field, "").message}`;

  it("demand a schedule of a CronJob, and refuse one of any other kind", () => {
    expect(found({ kind: "CronJob" })).to.deep.equal([unscheduled]);
    expect(found({ kind: "CronJob", schedule, timeZone: "Europe/Berlin" })).to.deep.equal([]);
    for (const kind of ["Job", "StatefulSet"])
      expect(found({ kind, schedule, timeZone: "Europe/Berlin" })).to.deep.equal([
        refused(kind, "schedule"),
        refused(kind, "timeZone"),
      ]);
    expect(found({ schedule })).to.deep.equal([refused("Deployment", "schedule")]);
  });

  it("leave an invalid schedule and an invalid kind to the checks of values", () => {
    expect(found({ kind: "CronJob", schedule: 3 })).to.deep.equal([]);
    expect(found({ kind: "CronJobs", schedule })).to.deep.equal([]);
    expect(found({ kind: "CronJobs" })).to.deep.equal([]);
  });

  it("refuse an autoscaler and a drain of what completes", () => {
    const fields = { autoscaling: { minReplicas: 2, maxReplicas: 4, averageUtilization: 70 }, drain: "10s" };
    expect(found({ kind: "Job", ...fields })).to.deep.equal([
      refused("Job", "autoscaling"),
      refused("Job", "drain"),
    ]);
    expect(found({ kind: "CronJob", schedule, ...fields })).to.deep.equal([
      refused("CronJob", "autoscaling"),
      refused("CronJob", "drain"),
    ]);
    expect(found({ kind: "StatefulSet", ...fields })).to.deep.equal([]);
  });

  it("leave volume claim templates to StatefulSets", () => {
    const volumeClaimTemplates = { data: { storage: "1Gi", mountPath: "/data" } };
    expect(found({ kind: "StatefulSet", volumeClaimTemplates })).to.deep.equal([]);
    expect(found({ volumeClaimTemplates })).to.deep.equal([refused("Deployment", "volumeClaimTemplates")]);
  });
});
