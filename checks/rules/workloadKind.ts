import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base } from "./example";

const nightly = (workload: object): object => ({
  ...base,
  services: { report: { workload: { image: "report:1", ...workload } } },
});

export const noSchedule = (service: string): Text => ({
  message: `the CronJob of "${service}" has no schedule`,
  fix: 'add one, such as "0 3 * * *"',
});

export const otherKind = (service: string, kind: string, field: string, fix: string): Text => ({
  message: `the ${kind} of "${service}" can't have ${field}`,
  fix,
});

export const workloadKind: DefinitionRule = {
  code: "MW346",
  severity: "error",
  title: "A workload has only fields of its kind",
  why: [
    "Each kind of workload has fields of its own: only a CronJob has a schedule, only a StatefulSet has volume claim templates.",
    "A field of another kind would have no effect, such as an autoscaler for a Job.",
  ],
  see: pages.kubernetesWorkloads,
  stage: "definition",
  examples: {
    wrong: nightly({ schedule: "0 3 * * *" }),
    right: nightly({ kind: "CronJob", schedule: "0 3 * * *" }),
  },
  *check({ services }, _, hasFailed) {
    for (const [service, { workload }] of Object.entries(services)) {
      if (!workload) continue;
      const { kind = "Deployment" } = workload;
      const path = (field: string): string => formatPath(["services", service, "workload", field]);
      if (hasFailed(path("kind"))) continue;
      if (kind === "CronJob" && workload.schedule === undefined && !hasFailed(path("schedule"))) {
        yield {
          path: path("schedule"),
          ...noSchedule(service),
        };
      }
      const runsOnce = kind === "CronJob" || kind === "Job";
      const wrong = {
        schedule: kind !== "CronJob" && "set kind to CronJob, or remove it",
        timeZone: kind !== "CronJob" && "set kind to CronJob, or remove it",
        volumeClaimTemplates: kind !== "StatefulSet" && "set kind to StatefulSet, or remove it",
        autoscaling: runsOnce && "remove it: only a Deployment or a StatefulSet can be autoscaled",
        drain: runsOnce && "remove it: a Job completes by itself",
      } as const;
      for (const [field, fix] of Object.entries(wrong)) {
        if (fix === false || workload[field as keyof typeof wrong] === undefined) continue;
        yield {
          path: path(field),
          ...otherKind(service, kind, field, fix),
        };
      }
    }
  },
};
