import {
  DeploymentSettings,
  DriftSchedule,
  PolicyGroup,
  PolicyPack,
  TtlSchedule,
} from "@pulumi/pulumiservice";
import type { Resources } from "./settings";

/** Registers the resources. */
export function registerResources(resources: Resources): void {
  const settings = new Map(
    Object.entries(resources.settings).map(([name, args]) => [name, new DeploymentSettings(name, args)]),
  );
  // A schedule starts deployments, which need the settings.
  const afterSettings = (stack: string) => {
    const dependsOn = settings.get(stack);
    return dependsOn === undefined ? {} : { dependsOn };
  };
  for (const [name, args] of Object.entries(resources.driftSchedules)) {
    new DriftSchedule(name, args, afterSettings(name));
  }
  for (const [name, args] of Object.entries(resources.ttlSchedules)) {
    new TtlSchedule(name, args, afterSettings(name));
  }
  // A group is moved to the new version before the last one could be deleted; a rollback needs the last one.
  const pack = new PolicyPack("policy-pack", resources.policyPack, { retainOnDelete: true });
  for (const [name, args] of Object.entries(resources.policyGroups)) {
    new PolicyGroup(name, args, { dependsOn: pack });
  }
}
