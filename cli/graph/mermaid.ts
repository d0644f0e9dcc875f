import type { View } from "./view";

/** A picture in Mermaid, for Markdown pages: https://mermaid.js.org/syntax/flowchart.html */
export function mermaidOf({ nodes, links }: View): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const shape = ({ node, label }: View["nodes"][number]): string => {
    const text = JSON.stringify(label).replaceAll('\\"', "#quot;");
    if (node?.kind === "gateway") return `{{${text}}}`;
    return node?.kind === "external" || node?.kind === "outside" ? `([${text}])` : `[${text}]`;
  };
  const byGroup = Map.groupBy(nodes, ({ group, node }) => (node === undefined ? "" : group));
  const declaration = (one: View["nodes"][number]): string => `${ids.get(one.id) ?? ""}${shape(one)}`;
  return [
    "flowchart LR",
    ...[...byGroup].flatMap(([group, members]) =>
      group === ""
        ? members.map((one) => `  ${declaration(one)}`)
        : [
            `  subgraph ${JSON.stringify(group)}`,
            ...members.map((one) => `    ${declaration(one)}`),
            "  end",
          ],
    ),
    ...links.map(({ from, to, links: shown }) => {
      const arrow = shown.every(({ kind }) => kind !== "waits") ? "-.->" : "-->";
      return `  ${ids.get(from) ?? ""} ${arrow} ${ids.get(to) ?? ""}`;
    }),
    "",
  ].join("\n");
}
