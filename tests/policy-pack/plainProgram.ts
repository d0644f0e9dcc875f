import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { istioCharts } from "../../toolchain/pins";
import type { Resource } from "../../policy-pack/tests/engine";

const repository = join(__dirname, "..", "..");

/** Charts whose place an empty one takes: a policy sees no more of a chart than its name and the values. */
const STAND_INS = ["kiali-server", "grafana"];

/** The ways in which a program declares a resource. */
export const ways = [
  "Release",
  "ConfigGroup",
  "CustomResourcePatch",
  "CustomResource",
  "ConfigFile",
] as const;

export type Way = (typeof ways)[number];

/** The way of a program's resource: Istio's objects are `CustomResource` and `ConfigFile` in turn. */
export function wayOf({ type }: Resource, index: number): Way {
  if (type === "kubernetes:helm.sh/v3:Release") return "Release";
  if (!type.includes(".istio.io/")) return "ConfigGroup";
  if (type.endsWith("Patch")) return "CustomResourcePatch";
  return index % 2 === 0 ? "CustomResource" : "ConfigFile";
}

/**
 * A Pulumi project as people write it who don't know our components: Istio's objects as `CustomResource` and as
 * `ConfigFile` in turn, Kubernetes' own as `ConfigGroup`, charts as `Release`.
 *
 * @param chartRepository where Istio's charts are
 * @param way how each resource is declared, by its index
 * @returns its folder
 */
export function plainProgram(
  resources: readonly Resource[],
  chartRepository: string,
  way: (resource: Resource, index: number) => Way = wayOf,
): string {
  const folder = mkdtempSync(join(tmpdir(), "plain-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: plain\nruntime: nodejs\nmain: index.js\n");
  for (const chart of STAND_INS) {
    mkdirSync(join(folder, chart));
    writeFileSync(join(folder, chart, "Chart.yaml"), `apiVersion: v2\nname: ${chart}\nversion: 2.29.0\n`);
  }
  const lines = resources.map((resource, index) =>
    declaration(way(resource, index), resource, `${index}-${resource.name}`, folder, chartRepository),
  );
  const program = ['const k8s = require("@pulumi/kubernetes");', ...lines];
  writeFileSync(join(folder, "index.js"), `${program.join("\n")}\n`);
  return folder;
}

function declaration(
  way: Way,
  { props }: Resource,
  id: string,
  folder: string,
  chartRepository: string,
): string {
  const call = (type: string, args: object): string =>
    `new k8s.${type}(${JSON.stringify(id)}, ${JSON.stringify(args)});`;
  switch (way) {
    case "Release": {
      const chart = String(props.chart);
      const source = STAND_INS.includes(chart)
        ? { chart: `./${chart}` }
        : { repositoryOpts: { repo: chartRepository }, version: istioCharts.version };
      return call("helm.v3.Release", { ...props, ...source });
    }
    case "ConfigGroup":
      return call("yaml.v2.ConfigGroup", { objs: [props] });
    case "ConfigFile": {
      const file = join(folder, `${id}.yaml`);
      writeFileSync(file, stringify(props));
      return call("yaml.v2.ConfigFile", { file });
    }
    default:
      return call(`apiextensions.${way}`, props);
  }
}
