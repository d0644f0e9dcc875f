import type { Layout, Point } from "./layout";
import type { Graph, Severity } from "./model";
import type { View, ViewLink, ViewNode } from "./view";

/**
 * A picture as SVG. `data-node` and `data-link` hold indices into the graph's nodes and links, `data-group` the name of a
 * group. Without a script, the titles of its parts still name them.
 */
export function svgOf(view: View, layout: Layout, graph: Graph): string {
  const nodeIndex = new Map(graph.nodes.map(({ id }, index) => [id, index]));
  const linkIndex = new Map(graph.links.map((link, index) => [link, index]));
  const groups = [...layout.groups].map(
    ([name, { x, y, width, height }]) =>
      `<g class="group"><rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="8"/>` +
      `<text x="${x}" y="${y - height / 2 + 12}">${escaped(name)}</text></g>`,
  );
  const links = view.links.map((link, index) => {
    const place = layout.links[index];
    if (place === undefined) return "";
    const shown = link.links.map((one) => linkIndex.get(one) ?? "").join(" ");
    return `<path class="${classOfLink(link)}" data-link="${shown}" d="${pathOf(place.curve, place.tip)}"/>`;
  });
  const nodes = view.nodes.map((one, index) => {
    const { x, y, width, height } = layout.nodes[index] ?? { x: 0, y: 0, width: 0, height: 0 };
    const data =
      one.node === undefined
        ? `data-group="${escaped(one.group)}"`
        : `data-node="${nodeIndex.get(one.id) ?? ""}"`;
    return (
      `<g class="node ${classOfNode(one)}" ${data} tabindex="0" role="button" aria-label="${escaped(nameOf(one))}">` +
      `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="6"/>` +
      `<text x="${x}" y="${y + 4}">${escaped(one.label)}</text></g>`
    );
  });
  const name = view.group ?? "all";
  return (
    `<svg data-view="${escaped(name)}" viewBox="-8 -8 ${layout.width + 16} ${layout.height + 16}" ` +
    `role="group" aria-label="${escaped(view.group ?? graph.name)}">` +
    ["<g>", ...groups, ...links, ...nodes, "</g>"].join("\n") +
    "</svg>"
  );
}

function nameOf({ node, label }: ViewNode): string {
  if (node === undefined) return `namespace ${label}`;
  const { kind, name, namespace, findings } = node;
  const place = namespace === undefined ? "" : ` in ${namespace}`;
  return `${kind} ${name}${place}${findings.length > 0 ? `, ${findings.length} findings` : ""}`;
}

function classOfNode({ node }: ViewNode): string {
  if (node === undefined) return "namespace";
  const order: readonly Severity[] = ["error", "warning", "info"];
  const worst = order.find((severity) => node.findings.some((finding) => finding.severity === severity));
  return worst === undefined ? node.kind : `${node.kind} ${worst}`;
}

function classOfLink({ links }: ViewLink): string {
  const changes = new Set(links.map(({ change }) => change));
  const change = changes.size === 1 ? [...changes][0] : "changed";
  return [
    "link",
    ...(links.every(({ kind }) => kind !== "waits") ? ["unawaited"] : []),
    ...(links.some(({ plaintext }) => plaintext) ? ["plaintext"] : []),
    ...(change === undefined ? [] : [change]),
  ].join(" ");
}

function pathOf(curve: readonly Point[], tip: Point): string {
  const [start, ...rest] = curve;
  if (start === undefined) return "";
  const text = rest.map((point) => point.join(",")).join(" ");
  return `M${start.join(",")}C${text}L${tip.join(",")}`;
}

/** Text for SVG and HTML, in elements and attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
