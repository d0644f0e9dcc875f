import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { compared, type Graph, graphOf } from "../../../cli/graph/model";
import { pageOf } from "../../../cli/graph/page";
import { checkMesh } from "../../../mesh";
import { hasBrowser, launch } from "./browser";
import { teams } from "./teams";

function graph(catalog: unknown): Graph {
  const { mesh, findings } = checkMesh(catalog);
  if (mesh === undefined) throw new Error(JSON.stringify(findings));
  return graphOf(mesh, findings);
}

/** A real headless Chromium, from a package that has it for Linux on x64 only. */
describe("the page of cli/graph, in a browser", function () {
  const folder = mkdtempSync(join(tmpdir(), "graph-"));
  let browser: Browser | undefined;
  const requests: string[] = [];
  const errors: string[] = [];

  before(async function () {
    if (!hasBrowser) this.skip();
    browser = await launch(folder);
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(of: Graph, colorScheme: "light" | "dark" = "light"): Promise<Page> {
    const file = join(folder, "graph.html");
    writeFileSync(file, await pageOf(of));
    if (browser === undefined) throw new Error("no browser");
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 } });
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("console", (message) => errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  async function violations(page: Page): Promise<string[]> {
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const result = await axe.run();
      return result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
    });
  }

  const heading = (page: Page) => page.locator("#details h2").textContent();
  const dimmed = (page: Page) => page.locator("svg:not([hidden]) .node.dim").count();

  it("has no violation that axe finds, light and dark, before and after a selection", async () => {
    for (const scheme of ["light", "dark"] as const) {
      // A catalog whose namespaces collapse, and a change as an overlay.
      for (const other of [graph(teams(5, 20)), compared(graph(teams(2, 8)), graph(teams(2, 6)))]) {
        const page = await open(other, scheme);
        await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
        expect(await violations(page), scheme).to.deep.equal([]);
        await page.close();
      }
      const page = await open(graph(teams(2, 8)), scheme);
      await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
      for (const select of [false, true]) {
        if (select) await page.locator('[data-node="3"]').press("Enter");
        expect(await violations(page), scheme).to.deep.equal([]);
      }
      // A control: axe does find a violation.
      await page.evaluate('document.querySelector("header").append(new Image(8, 8))');
      expect((await violations(page)).map((one) => one.split(":")[0])).to.deep.equal(["image-alt"]);
      await page.close();
    }
  });

  it("finds a service by a part of its name, and shows its callers and calls only", async () => {
    const page = await open(graph(teams(2, 8)));
    await page.keyboard.press("/");
    await page.keyboard.type("team-1-service-3");
    await page.keyboard.press("Enter");
    expect(await heading(page)).to.equal("team-1-service-3");
    const buttons = await page.locator("#details li button").allTextContents();
    expect(buttons).to.deep.equal([
      "from team-1-service-1",
      "from team-1-service-2",
      "to team-1-service-4",
      "to team-1-service-5",
    ]);
    expect(await dimmed(page)).to.equal(16 - 5);
    await page.locator("#details button").last().click();
    expect(await heading(page)).to.equal("team-1-service-5");
    await page.keyboard.press("Escape");
    expect(await dimmed(page)).to.equal(0);
    await page.close();
  });

  it("is used with the keyboard, the mouse and the filters", async () => {
    const page = await open(graph(teams(2, 8)));
    const box = () => page.locator("svg:not([hidden])[data-view]").getAttribute("viewBox");
    const whole = await box();
    await page.locator('[data-node="0"]').focus();
    await page.keyboard.press("+");
    await page.keyboard.press("ArrowLeft");
    expect(await box()).to.not.equal(whole);
    await page.keyboard.press("0");
    expect(await box()).to.equal(whole);
    await page.locator('[data-node="0"]').click();
    expect(await heading(page)).to.equal("team-0-service-0");
    await page.keyboard.press("Escape");
    await page.selectOption("#namespace", "team-1");
    expect(await dimmed(page)).to.equal(8);
    await page.selectOption("#kind", "gateway");
    expect(await dimmed(page)).to.equal(16);
    await page.selectOption("#kind", "service");
    expect(await dimmed(page)).to.equal(8);
    await page.selectOption("#namespace", "");
    expect(await dimmed(page)).to.equal(0);
    await page.close();
  });

  it("opens a namespace of a large catalog, and goes back", async () => {
    const page = await open(graph(teams(5, 20)));
    const view = () => page.locator("svg[data-view]:not([hidden])").getAttribute("data-view");
    expect(await view()).to.equal("all");
    await page.locator('svg:not([hidden]) [data-group="team-3"]').press("Enter");
    expect(await view()).to.equal("team-3");
    await page.click("#back");
    expect(await view()).to.equal("all");
    await page.fill("#search", "team-4-service-9");
    await page.dispatchEvent("#search", "change");
    expect([await view(), await heading(page)]).to.deep.equal(["team-4", "team-4-service-9"]);
    // Its neighbors are far apart, and its name can be read.
    const name = await page.locator("svg:not([hidden]) .node.selected text").boundingBox();
    expect(name?.height).to.be.greaterThan(8);
    const [x = 0, y = 0] = [name?.x, name?.y];
    expect([x > 0 && x < 860, y > 40 && y < 800]).to.deep.equal([true, true]);
    await page.close();
  });

  it("shows what a change gains and loses", async () => {
    const page = await open(compared(graph(teams(2, 8)), graph(teams(2, 6))));
    expect(await page.locator(".link.gained").count()).to.be.above(0);
    expect(await page.locator(".of-change").first().isVisible()).to.equal(true);
    await page.close();
  });

  it("has asked for nothing but the file, and reported no error", () => {
    expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).to.deep.equal([]);
    expect(errors).to.deep.equal([]);
  });
});
