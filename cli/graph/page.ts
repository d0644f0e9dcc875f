import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../toolchain/packageRoot";
import { layouts } from "./layout";
import type { Graph } from "./model";
import { escaped, svgOf } from "./svg";
import { viewsOf } from "./view";

/**
 * A graph as one HTML file. It loads nothing, and its pictures are laid out already: the script only shows, searches and
 * moves them.
 */
export async function pageOf(graph: Graph): Promise<string> {
  const views = viewsOf(graph);
  const places = await layouts(views);
  const pictures = views.map((view, index) => {
    const layout = places[index];
    return layout === undefined ? "" : svgOf(view, layout, graph);
  });
  const namespaces = [...new Set(graph.nodes.flatMap(({ namespace }) => namespace ?? []))].sort();
  const asset = (name: string): string =>
    readFileSync(join(packageRoot(), "cli", "graph", "assets", name), "utf8").trim();
  const parts = {
    style: `<style>\n${asset("page.css")}\n</style>`,
    namespaces: namespaces.map((name) => `<option>${escaped(name)}</option>`).join(""),
    pictures: pictures.join("\n"),
    data: `<script type="application/json" id="data">${dataOf(graph)}</script>`,
    script: `<script>\n${asset("page.js")}\n</script>`,
  };
  const filled = Object.entries(parts).reduce(
    (page, [name, content]) => page.replace(`<!-- ${name} -->`, () => content),
    asset("page.html").replaceAll("{{title}}", () => escaped(graph.name)),
  );
  return `${filled}\n`;
}

/**
 * The graph for the script, as JSON that can stand in a script element. Texts stand once: most settings are those of many
 * calls.
 */
function dataOf({ nodes, links }: Graph): string {
  const texts = new Map<string, number>();
  const text = (one: string): number => {
    const index = texts.get(one) ?? texts.size;
    texts.set(one, index);
    return index;
  };
  const nodeIndex = new Map(nodes.map(({ id }, index) => [id, index]));
  const data = {
    nodes: nodes.map(({ kind, name, namespace, facts, findings }) => [
      text(kind),
      text(name),
      namespace === undefined ? -1 : text(namespace),
      facts.map(text),
      findings.map(({ code, severity, text: message }) => [text(code), text(severity), text(message)]),
    ]),
    links: links.map(({ from, to, kind, plaintext, change, calls }) => [
      nodeIndex.get(from),
      nodeIndex.get(to),
      text(plaintext ? `${kind}, plaintext accepted` : kind),
      change === undefined ? -1 : text(change),
      calls.map(({ path, facts }) => [text(path), ...facts.map(text)]),
    ]),
  };
  return JSON.stringify({ ...data, texts: [...texts.keys()] }).replaceAll("<", "\\u003c");
}
