import type { Graph, Link, Node } from "./model";

/** The number of nodes above which a graph is shown by namespace. */
export const COLLAPSE_ABOVE = 80;

/** The group of the nodes without a namespace. */
export const OUTSIDE = "outside hosts";

/** A picture of a graph: all of it, its namespaces, or one namespace with those around it. */
export interface View {
  /** The namespace, or undefined for the first view. */
  readonly group?: string;
  readonly nodes: readonly ViewNode[];
  readonly links: readonly ViewLink[];
}

/** A node of a picture: a node of the graph, or a whole group. */
export interface ViewNode {
  readonly id: string;
  readonly label: string;
  /** The node. Undefined for a group. */
  readonly node?: Node;
  /** The namespace of the node, or the group. */
  readonly group: string;
}

/** A link of a picture. */
export interface ViewLink {
  readonly from: string;
  readonly to: string;
  /** The links of the graph that it shows, one or more. */
  readonly links: readonly Link[];
}

export const groupOf = ({ namespace }: Node): string => namespace ?? OUTSIDE;

/** The pictures of a graph: one, or above {@link COLLAPSE_ABOVE} nodes one of the namespaces and one of each. */
export function viewsOf(graph: Graph): View[] {
  const groups = [...new Set(graph.nodes.map(groupOf))].sort();
  if (graph.nodes.length <= COLLAPSE_ABOVE || groups.length === 1) return [viewOf(graph, () => true)];
  return [
    viewOf(graph, () => false),
    ...groups.map((group) => ({ group, ...viewOf(graph, (one) => one === group, group) })),
  ];
}

/** A picture with the nodes of some groups, and each other group as one node. With `about`, only what touches it. */
function viewOf(graph: Graph, isOpen: (group: string) => boolean, about?: string): View {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const shown = (id: string): ViewNode => {
    const node = byId.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    const group = groupOf(node);
    return isOpen(group)
      ? { id, label: node.name, node, group }
      : { id: `namespace/${group}`, label: group, group };
  };
  const touches = ({ from, to }: Link): boolean =>
    about === undefined || [from, to].some((id) => shown(id).group === about);
  const nodes = new Map<string, ViewNode>();
  for (const { id } of graph.nodes) {
    const one = shown(id);
    if (about === undefined || one.group === about) nodes.set(one.id, one);
  }
  const links = new Map<string, { from: string; to: string; links: Link[] }>();
  for (const link of graph.links.filter(touches)) {
    const [from, to] = [shown(link.from), shown(link.to)];
    for (const one of [from, to]) nodes.set(one.id, one);
    if (from.id === to.id && from.node === undefined) continue;
    const key = `${from.id}\n${to.id}`;
    const known = links.get(key);
    if (known) known.links.push(link);
    else links.set(key, { from: from.id, to: to.id, links: [link] });
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
}
