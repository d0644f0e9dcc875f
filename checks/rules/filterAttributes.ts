import { formatPath } from "../../catalog";
import { attributes, type FilterProblem, filterProblems } from "../filterExpression";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const logging = (filter: string): object => ({
  ...webAndApi({}, {}),
  telemetry: { accessLogging: { provider: "envoy", filter } },
});

export const text = (attribute: string, fix: string): Text => ({
  message: `Envoy has no attribute "${attribute}", so the filter matches no request and nothing is logged`,
  fix,
});

const example = 'such as "response.code >= 400"';

export const syntaxText = (reason: string): Text => ({
  message: `the filter is not an expression of CEL, so istiod or the proxies reject it: ${reason}`,
  fix: `write a CEL expression, ${example}`,
});

export const typeText = (reason: string): Text => ({
  message: `the filter can't be evaluated, so nothing is logged: ${reason}`,
  fix: "compare values of the same type, with functions of CEL, such as startsWith, contains and matches",
});

export const resultText = (type: string): Text => ({
  message: `the filter is not a condition, so nothing is logged: its value has the type ${type.replace("$", "")}`,
  fix: `compare it with a value, ${example}`,
});

export const filterAttributes: DefinitionRule = {
  code: "MW362",
  severity: "error",
  title: "The filter of an access log is a condition on Envoy's attributes",
  why: [
    "The filter is a CEL expression, which each proxy evaluates for every request.",
    "A wrong expression, an unknown attribute or a wrong type makes the evaluation fail, and a request whose filter fails is not logged.",
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
      for (const problem of filterProblems(filter)) {
        yield { path: formatPath([...path, "accessLogging", "filter"]), ...textOf(problem) };
      }
    }
  },
};

function textOf(problem: FilterProblem): Text {
  switch (problem.kind) {
    case "attribute":
      return text(problem.attribute, fixOf(problem.attribute, attributes));
    case "syntax":
      return syntaxText(problem.reason);
    case "type":
      return typeText(problem.reason);
    case "result":
      return resultText(problem.type);
  }
}

/** Suggests an attribute. Names such as `responseCode` are those of Envoy's log formats, without the dot. */
function fixOf(name: string, all: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[._]/g, "");
  const same = all.find((one) => plain(one) === plain(name));
  return same === undefined
    ? nearest(name, all, 'use an attribute of Envoy, such as "response.code" or "request.method"')
    : `did you mean "${same}"?`;
}
