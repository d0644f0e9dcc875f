import { formatPath, type Labels, selectsAll } from "../../catalog";
import type { MeshRule, Report } from "../rule";
import { base, http } from "./example";

const selecting = (labels: object): object => ({
  ...base,
  services: {
    web: { ports: { http }, selector: { "app.kubernetes.io/instance": "shop" } },
    api: { ports: { http }, selector: labels },
  },
});

export const selectorsDistinct: MeshRule = {
  code: "MW341",
  severity: "error",
  title: "No two services, and no two versions of a service, select the same pods",
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

interface Selecting {
  readonly name: string;
  readonly labels: Labels;
  readonly path: string;
}

function* overlaps(all: readonly Selecting[], kind: string): Iterable<Report> {
  const having = Map.groupBy(
    all.flatMap((one, at) => Object.entries(one.labels).map((label) => ({ one, at, key: label.join("=") }))),
    ({ key }) => key,
  );
  for (const [i, wide] of all.entries()) {
    // What has all of its labels has the rarest of them: selectors need not be compared each with each.
    const [rarest = []] = Object.entries(wide.labels)
      .map((label) => having.get(label.join("=")) ?? [])
      .sort((a, b) => a.length - b.length);
    for (const { one: narrow, at } of rarest) {
      if (narrow === wide || !selectsAll(wide.labels, narrow.labels)) continue;
      // Of two that are equal, the first stands for both.
      if (at < i && selectsAll(narrow.labels, wide.labels)) continue;
      yield {
        path: narrow.path,
        message: `the ${kind} "${wide.name}" and "${narrow.name}" select the same pods: ${text(wide.labels)} selects every pod that ${text(narrow.labels)} selects`,
        fix: `add a label to "${wide.name}" that only its own pods have`,
      };
    }
  }
}

function text(labels: Labels): string {
  return Object.entries(labels)
    .sort()
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
}
