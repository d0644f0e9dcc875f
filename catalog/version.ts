import { z } from "zod";
import { mergePod } from "./mergePod";
import { compare, sortedEntries } from "./order";
import { podSchema } from "./podSchema";
import type { Port } from "./port";
import { type Labels, selectorSchema } from "./selector";
import type { Shape } from "./shape";
import {
  envSchema,
  imageSchema,
  normalizeWorkload,
  replicasSchema,
  type Workload,
  type WorkloadDefinition,
} from "./workload";

/** A version of a service: the labels of its pods, and what differs from the service's workload. */
export interface VersionDefinition extends Partial<
  Pick<WorkloadDefinition, "image" | "replicas" | "env" | "pod">
> {
  /**
   * Labels that select the version's pods among those of the service, as in a DestinationRule's subset. Default: `{
   * version: "<name>" }`. Set it if the label's value is not the version's name, such as `{ version: "1.4.2" }`.
   */
  readonly labels?: Labels;
}

/** A version of a service, with its share of the requests. */
export interface Version {
  readonly name: string;
  /** Labels that select its pods among those of the service. */
  readonly labels: Labels;
  /** Percentage of the requests, 0–100. */
  readonly weight: number;
}

export const versionSchema: z.ZodType<VersionDefinition> = z.strictObject({
  labels: selectorSchema.optional(),
  image: imageSchema.optional(),
  replicas: replicasSchema.optional(),
  env: envSchema.optional(),
  pod: podSchema.optional(),
} satisfies Shape<VersionDefinition>);

/** Versions with their weights, sorted by name. Without weights, each version has all requests. */
export function normalizeVersions(
  versions: Readonly<Record<string, VersionDefinition>>,
  weights?: Readonly<Record<string, number>>,
): Version[] {
  return sortedEntries(versions).map(([name, { labels }]) => ({
    name,
    labels: versionLabels(name, labels),
    weight: weights ? (weights[name] ?? 0) : 100,
  }));
}

/**
 * The workloads of a service: one for each version, or a single one without versions.
 *
 * @param selector labels of the service's pods. @param ports of the service, which probes refer to.
 */
export function normalizeWorkloads(
  service: string,
  workload: WorkloadDefinition | undefined,
  versions: Readonly<Record<string, VersionDefinition>>,
  selector: Labels,
  ports: readonly Port[],
): Workload[] {
  if (!workload) return [];
  const base = normalizeWorkload(service, workload, ports);
  const one = (name: string, version: string, { labels, ...changes }: VersionDefinition): Workload => ({
    ...base,
    ...changes,
    env: { ...base.env, ...changes.env },
    pod: mergePod(base.pod, changes.pod ?? {}),
    name,
    version,
    selector: { ...selector, ...versionLabels(version, labels) },
  });
  const declared = Object.entries(versions);
  if (declared.length === 0) return [one(service, "v1", {})];
  return declared
    .map(([version, own]) => one(`${service}-${version}`, version, own))
    .sort((a, b) => compare(a.name, b.name));
}

/** Labels of a version's pods. */
function versionLabels(version: string, labels: Labels = { version }): Labels {
  return labels;
}
