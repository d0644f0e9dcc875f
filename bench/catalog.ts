/**
 * How long checking and rendering take, up to 10,000 services, and how that compares with `istioctl analyze` of the
 * same objects as YAML. Times are this machine's; the ratios carry over. Run it with `make bench`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { table } from "../cli/output";
import { checkMesh, type Manifest, renderMesh } from "../mesh";
import { toYaml } from "../mesh/toYaml";
import { ensureToolchain } from "../toolchain";
import { meshOf } from "./meshOf";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function timed<T>(work: () => T): { result: T; seconds: number } {
  const start = performance.now();
  const result = work();
  return { result, seconds: (performance.now() - start) / 1000 };
}

function checkAndRender(catalog: object): { objects: Manifest[]; check: number; render: number } {
  const { result, seconds: check } = timed(() => checkMesh(catalog));
  const { mesh } = result;
  if (mesh === undefined) throw new Error(JSON.stringify(result.findings.slice(0, 3)));
  const { result: objects, seconds: render } = timed(() => renderMesh(mesh));
  return { objects, check, render };
}

async function main(): Promise<void> {
  checkAndRender(meshOf(500)); // warms the compiler up
  const rows = [1_250, 2_500, 5_000, 10_000].map((count) => {
    const { objects, check, render } = checkAndRender(meshOf(count));
    return { count, objects: objects.length, check, render, each: ((check + render) / count) * 1e6 };
  });
  const first = rows[0]?.each ?? 1;
  print(
    table(
      ["SERVICES", "OBJECTS", "CHECK s", "RENDER s", "µs PER SERVICE", "OF THE FIRST"],
      rows.map(({ count, objects, check, render, each }) => [
        String(count),
        String(objects),
        check.toFixed(2),
        render.toFixed(2),
        each.toFixed(0),
        `${(each / first).toFixed(2)}×`,
      ]),
    ),
  );
  print(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);

  const istioctl = (await ensureToolchain(["istioctl"])).program("istioctl");
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const count = 500;
    const catalog = meshOf(count);
    const { objects, check, render } = checkAndRender(catalog);
    const file = join(folder, "mesh.yaml");
    writeFileSync(file, objects.map((object) => toYaml(object)).join("---\n"));
    const start = performance.now();
    await execa(istioctl, ["analyze", "--use-kube=false", "--all-namespaces", file], { reject: false });
    const peer = (performance.now() - start) / 1000;
    print(
      `${count} services: check and render ${(check + render).toFixed(2)} s, istioctl analyze of the result ${peer.toFixed(2)} s, ratio ${((check + render) / peer).toFixed(2)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
