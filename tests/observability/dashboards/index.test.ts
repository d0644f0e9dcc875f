import * as units from "@grafana/grafana-foundation-sdk/units";
import { expect } from "chai";
import fc from "fast-check";
import type { MeshDefinition } from "../../../catalog";
import type { CheckedMesh } from "../../../checks";
import { checkMesh } from "../../../mesh";
import { dashboardDefinitions, renderDashboards } from "../../../observability/dashboards";
import { records } from "../../../observability/rules/records";
import type { DashboardDefinition } from "../../../observability/dashboards/definition";
import { platformNames, platforms } from "../../../platforms";
import { meshes } from "../../mesh/meshes";
import { mistakes } from "../expressions";

/** What a panel of Grafana's model has that these tests read. */
interface Model {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly current?: unknown }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly datasource?: unknown;
    readonly fieldConfig?: { readonly defaults?: { readonly noValue?: string } };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly {
      readonly refId: string;
      readonly expr: string;
      readonly legendFormat: string;
      readonly datasource: unknown;
    }[];
  }[];
}

function checked(definition: MeshDefinition): CheckedMesh {
  const { mesh, findings } = checkMesh(definition);
  if (!mesh) throw new Error(JSON.stringify(findings));
  return mesh;
}

/** As Grafana reads it. */
function models(mesh: CheckedMesh): Model[] {
  return JSON.parse(JSON.stringify(renderDashboards(mesh))) as Model[];
}

/** What rules make: recorded series, and Prometheus' own series of the alerts that fire. */
const made = {
  ...Object.fromEntries(Object.entries(records).map(([name, labels]) => [name, [...labels, "mesh"]])),
  ALERTS: ["alertname", "alertstate", "severity", "mesh", "destination_service"],
};

/** The labels that a query's aggregation keeps. */
function kept(expr: string): string[] {
  return [...expr.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, by = ""]) => by.split(", "));
}

/** Grafana puts a duration in the place of its variable before Prometheus sees the query. */
function asPrometheusSees(expr: string): string {
  return expr.replaceAll("$__rate_interval", "5m");
}

/** Everything in a model that Grafana would show wrongly or not at all. */
function flaws({ uid, templating, panels }: Model): string[] {
  const found: string[] = [];
  const say = (where: string, what: string): void => void found.push(`${uid} ${where}: ${what}`);
  if (!/^[a-zA-Z0-9_-]{1,40}$/.test(uid)) say("uid", uid);
  const variables = new Set(templating.list.map(({ name }) => name));
  const ids = panels.map(({ id }) => id);
  if (new Set(ids).size < ids.length) say("ids", ids.join());
  const taken = new Map<string, string>();
  for (const { title, type, description = "", gridPos, targets = [], datasource, fieldConfig } of panels) {
    const { x, y, w, h } = gridPos;
    if (x + w > 24 || w < 1 || h < 1) say(title, `doesn't fit the grid: ${JSON.stringify(gridPos)}`);
    for (let column = x; column < x + w; column++) {
      for (let line = y; line < y + h; line++) {
        const other = taken.get(`${column},${line}`);
        if (other !== undefined) say(title, `covers ${other}`);
        taken.set(`${column},${line}`, title);
      }
    }
    const used = JSON.stringify({ title, targets }).matchAll(/\$\{?([a-z]\w*)/g);
    for (const [, name = ""] of used) if (!variables.has(name)) say(title, `there is no variable ${name}`);
    if (!["row", "stat", "table", "timeseries"].includes(type)) say(title, `nobody knows a panel ${type}`);
    if (type === "row") continue;
    if (description === "") say(title, "has no description");
    if (JSON.stringify(datasource) !== '{"type":"prometheus","uid":"${datasource}"}')
      say(title, "data source");
    if (targets.length === 0) say(title, "asks nothing");
    // Nothing isn't 0, and Grafana's own words for it don't say why.
    if (type !== "table" && fieldConfig?.defaults?.noValue === undefined)
      say(title, "says nothing of nothing");
    if (new Set(targets.map(({ refId }) => refId)).size < targets.length) say(title, "uses a refId twice");
    for (const target of targets) {
      if (JSON.stringify(target.datasource) !== JSON.stringify(datasource)) say(title, "data source");
      if (target.legendFormat === "") say(title, "a line has no name");
      for (const mistake of mistakes(asPrometheusSees(target.expr), made)) say(title, mistake);
      for (const [, label = ""] of target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        if (!kept(target.expr).includes(label))
          say(title, `${label} in the legend is not kept by ${target.expr}`);
      }
    }
  }
  return found;
}

const shop: MeshDefinition = {
  name: "shop",
  services: {
    web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { cart: {} } },
    cart: { ports: { http: { port: 8081, protocol: "http" } } },
  },
};

/** The titles of everything that a dashboard shows. */
function titles({ rows }: DashboardDefinition): string[] {
  return rows.flatMap(({ title, panels }) => [title, ...panels.map((panel) => panel.title)]);
}

/** Every line of the grid that has a hole. */
function gaps({ uid, panels }: Model): string[] {
  const widths = new Map<number, number>();
  for (const { gridPos } of panels) {
    for (let line = gridPos.y; line < gridPos.y + gridPos.h; line++) {
      widths.set(line, (widths.get(line) ?? 0) + gridPos.w);
    }
  }
  return [...widths].filter(([, width]) => width !== 24).map(([line]) => `${uid}: line ${line} isn't filled`);
}

describe("observability/dashboards", () => {
  for (const name of platformNames) {
    for (const environment of ["dev", "prod"] as const) {
      it(`have no flaw for ${name} in ${environment}`, () => {
        const mesh = checked(platforms[name].catalog(environment, {}));
        expect(models(mesh).flatMap((model) => [...flaws(model), ...gaps(model)])).to.deep.equal([]);
      });
    }
  }

  it("have tables whose columns are lines of the same labels, and nothing else", () => {
    for (const name of platformNames) {
      for (const { key, rows } of dashboardDefinitions(checked(platforms[name].catalog("prod", {})))) {
        for (const panel of rows.flatMap(({ panels }) => panels)) {
          if (panel.kind !== "table") continue;
          expect(panel.empty === undefined || panel.columns.length === 1, panel.title).to.equal(true);
          // What a link goes by is one of the columns.
          for (const [, field = ""] of JSON.stringify(panel.links ?? {}).matchAll(/__data\.fields\.(\w+)/g)) {
            expect(Object.values(panel.labels), panel.title).to.include(field);
          }
          for (const { title, expr } of panel.columns) {
            const labels = new Set(kept(expr).filter((label) => label !== "le"));
            expect([...labels], `${name} ${key}: ${panel.title}, ${title}`).to.have.members(
              Object.keys(panel.labels),
            );
          }
        }
      }
    }
  });

  it("lead to dashboards that exist", () => {
    for (const name of platformNames) {
      const all = models(checked(platforms[name].catalog("prod", {})));
      const uids = all.map(({ uid }) => uid);
      for (const [, uid = ""] of JSON.stringify(all).matchAll(/"\/d\/([\w-]+)/g))
        expect(uids).to.include(uid);
    }
  });

  it("have no flaw for any catalog, and addresses of their own", () => {
    fc.assert(
      fc.property(meshes, (definition) => {
        const all = models(checked(definition));
        expect(all.flatMap(flaws)).to.deep.equal([]);
        expect(new Set(all.map(({ uid }) => uid)).size).to.equal(all.length);
      }),
      { numRuns: 25 },
    );
  });

  it("are what a reader of flaws refuses, if one thing is wrong", () => {
    const [overview] = models(checked(shop));
    const panel = overview?.panels.find(({ title }) => title === "Requests by service");
    const target = panel?.targets?.[0];
    if (!overview || !panel || !target) throw new Error("unreachable: the overview has it");
    const broken = (change: object): string[] =>
      flaws({ ...overview, panels: [{ ...panel, targets: [{ ...target, ...change }] }] });
    expect(broken({})).to.deep.equal([]);
    expect(broken({ expr: "sum(rate(istio_request_total[5m]))", legendFormat: "x" })).to.deep.equal([
      "shop-overview Requests by service: nobody reports istio_request_total",
    ]);
    expect(broken({ legendFormat: "{{pod}}" })[0]).to.match(/pod in the legend is not kept by sum by/);
    expect(broken({ expr: target.expr.replace("$namespace", "$nowhere") })).to.deep.equal([
      "shop-overview Requests by service: there is no variable nowhere",
    ]);
    expect(broken({ expr: `${target.expr})` })[0]).to.contain("doesn't parse");
    expect(flaws({ ...overview, panels: [panel, panel] })).to.include(
      "shop-overview Requests by service: covers Requests by service",
    );
  });

  it("show what the catalog has, and nothing that it has not", () => {
    const keys = (definition: MeshDefinition): string[] =>
      dashboardDefinitions(checked(definition)).map(({ key }) => key);
    expect(keys(shop)).to.deep.equal(["overview", "services", "security", "resilience", "certificates"]);
    const image = { image: "cart:1" };
    const divided: MeshDefinition = {
      ...shop,
      services: {
        ...shop.services,
        cart: {
          ports: { http: { port: 8081, protocol: "http" } },
          versions: { v1: image, v2: image },
          traffic: { weights: { v1: 10, v2: 90 } },
        },
        db: { ports: { tcp: { port: 5432, protocol: "tcp" } } },
      },
      externalServices: { bank: { host: "api.bank.com", ports: { http: { port: 80, protocol: "http" } } } },
    };
    const shown = dashboardDefinitions(checked(divided));
    expect(shown.map(({ key }) => key)).to.include("canary");
    const [overview] = shown;
    const [plain] = dashboardDefinitions(checked(shop));
    if (!overview || !plain) throw new Error("unreachable: there is always an overview");
    expect(titles(overview)).to.include("External services").and.to.include("Connections opened");
    expect(titles(plain)).to.not.include("External services").and.to.not.include("Connections opened");
    const outside = overview.rows.find(({ title }) => title === "External services")?.panels[0];
    expect(outside?.kind === "timeseries" && outside.queries[0]?.expr).to.equal(
      'sum by (destination_service) (rate(istio_requests_total{reporter="source",destination_service=~"api\\\\.bank\\\\.com"}[$__rate_interval]))',
    );
    const ofServices = (definition: MeshDefinition): string[] =>
      dashboardDefinitions(checked(definition)).flatMap((one) => (one.key === "services" ? titles(one) : []));
    const spoken: MeshDefinition = {
      ...shop,
      services: { ...shop.services, cart: { ports: { grpc: { port: 8081, protocol: "grpc" } } } },
    };
    expect(ofServices(spoken)).to.include("gRPC status");
    expect(ofServices(shop)).to.not.include("gRPC status");
    // The heaviest version is what the others are compared with.
    const canary = shown.find(({ key }) => key === "canary");
    expect(canary?.variables.map(({ name, values, chosen }) => [name, values, chosen])).to.deep.equal([
      ["service", ["cart"], undefined],
      ["baseline", ["v1", "v2"], "v2"],
      ["canary", ["v1", "v2"], "v1"],
    ]);
  });

  it("let one choose among the platform's namespaces and services only", () => {
    const definition: MeshDefinition = {
      ...shop,
      services: {
        ...shop.services,
        mail: { namespace: "post", ports: { http: { port: 80, protocol: "http" } } },
      },
    };
    const resilience = models(checked(definition)).find(({ uid }) => uid === "shop-resilience");
    const option = (value: string) => ({ text: value, value, selected: false });
    const all = { text: "All", value: "$__all", selected: true };
    const choice = (name: string, label: string, values: string[]) => ({
      type: "custom",
      name,
      label,
      query: values.join(","),
      multi: true,
      includeAll: true,
      current: all,
      options: [all, ...values.map(option)],
    });
    expect(resilience?.templating.list)
      .to.have.length(3)
      .and.to.containSubset([
        { type: "datasource", name: "datasource", query: "prometheus", multi: false },
        choice("namespace", "Namespace", ["post", "shop"]),
        choice("service", "Service", ["cart", "mail", "web"]),
      ]);
  });

  describe("of services whose pods have other labels than app and version", () => {
    const http = { port: 80, protocol: "http" } as const;
    const labelled: MeshDefinition = {
      name: "shop",
      services: {
        cart: {
          ports: { http },
          selector: { "app.kubernetes.io/name": "shop-cart" },
          versions: {
            old: { labels: { "app.kubernetes.io/version": "1.4.2" } },
            new: { labels: { "app.kubernetes.io/version": "1.5.0" } },
          },
          traffic: { weights: { old: 90, new: 10 } },
        },
        pay: {
          ports: { http },
          selector: { team: "pay" },
          versions: {
            v1: { image: "pay:1", labels: { track: "stable" } },
            v2: { image: "pay:2", labels: { track: "canary" } },
          },
          traffic: { weights: { v1: 90, v2: 10 } },
          workload: { image: "pay:1" },
        },
        web: { ports: { http } },
      },
    };
    const exprs = (definition: MeshDefinition, title: string): string[] =>
      dashboardDefinitions(checked(definition)).flatMap(({ rows }) =>
        rows.flatMap(({ panels }) =>
          panels.flatMap((panel) =>
            panel.title === title && panel.kind !== "table" ? panel.queries.map(({ expr }) => expr) : [],
          ),
        ),
      );
    const board = (definition: MeshDefinition, key: string): DashboardDefinition | undefined =>
      dashboardDefinitions(checked(definition)).find((one) => one.key === key);

    it("find what a service sends by its canonical name", () => {
      expect(exprs(labelled, "Requests by callee")).to.deep.equal([
        'sum by (destination_service_name) (rate(istio_requests_total{reporter="source",source_canonical_service=~"$canonical",source_workload_namespace="shop"}[$__rate_interval]))',
      ]);
      const model = models(checked(labelled)).find(({ uid }) => uid === "shop-services");
      expect(model?.templating.list.at(-1)).to.deep.include({
        type: "query",
        name: "canonical",
        hide: 2,
        regex: '/[{,]canonical="([^"]+)"/',
        query:
          'query_result(label_replace(label_replace(label_replace(label_replace(vector(1), "service", "$service", "", ""), "canonical", "$service", "", ""), "canonical", "shop-cart", "service", "cart"), "canonical", "pay-v1|pay-v2", "service", "pay"))',
      });
    });

    it("tell versions apart by their canonical revision, and leave out those that have the same", () => {
      expect(exprs(labelled, "Requests by version")).to.deep.equal(
        Array(2).fill(
          'sum by (destination_canonical_revision) (rate(istio_requests_total{reporter="source",destination_service_name="$service",destination_service_namespace="shop"}[$__rate_interval]))',
        ),
      );
      expect(exprs(labelled, "Status of the canary")).to.deep.equal([
        'sum by (response_code) (rate(istio_requests_total{reporter="source",destination_service_name="$service",destination_service_namespace="shop",destination_canonical_revision="$canary"}[$__rate_interval]))',
      ]);
      const canary = board(labelled, "canary");
      expect(canary?.variables.map(({ name, values, chosen }) => [name, values, chosen])).to.deep.equal([
        ["service", ["cart"], undefined],
        ["baseline", ["1.4.2", "1.5.0"], "1.4.2"],
        ["canary", ["1.4.2", "1.5.0"], "1.5.0"],
      ]);
      expect(models(checked(labelled)).flatMap(flaws)).to.deep.equal([]);
    });

    it("need neither for the platforms, whose pods have app and version", () => {
      for (const name of platformNames) {
        const definition = platforms[name].catalog("prod", {});
        expect(board(definition, "services")?.derived, name).to.deep.equal([]);
        for (const expr of exprs(definition, "Requests by callee"))
          expect(expr, name).to.include('source_canonical_service="$service"');
        for (const expr of exprs(definition, "Requests by version"))
          expect(expr, name).to.match(/^sum by \(destination_version\)/);
        expect(JSON.stringify(models(checked(definition))), name).to.not.include("canonical_revision");
      }
    });
  });

  it("are red where the catalog's alerts fire", () => {
    const strict = checked({
      ...shop,
      alerts: { errorRate: 2, p99: "250ms", mtlsShare: 99 },
      certificates: { lifetime: "48h", alertAt: 25 },
    });
    const thresholds = dashboardDefinitions(strict).flatMap(({ rows }) =>
      rows.flatMap(({ panels }) =>
        panels.flatMap((panel) => (panel.kind === "stat" ? [[panel.title, panel.threshold] as const] : [])),
      ),
    );
    expect(Object.fromEntries(thresholds)).to.deep.include({
      Errors: { bad: "above", value: 0.02 },
      "Budget left": { bad: "below", value: 0 },
      "P99 latency": { bad: "above", value: 250 },
      "Mutual TLS": { bad: "below", value: 0.99 },
      "Shortest workload certificate": { bad: "below", value: 12 * 3600 },
    });
  });

  it("say when the catalog has certificates renewed", () => {
    const board = models(checked({ ...shop, certificates: { renewAt: 30 } })).find(({ title }) =>
      title.endsWith(": certificates"),
    );
    const told = board?.panels.flatMap(({ description = "" }) => /about \d+ %/.exec(description) ?? []);
    expect(told).to.deep.equal(["about 30 %", "about 30 %"]);
  });

  it("use units that Grafana knows", () => {
    const known = new Set(Object.values(units as Record<string, unknown>));
    const used = platformNames.flatMap((name) =>
      dashboardDefinitions(checked(platforms[name].catalog("prod", {}))).flatMap(({ rows }) =>
        rows.flatMap(({ panels }) =>
          panels.flatMap((panel) =>
            panel.kind === "table" ? panel.columns.map(({ unit }) => unit) : [panel.unit],
          ),
        ),
      ),
    );
    expect([...new Set(used)].filter((unit) => !known.has(unit))).to.deep.equal([]);
  });

  it("ask the same of the same catalog, however it is written", () => {
    const reordered: MeshDefinition = {
      ...shop,
      services: Object.fromEntries(Object.entries(shop.services).toReversed()),
    };
    expect(models(checked(reordered))).to.deep.equal(models(checked(shop)));
  });

  it("become Grafana's model of a panel, exactly", () => {
    const [overview] = models(checked(shop));
    expect(overview?.panels.find(({ title }) => title === "Errors")).to.deep.equal({
      id: 3,
      type: "stat",
      title: "Errors",
      description: "Ratio of the requests that fail: 5xx, a gRPC status that blames the server, no response.",
      datasource: { type: "prometheus", uid: "${datasource}" },
      gridPos: { x: 6, y: 1, w: 6, h: 4 },
      transparent: false,
      repeatDirection: "h",
      targets: [
        {
          refId: "A",
          datasource: { type: "prometheus", uid: "${datasource}" },
          expr: '(sum(rate(istio_requests_total{reporter="source",destination_service_namespace=~"$namespace",response_code=~"5..|0"}[$__rate_interval]) or rate(istio_requests_total{reporter="source",destination_service_namespace=~"$namespace",response_code!~"5..|0",grpc_response_status=~"2|4|12|13|14|15"}[$__rate_interval])) or 0 * sum(rate(istio_requests_total{reporter="source",destination_service_namespace=~"$namespace"}[$__rate_interval]))) / (sum(rate(istio_requests_total{reporter="source",destination_service_namespace=~"$namespace"}[$__rate_interval])) > 0)',
          legendFormat: "errors",
          range: true,
          instant: false,
        },
      ],
      fieldConfig: {
        defaults: {
          unit: "percentunit",
          noValue: "no traffic",
          thresholds: {
            mode: "absolute",
            steps: [
              { value: null, color: "green" },
              { value: 0.05, color: "red" },
            ],
          },
        },
        overrides: [],
      },
      options: {
        graphMode: "area",
        colorMode: "value",
        justifyMode: "auto",
        textMode: "auto",
        wideLayout: true,
        showPercentChange: false,
        percentChangeColorMode: "standard",
        orientation: "auto",
        reduceOptions: { calcs: ["lastNotNull"] },
      },
    });
  });
});
