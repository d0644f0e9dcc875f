import { formatPath, type Labels } from "../../catalog";
import { selects } from "../../effect/object";
import { pages } from "../pages";
import type { MeshRule, Report, Text } from "../rule";
import { base, http } from "./example";

const selecting = (labels: object): object => ({
  ...base,
  services: {
    web: { ports: { http }, selector: { "app.kubernetes.io/instance": "shop" } },
    api: { ports: { http }, selector: labels },
  },
});

interface Selecting {
  readonly name: string;
  readonly labels: Labels;
  readonly path: string;
}

export const text = (
  kind: "services" | "versions",
  wide: Omit<Selecting, "path">,
  narrow: Omit<Selecting, "path">,
): Text => ({
  message: `the ${kind} "${wide.name}" and "${narrow.name}" select the same pods: ${formatted(wide.labels)} selects every pod that ${formatted(narrow.labels)} selects`,
  fix: `add a label to "${wide.name}" that only its own pods have`,
});

export const selectorsDistinct: MeshRule = {
  code: "MW341",
  severity: "error",
  title: "Services, and versions of a service, select different pods",
  why: [
    "A selector matches every pod that has all of its labels, so a selector with fewer labels also matches the other's pods.",
    "Requests for one service then reach pods of the other, and policies of both apply to them.",
  ],
  see: pages.kubernetesLabels,
  stage: "mesh",
  examples: {
    wrong: selecting({ "app.kubernetes.io/instance": "shop", "app.kubernetes.io/component": "api" }),
    right: selecting({ "app.kubernetes.io/instance": "shop-api" }),
  },
  *check({ services }) {
    for (const neighbours of Map.groupBy(services, ({ namespace }) => namespace).values()) {
      yield* overlaps(
        neighbours.map(({ name, selector }) => ({
          name,
          labels: selector,
          path: formatPath(["services", name, "selector"]),
        })),
        "services",
      );
    }
    for (const { name: service, versions } of services) {
      yield* overlaps(
        versions.map(({ name, labels }) => ({
          name,
          labels,
          path: formatPath(["services", service, "versions", name, "labels"]),
        })),
        "versions",
      );
    }
  },
};

function* overlaps(all: readonly Selecting[], kind: "services" | "versions"): Iterable<Report> {
  const having = Map.groupBy(
    all.flatMap((one, at) => Object.entries(one.labels).map((label) => ({ one, at, key: label.join("=") }))),
    ({ key }) => key,
  );
  for (const [i, wide] of all.entries()) {
    // A selector with all of its labels has the rarest of them, so not every pair must be compared.
    const [rarest = []] = Object.entries(wide.labels)
      .map((label) => having.get(label.join("=")) ?? [])
      .sort((a, b) => a.length - b.length);
    for (const { one: narrow, at } of rarest) {
      if (narrow === wide || !selects(wide.labels, narrow.labels)) continue;
      // Equal selectors are reported once, for the first.
      if (at < i && selects(narrow.labels, wide.labels)) continue;
      yield {
        path: narrow.path,
        ...text(kind, wide, narrow),
      };
    }
  }
}

function formatted(labels: Labels): string {
  return Object.entries(labels)
    .sort()
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
}
