/** The fields of a VirtualService that delegate, and that are delegated. */
export interface DelegatingObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly hosts?: readonly string[];
    readonly exportTo?: readonly string[];
    readonly http?: readonly {
      readonly match?: readonly { readonly uri?: { readonly exact?: string; readonly prefix?: string } }[];
      readonly delegate?: { readonly name?: string; readonly namespace?: string };
    }[];
  };
}

type Route = NonNullable<NonNullable<DelegatingObject["spec"]>["http"]>[number];

/**
 * What is wrong between hosts that delegate paths and the delegates of other catalogs, as sentences. A check reads one
 * catalog only, so it can't find it.
 *
 * @param objects rendered objects of several catalogs, or those of a cluster.
 */
export function delegateProblems(objects: readonly DelegatingObject[]): string[] {
  const services = objects.filter(({ kind }) => kind === "VirtualService");
  const isDelegate = ({ spec }: DelegatingObject): boolean => (spec?.hosts ?? []).length === 0;
  const byName = new Map(services.filter(isDelegate).map((one) => [titleOf(one), one]));
  const reached = new Set<string>();
  const roots = services.filter((one) => !isDelegate(one));
  const problems = roots.flatMap((root) =>
    (root.spec?.http ?? []).flatMap((route, i, all) => {
      if (!route.delegate) return [];
      const { name = "", namespace = root.metadata.namespace ?? "" } = route.delegate;
      const title = `${namespace}/${name}`;
      reached.add(title);
      const target = byName.get(title);
      return target ? between(root, route, all.slice(0, i), target) : [missing(root, title)];
    }),
  );
  const unreached = [...byName].filter(([title]) => !reached.has(title));
  return [
    ...problems,
    ...unreached.map(
      ([title, one]) =>
        `The delegate ${title} of the catalog "${catalogOf(one)}" has no host: no VirtualService delegates to it. Add it to ` +
        `delegates of a host in the owner's catalog.`,
    ),
  ];
}

function missing(root: DelegatingObject, title: string): string {
  return (
    `${titleOf(root)} of the catalog "${catalogOf(root)}" delegates to ${title}, and none of these catalogs has it: its paths ` +
    `get another route, or 404. Declare it under delegates of the catalog of that namespace.`
  );
}

/** @param earlier the routes of the host that are matched before the delegate's. */
function between(
  root: DelegatingObject,
  route: Route,
  earlier: readonly Route[],
  target: DelegatingObject,
): string[] {
  const from = titleOf(root);
  const to = titleOf(target);
  const home = root.metadata.namespace ?? "";
  const exported = target.spec?.exportTo ?? ["*"];
  if (![home, "*"].some((namespace) => exported.includes(namespace))) {
    return [
      `${to} of the catalog "${catalogOf(target)}" is exported to ${exported.join(", ")}, and ${from} of the catalog ` +
        `"${catalogOf(root)}" delegates to it from ${home}: istiod ignores it. Set exportTo to "${home}".`,
    ];
  }
  return (target.spec?.http ?? []).flatMap((own) => {
    const paths = pathsOf(own);
    if (paths.some((path) => !pathsOf(route).some((wide) => includes(wide, path)))) {
      return [
        `${to} of the catalog "${catalogOf(target)}" routes ${paths.join(", ")}, and ${from} of the catalog ` +
          `"${catalogOf(root)}" delegates ${pathsOf(route).join(", ")}: istiod leaves the route out. Set both prefixes to the same value.`,
      ];
    }
    const taking = earlier.find((one) => {
      const taken = pathsOf(one);
      return taken.length > 0 && paths.every((path) => taken.some((wide) => includes(wide, path)));
    });
    return taking
      ? [
          `${to} of the catalog "${catalogOf(target)}" routes ${paths.join(", ")}, which ${pathsOf(taking).join(", ")} of ` +
            `${from} of the catalog "${catalogOf(root)}" takes before it. Remove one of the two routes.`,
        ]
      : [];
  });
}

/** Paths as patterns, with a trailing `*` for prefixes. Empty: unknown, or every path. */
function pathsOf({ match = [] }: Route): string[] {
  return match.flatMap(({ uri }) => uri?.exact ?? (uri?.prefix === undefined ? [] : `${uri.prefix}*`));
}

function includes(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function titleOf({ metadata: { namespace = "", name } }: DelegatingObject): string {
  return `${namespace}/${name}`;
}

function catalogOf({ metadata: { labels = {} } }: DelegatingObject): string {
  return labels["app.kubernetes.io/part-of"] ?? "";
}
