/** Writes the pictures of docs/guide/operation.md to docs/images. `npm run screenshots` runs it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Graph, graphOf } from "../../../cli/graph/model";
import { pageOf } from "../../../cli/graph/page";
import { loadSubject } from "../../../cli/subject";
import { checkedMesh } from "../../../cli/planned";
import { launch } from "./browser";
import { teams } from "./teams";

function graph(catalog: unknown): Graph {
  const { mesh, findings } = checkedMesh({ name: "catalog", catalog });
  return graphOf(mesh, findings);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "screenshots-"));
  const images = join(__dirname, "..", "..", "..", "docs", "images");
  mkdirSync(images, { recursive: true });
  const alfred = await loadSubject("alfred", "prod");
  const pictures = [
    { name: "graph", graph: graph(alfred.catalog), select: "agent-core" },
    { name: "graph-namespace", graph: graph(teams(10, 20)), select: "team-3-service-7", colorScheme: "dark" },
  ] as const;
  const browser = await launch(folder);
  for (const { name, graph: shown, ...rest } of pictures) {
    const file = join(folder, "graph.html");
    writeFileSync(file, await pageOf(shown));
    const colorScheme = "colorScheme" in rest ? rest.colorScheme : "light";
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 620 } });
    await page.goto(pathToFileURL(file).href);
    if ("select" in rest) {
      await page.fill("#search", rest.select);
      await page.dispatchEvent("#search", "change");
    }
    await page.screenshot({ path: join(images, `${name}.png`) });
    await page.close();
  }
  await browser.close();
  rmSync(folder, { recursive: true });
}

void main();
