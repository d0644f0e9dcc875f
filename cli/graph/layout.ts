import { dotOf } from "./dot";
import type { View } from "./view";

/** A point, in points of 1/72 inch, with y downward. */
export type Point = readonly [x: number, y: number];

/** A rectangle with its center. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The places of a picture's parts. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Boxes of the nodes, in the view's order. */
  readonly nodes: readonly Box[];
  /** Bézier curves of the links, in the view's order: a start, then three points a segment. The end is the arrow's tip. */
  readonly links: readonly { readonly curve: readonly Point[]; readonly tip: Point }[];
  /** Boxes of the namespaces, keyed by name. */
  readonly groups: ReadonlyMap<string, Box>;
}

/** What Graphviz's format `json` has: https://graphviz.org/docs/outputs/json/ */
interface Output {
  readonly bb: string;
  readonly objects?: readonly {
    readonly name: string;
    readonly pos?: string;
    readonly width?: string;
    readonly height?: string;
    readonly bb?: string;
  }[];
  readonly edges?: readonly { readonly tail: number; readonly head: number; readonly pos: string }[];
}

/** Lays pictures out with Graphviz's `dot`. */
export async function layouts(views: readonly View[]): Promise<Layout[]> {
  // An ES module, so it can't be required.
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  return views.map((view) => {
    const output = JSON.parse(graphviz.layout(dotOf(view), "json", "dot")) as Output;
    return layoutOf(view, output);
  });
}

function layoutOf(view: View, { bb, objects = [], edges = [] }: Output): Layout {
  const [, , width = 0, height = 0] = numbers(bb);
  const point = (text: string): Point => {
    const [x = 0, y = 0] = numbers(text);
    return [Math.round(x), Math.round(height - y)];
  };
  const byName = new Map(objects.map((one) => [one.name, one]));
  const nodes = view.nodes.map(({ id }): Box => {
    const one = byName.get(id);
    const [x, y] = point(one?.pos ?? "0,0");
    return { x, y, width: Math.round(Number(one?.width) * 72), height: Math.round(Number(one?.height) * 72) };
  });
  const curves = new Map(
    edges.map(({ tail, head, pos }) => [`${objects[tail]?.name ?? ""}\n${objects[head]?.name ?? ""}`, pos]),
  );
  const links = view.links.map(({ from, to }) => {
    const parts = (curves.get(`${from}\n${to}`) ?? "").split(" ").filter((part) => part !== "");
    const curve = parts.filter((part) => !/^[se],/.test(part)).map(point);
    const tip = parts.find((part) => part.startsWith("e,"))?.slice(2);
    return { curve, tip: tip === undefined ? (curve.at(-1) ?? [0, 0]) : point(tip) };
  });
  const groups = objects.flatMap(({ name, bb: box }): [string, Box][] => {
    if (box === undefined) return [];
    const [left = 0, bottom = 0, right = 0, top = 0] = numbers(box);
    const [x, y] = point(`${(left + right) / 2},${(bottom + top) / 2}`);
    return [
      [
        name.replace(/^cluster /, ""),
        { x, y, width: Math.round(right - left), height: Math.round(top - bottom) },
      ],
    ];
  });
  return { width: Math.ceil(width), height: Math.ceil(height), nodes, links, groups: new Map(groups) };
}

function numbers(text: string): number[] {
  return text.split(",").map(Number);
}
