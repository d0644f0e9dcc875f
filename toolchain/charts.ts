import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { OnBuildProgress } from "./build";
import { cacheRoot, inScratchFolder, keyedFolder, moduleSource, withLock } from "./cache";
import { moduleFolder, requireGo, run } from "./go";
import { type StandInChart, standInCharts, istioCharts, prometheusOperator } from "./pins";
import { UserError } from "../errors/userError";

/** Folder with the packaged charts and their `index.yaml`. */
export function chartsPath(): string {
  const pins = { istioCharts, standInCharts, prometheusOperator };
  // The cluster's go.mod pins the Istio that most of them come from.
  return join(keyedFolder("charts", pins, ["charts", "cluster"]), "repository");
}

/**
 * Packages Istio's charts, and stand-ins for the official charts of the add-ons, into a folder that can be served as a
 * Helm repository. Their sources are Go modules, whose checksums Go verifies.
 *
 * @param helm path of a helm program.
 * @throws {UserError} if a download fails, or Istio's samples lack an object that a stand-in needs.
 */
export async function packageCharts(helm: string, onProgress: OnBuildProgress): Promise<void> {
  const report = (phase: "waiting" | "packaging") => {
    onProgress({ module: "charts", programs: [], phase, compiled: 0, packages: 0 });
  };
  const repository = chartsPath();
  const cache = join(repository, "..");
  const waiting = () => {
    report("waiting");
  };
  await withLock(cache, waiting, async () => {
    if (existsSync(join(repository, "index.yaml"))) return;
    await requireGo();
    report("packaging");
    await inScratchFolder(cache, async (scratch) => {
      const log = join(cacheRoot(), "build-charts.log");
      const istio = await moduleFolder(istioCharts.goModule, moduleSource("cluster"), log);
      const charts = join(scratch, "charts");
      await mkdir(charts);
      const makePackage = async (folder: string, version: string, appVersion: string): Promise<void> => {
        const versions = ["--version", version, "--app-version", appVersion];
        await run(helm, ["package", folder, ...versions, "--destination", charts], scratch, log);
      };
      for (const folder of Object.values(istioCharts.folders)) {
        await makePackage(join(istio, folder), istioCharts.version, istioCharts.version);
      }
      for (const [name, chart] of Object.entries<StandInChart>(standInCharts)) {
        const folder = join(scratch, name);
        await layOutStandIn(folder, name, join(istio, chart.manifest), chart.objects);
        if (chart.operatorDefinitions) await addDefinitions(join(folder, "crds"), log);
        await makePackage(folder, chart.version, chart.appVersion);
      }
      await run(helm, ["repo", "index", charts], scratch, log);
      await rename(charts, repository);
      await rm(log, { force: true });
    });
  });
}

/** The chart's own files, what all stand-ins share, and the sample's objects, each in a file of its own. */
async function layOutStandIn(
  folder: string,
  name: string,
  manifest: string,
  objects: readonly string[],
): Promise<void> {
  const source = moduleSource("charts");
  await cp(join(source, name), folder, { recursive: true });
  await copyFile(join(source, "_standIn.tpl"), join(folder, "templates", "_standIn.tpl"));
  await mkdir(join(folder, "files"));
  const found = new Map(
    parseAllDocuments(await readFile(manifest, "utf8")).map((document) => {
      const object = document.toJS() as { kind: string; metadata: { name: string } } | null;
      return [`${object?.kind ?? ""}-${object?.metadata.name ?? ""}`, document.toString()];
    }),
  );
  for (const object of objects) {
    const text = found.get(object);
    if (text === undefined) {
      throw new UserError({
        problem: `${manifest} has no ${object}, which the stand-in for the chart ${name} contains.`,
        fix: "Adapt standInCharts in toolchain/pins.ts to Istio's samples.",
      });
    }
    await writeFile(join(folder, "files", `${object}.yaml`), text);
  }
}

async function addDefinitions(crds: string, log: string): Promise<void> {
  const operator = await moduleFolder(prometheusOperator.goModule, moduleSource("charts"), log);
  await mkdir(crds);
  for (const plural of prometheusOperator.definitions) {
    const file = `${prometheusOperator.group}_${plural}.yaml`;
    await writeFile(join(crds, file), await readFile(join(operator, prometheusOperator.folder, file)));
  }
}
