import {
  type Bulletin,
  facts,
  type IstioMinor,
  istioMinors,
  minorOf,
  type Source,
} from "../policy-pack/facts";

/** The page about external facts: versions, repositories, support, each with its source. */
export function versionsPage(): string {
  const { istio, addOns } = facts;
  const minors: [string, IstioMinor][] = Object.entries(istioMinors);
  const bulletins: readonly Bulletin[] = istio.bulletins;
  return [
    "# Versions",
    "",
    "Meshwright's defaults, its preflight checks and the policy pack's version policies use one data file,",
    "`policy-pack/facts/facts.ts`. This page shows its contents. Each source has the date on which it was read.",
    "",
    "## Istio",
    "",
    ...table(
      ["what", "value", "source"],
      [
        [
          "default version",
          code(istio.version),
          sources(istioMinors[minorOf(istio.version) ?? ""]?.sources ?? []),
        ],
        ["charts, Helm repository", code(istio.charts.repository), sources(istio.charts.sources)],
        ["charts, OCI", code(istio.charts.oci), sources(istio.charts.sources)],
        ["images", code(istio.images.hub), sources(istio.images.sources)],
      ],
    ),
    `${list([...istio.retired.charts, ...istio.retired.images].map(code))} contain no version newer than Istio ` +
      `${istio.retired.lastMinor}, and close in ${istio.retired.closes} (${sources(istio.retired.sources)}).`,
    "",
    `istiod injects no proxy in the namespaces ${list(istio.neverInjected.namespaces.map(code))} ` +
      `(${sources(istio.neverInjected.sources)}).`,
    "",
    "## Support of Istio's minor versions",
    "",
    "Support depends on the patch and on the date. The policy `flag-outdated-versions` warns 30 days before the end of support.",
    "After a confirmed end of support, `require-supported-versions` rejects the version.",
    "",
    ...table(
      ["minor", "released", "end of support", "newest patch", "Kubernetes", "source"],
      minors.map(([minor, one]) => [
        minor,
        one.released,
        one.confirmed ? one.endOfSupport : `${one.endOfSupport} (expected)`,
        one.newest,
        `${one.kubernetes[0] ?? ""}–${one.kubernetes.at(-1) ?? ""}`,
        sources(one.sources),
      ]),
    ),
    "## Security bulletins",
    "",
    "`require-supported-versions` rejects patches older than the fix. If the patch with the fix is unknown,",
    "`flag-outdated-versions` warns about patches that were released before the bulletin.",
    "",
    ...table(
      ["bulletin", "fixed in", "fixed in this patch or later", "source"],
      bulletins.map(({ name, fixed, presumed = {}, sources: read }) => [
        name,
        Object.values(fixed).join(", "),
        Object.values(presumed).join(", ") || "–",
        sources(read),
      ]),
    ),
    "## Charts of the add-ons",
    "",
    ...table(
      ["chart", "version", "Helm repository", "source"],
      Object.entries(addOns).map(([name, { version, repository, sources: read }]) => [
        code(name),
        version,
        code(repository),
        sources(read),
      ]),
    ),
    "## Notes on the sources",
    "",
    ...notes().map(([url, note]) => `- <${url}>: ${note}.`),
    "",
  ].join("\n");
}

/** The notes of all sources, keyed by address: each once, in the data's order. */
function notes(): [string, string][] {
  const all: readonly { readonly sources: readonly Source[] }[] = [
    ...Object.values(istioMinors),
    ...facts.istio.bulletins,
  ];
  const noted = all.flatMap(({ sources: read }) =>
    read.flatMap(({ url, note }): [string, string][] => (note === undefined ? [] : [[url, note]])),
  );
  return [...new Map(noted)];
}

function code(text: string): string {
  return `\`${text}\``;
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function sources(read: readonly Source[]): string {
  return read.map(({ url, read: day }) => `[${day}](${url})`).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
