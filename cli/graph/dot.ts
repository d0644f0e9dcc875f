import type { View, ViewLink } from "./view";

/** A picture in DOT, Graphviz's language: https://graphviz.org/doc/info/lang.html */
export function dotOf({ nodes, links }: View): string {
  const byGroup = Map.groupBy(nodes, ({ group, node }) => (node === undefined ? "" : group));
  const statement = ({ id, label, node }: View["nodes"][number]): string =>
    `${quoted(id)} [label=${quoted(label)} class=${node?.kind ?? "namespace"} width=${widthOf(label)}];`;
  return [
    "digraph {",
    "  rankdir=LR; ranksep=0.9; nodesep=0.18; outputorder=edgesfirst;",
    '  node [shape=box style=rounded fontname="Helvetica" fontsize=11 height=0.36 fixedsize=true];',
    "  edge [arrowsize=0.6];",
    ...[...byGroup].flatMap(([group, members]) =>
      group === ""
        ? members.map((one) => `  ${statement(one)}`)
        : [
            `  subgraph ${quoted(`cluster ${group}`)} {`,
            `    label=${quoted(group)}; fontsize=10; margin=12;`,
            ...members.map((one) => `    ${statement(one)}`),
            "  }",
          ],
    ),
    ...links.map((link) => `  ${quoted(link.from)} -> ${quoted(link.to)}${attributes(link)};`),
    "}",
    "",
  ].join("\n");
}

function attributes({ links }: ViewLink): string {
  const style = links.every(({ kind }) => kind !== "waits") ? " [style=dashed]" : "";
  return style;
}

/** Inches. Wide enough for the label at 11 points. */
function widthOf(label: string): number {
  return Math.max(0.8, Math.round((label.length * 6.4 + 24) / 7.2) / 10);
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
