import { expect } from "chai";
import { dotOf } from "../../../cli/graph/dot";
import { type Box, type Layout, layouts, type Point } from "../../../cli/graph/layout";
import { mermaidOf } from "../../../cli/graph/mermaid";
import { type Graph, graphOf } from "../../../cli/graph/model";
import { pageOf } from "../../../cli/graph/page";
import { COLLAPSE_ABOVE, OUTSIDE, type View, viewsOf } from "../../../cli/graph/view";
import { checkMesh } from "../../../mesh";
import { teams } from "./teams";

function graph(catalog: unknown): Graph {
  const { mesh, findings } = checkMesh(catalog);
  if (mesh === undefined) throw new Error(JSON.stringify(findings));
  return graphOf(mesh, findings);
}

const http = { http: { port: 8080, protocol: "http" } };
const two = {
  name: "shop",
  services: {
    web: { ports: http, calls: { api: { asynchronous: true } } },
    api: { namespace: "back", ports: http, calls: { pay: {} } },
  },
  externalServices: {
    pay: { host: "pay.example.com", ports: { https: { port: 443, protocol: "tls" } } },
  },
};

function firstView(of: Graph): View {
  const [view] = viewsOf(of);
  if (view === undefined) throw new Error("no view");
  return view;
}

/** Points on a Bézier curve of cubic segments. */
function pointsOn(curve: readonly Point[]): Point[] {
  const points: Point[] = [];
  for (let start = 0; start + 3 < curve.length; start += 3) {
    const [a, b, c, d] = curve.slice(start, start + 4) as [Point, Point, Point, Point];
    for (let step = 0; step <= 20; step += 1) {
      const t = step / 20;
      const at = (axis: 0 | 1): number =>
        (1 - t) ** 3 * a[axis] +
        3 * (1 - t) ** 2 * t * b[axis] +
        3 * (1 - t) * t ** 2 * c[axis] +
        t ** 3 * d[axis];
      points.push([at(0), at(1)]);
    }
  }
  return points;
}

const isInside = ([x, y]: Point, box: Box): boolean =>
  Math.abs(x - box.x) < box.width / 2 - 1 && Math.abs(y - box.y) < box.height / 2 - 1;

/** The links of a picture that cross a node that is not an end of theirs. */
function crossings(view: View, layout: Layout): string[] {
  return view.links.flatMap(({ from, to }, index) => {
    const points = pointsOn(layout.links[index]?.curve ?? []);
    expect(points, `${from} ${to}`).to.not.be.empty;
    return view.nodes.flatMap(({ id }, at) => {
      const box = layout.nodes[at];
      if (id === from || id === to || box === undefined) return [];
      return points.some((point) => isInside(point, box)) ? [`${from} → ${to} through ${id}`] : [];
    });
  });
}

describe("cli/graph/page", () => {
  it("collapses the namespaces of a large catalog, and shows each by itself", () => {
    expect(viewsOf(graph(teams(4, 20)))).to.have.length(1);
    const large = graph(teams(5, 20));
    expect(large.nodes.length).to.be.above(COLLAPSE_ABOVE);
    const [all, ...single] = viewsOf(large);
    const names = ["team-0", "team-1", "team-2", "team-3", "team-4"];
    expect(all?.nodes.map(({ id }) => id)).to.deep.equal(names.map((name) => `namespace/${name}`));
    expect(all?.links.map(({ from, to, links }) => [from, to, links.length])).to.deep.equal(
      names.slice(1).map((name, index) => [`namespace/team-${index}`, `namespace/${name}`, 4]),
    );
    expect(single.map(({ group }) => group)).to.deep.equal(names);
    expect(
      single[1]?.nodes.filter(({ node }) => node === undefined).map(({ label }) => label),
    ).to.have.members(["team-0", "team-2"]);
    expect(new Set(single.flatMap(({ nodes }) => nodes.flatMap(({ node }) => node?.id ?? []))).size).to.equal(
      100,
    );
  });

  it("draws no link through a node, and each node in its namespace", async () => {
    for (const one of [graph(two), graph(teams(3, 12)), graph(teams(10, 20))]) {
      const views = viewsOf(one);
      const places = await layouts(views);
      for (const [index, view] of views.entries()) {
        const layout = places[index];
        if (layout === undefined) throw new Error("no layout");
        expect(crossings(view, layout)).to.deep.equal([]);
        for (const [at, { group, node }] of view.nodes.entries()) {
          const [box, around] = [layout.nodes[at], layout.groups.get(group)];
          if (node === undefined || box === undefined || around === undefined) continue;
          expect(isInside([box.x, box.y], around), `${node.id} in ${group}`).to.equal(true);
        }
      }
    }
  });

  it("writes one file that loads nothing, of at most 250 kB for 200 services", async () => {
    const page = await pageOf(graph(teams(10, 20)));
    expect(Buffer.byteLength(page)).to.be.below(250_000);
    expect(page).to.not.match(/(src|href)="(?!data:)|url\((?!#)|@import|import\(|fetch\(|https?:/);
    expect(page.match(/<svg data-view=/g)).to.have.length(11);
    expect(page).to.not.match(/<!-- |\{\{/);
  });

  it("writes names as text", async () => {
    const id = 'service/a/"<b>"';
    const node = {
      id,
      kind: "service",
      name: '"<b>"',
      namespace: "a",
      facts: ["</script><b>"],
      findings: [],
    } as const;
    const page = await pageOf({ name: "<b>", nodes: [node], links: [] });
    expect(page).to.not.include("<b>");
    expect(page.match(/<\/script>/g)).to.have.length(2);
    expect(page).to.include(">&quot;&lt;b&gt;&quot;</text>");
  });

  it("writes DOT and Mermaid", () => {
    const view = firstView(graph(two));
    expect(dotOf(view)).to.include('"service/shop/web" -> "service/back/api" [style=dashed];');
    expect(dotOf(view)).to.include('subgraph "cluster back" {');
    expect(mermaidOf(view)).to.equal(
      [
        "flowchart LR",
        `  subgraph "${OUTSIDE}"`,
        '    n0(["pay"])',
        "  end",
        '  subgraph "back"',
        '    n1["api"]',
        "  end",
        '  subgraph "shop"',
        '    n2["web"]',
        "  end",
        "  n1 --> n0",
        "  n2 -.-> n1",
        "",
      ].join("\n"),
    );
  });
});
