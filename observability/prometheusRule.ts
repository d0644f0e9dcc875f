import type { CheckedMesh } from "../checks";
import { metadata, type Manifest } from "../mesh";
import { ruleGroupsOf } from "./rules";
import type { Rule } from "./rules/rule";

/**
 * The recording and alert rules of a mesh, one object per rule group.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
 */
export function prometheusRules(
  mesh: CheckedMesh,
  { namespace, runbookUrl }: { readonly namespace: string; readonly runbookUrl?: string },
): Manifest[] {
  return ruleGroupsOf(mesh).map(({ name, interval, rules }) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: metadata(mesh, { name: `${mesh.name}-${name}`, namespace, from: ["alerts", "certificates"] }),
    spec: {
      groups: [
        {
          name: `${mesh.name}-${name}`,
          ...(interval !== undefined && { interval }),
          rules: rules.map((rule) => written(rule, mesh.name, runbookUrl)),
        },
      ],
    },
  }));
}

function written(rule: Rule, mesh: string, runbookUrl: string | undefined): object {
  if ("record" in rule) return { ...rule, labels: { mesh } };
  const { alert, expr, for: duration, severity, summary, description } = rule;
  return {
    alert,
    expr,
    for: duration,
    labels: { mesh, severity },
    annotations: {
      summary,
      description,
      // A link to the published page, otherwise the page's name in this package.
      ...(runbookUrl === undefined
        ? { runbook: `docs/runbooks/${alert}.md` }
        : { runbook_url: `${runbookUrl.replace(/\/$/, "")}/${alert}.md` }),
    },
  };
}
