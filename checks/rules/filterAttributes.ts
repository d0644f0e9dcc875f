import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const logging = (filter: string): object => ({
  ...webAndApi({}, {}),
  telemetry: { accessLogging: { provider: "envoy", filter } },
});

/** @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes */
const attributes = new Map<string, readonly string[]>([
  ...["connection", "upstream", "source", "destination", "metadata", "filter_state"].map(
    (root) => [root, []] as const,
  ),
  ...["upstream_filter_state", "xds", "node"].map((root) => [root, []] as const),
  [
    "request",
    "path url_path host scheme method headers referer useragent time id protocol query duration size total_size".split(
      " ",
    ),
  ],
  [
    "response",
    "code code_details flags grpc_status headers trailers size total_size backend_latency".split(" "),
  ],
]);
const words = new Set(["true", "false", "null", "in"]);

export const text = (attribute: string, fix: string): Text => ({
  message: `Envoy has no attribute "${attribute}", so the filter matches no request and nothing is logged`,
  fix,
});

export const filterAttributes: DefinitionRule = {
  code: "MW362",
  severity: "error",
  title: "The filter of an access log uses Envoy's attributes",
  why: [
    "The filter is a CEL expression, which each proxy evaluates for every request.",
    "An unknown attribute makes the evaluation fail, and a request whose filter fails is not logged.",
  ],
  see: pages.attributes,
  stage: "definition",
  examples: { wrong: logging("responseCode >= 500"), right: logging("response.code >= 500") },
  *check({ telemetry, services }) {
    const filters: [path: string[], filter: string | undefined][] = [
      [["telemetry"], telemetry?.accessLogging?.filter],
      ...Object.entries(services).map(([name, own]): [string[], string | undefined] => [
        ["services", name, "telemetry"],
        own.telemetry?.accessLogging?.filter,
      ]),
    ];
    for (const [path, filter] of filters) {
      if (filter === undefined) continue;
      for (const [root, field] of attributesIn(filter)) {
        const known = attributes.get(root);
        if (known && (known.length === 0 || field === undefined || known.includes(field))) continue;
        const name = known ? `${root}.${field}` : root;
        const all = [...attributes].flatMap(([one, fields]) =>
          fields.length > 0 ? fields.map((each) => `${one}.${each}`) : [one],
        );
        yield {
          path: formatPath([...path, "accessLogging", "filter"]),
          ...text(name, fixOf(name, all)),
        };
      }
    }
  },
};

/** Suggests an attribute. Names such as `responseCode` are those of Envoy's log formats, without the dot. */
function fixOf(name: string, all: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[._]/g, "");
  const same = all.find((one) => plain(one) === plain(name));
  return same === undefined
    ? nearest(name, all, 'use an attribute of Envoy, such as "response.code" or "request.method"')
    : `did you mean "${same}"?`;
}

/** The attributes of a CEL expression, each once: root and first field. */
function attributesIn(filter: string): [root: string, field: string | undefined][] {
  const code = filter.replace(/[rRbB]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g, '""');
  const bound = [...code.matchAll(/\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,/g)].map(
    ([, name]) => name,
  );
  const found = [
    ...code.matchAll(/(?<![\w.])([A-Za-z_]\w*)(?:\s*\.\s*([A-Za-z_]\w*))?(?!\w)(\s*\()?/g),
  ].flatMap(([, root = "", field, called]): [string, string | undefined][] => {
    if (words.has(root) || bound.includes(root) || (called !== undefined && field === undefined)) return [];
    return [[root, called === undefined ? field : undefined]];
  });
  return [...new Map(found.map((one) => [one.join("."), one])).values()];
}
