import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { istioCharts } from "../../toolchain/pins";
import type { Resource } from "../../policy-pack/tests/engine";

const repository = join(__dirname, "..", "..");

/** Charts whose place an empty one takes: a policy sees no more of a chart than its name and the values. */
const STAND_INS = ["kiali-server", "grafana"];

/**
 * A Pulumi project as people write it who don't know our components: Istio's objects as `CustomResource` and as
 * `ConfigFile` in turn, Kubernetes' own as `ConfigGroup`, charts as `Release`.
 *
 * @param chartRepository where Istio's charts are
 * @returns its folder
 */
export function plainProgram(resources: readonly Resource[], chartRepository: string): string {
  const folder = mkdtempSync(join(tmpdir(), "plain-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: plain\nruntime: nodejs\nmain: index.js\n");
  for (const chart of STAND_INS) {
    mkdirSync(join(folder, chart));
    writeFileSync(join(folder, chart, "Chart.yaml"), `apiVersion: v2\nname: ${chart}\nversion: 2.29.0\n`);
  }
  const lines = resources.map((resource, index) => declaration(resource, index, folder, chartRepository));
  const program = ['const k8s = require("@pulumi/kubernetes");', ...lines];
  writeFileSync(join(folder, "index.js"), `${program.join("\n")}\n`);
  return folder;
}

function declaration(
  { type, name, props }: Resource,
  index: number,
  folder: string,
  chartRepository: string,
): string {
  const id = `${index}-${name}`;
  if (type === "kubernetes:helm.sh/v3:Release") {
    const chart = String(props.chart);
    const source = STAND_INS.includes(chart)
      ? { chart: `./${chart}` }
      : { repositoryOpts: { repo: chartRepository }, version: istioCharts.version };
    return `new k8s.helm.v3.Release(${JSON.stringify(id)}, ${JSON.stringify({ ...props, ...source })});`;
  }
  if (!type.includes(".istio.io/")) {
    return `new k8s.yaml.v2.ConfigGroup(${JSON.stringify(id)}, ${JSON.stringify({ objs: [props] })});`;
  }
  if (type.endsWith("Patch")) {
    return `new k8s.apiextensions.CustomResourcePatch(${JSON.stringify(id)}, ${JSON.stringify(props)});`;
  }
  if (index % 2 === 0) {
    return `new k8s.apiextensions.CustomResource(${JSON.stringify(id)}, ${JSON.stringify(props)});`;
  }
  const file = join(folder, `${id}.yaml`);
  writeFileSync(file, stringify(props));
  return `new k8s.yaml.v2.ConfigFile(${JSON.stringify(id)}, ${JSON.stringify({ file })});`;
}
