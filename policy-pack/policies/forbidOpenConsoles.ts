import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy, type Violation } from "../policy";
import { type Console, consolesOf } from "../reading/console";
import { type Field, textsOf } from "../reading/field";
import { isHelmRelease } from "../reading/resource";

/** What Grafana reads as true. https://pkg.go.dev/gopkg.in/ini.v1#Key.Bool */
const GRAFANA_TRUE = /^(1|[tTy]|[tT]rue|TRUE|[yY]es|YES|[oO]n|ON)$/;

/**
 * A console shows who calls whom, and what: whoever reaches it without a name maps the platform unseen.
 * https://kiali.io/docs/configuration/authentication/
 */
export const forbidOpenConsoles = resourcePolicy({
  name: "forbid-open-consoles",
  displayName: "Consoles ask who one is",
  description:
    "In prod and staging, Kiali and Grafana let nobody in without a name, and Prometheus lets nobody delete what it has.",
  severity: "high",
  framework: nist("AC-14", "Permitted actions without identification or authentication"),
  tags: ["istio", "observability", "authentication"],
  remediationSteps:
    "Set auth.strategy of Kiali to token, openid, openshift or header. Leave auth.anonymous out of Grafana's grafana.ini. Leave " +
    "enableAdminAPI of Prometheus out.",
  url: "https://kiali.io/docs/configuration/authentication/",
  settings: { environment },
  appliesTo: isHelmRelease,
  judge: (release, { environment }) =>
    environmentOf(environment) === "dev" ? [] : consolesOf(release).flatMap(judge),
});

function judge({ name, values }: Console): Violation[] {
  switch (name) {
    case "Kiali":
      return judgeKiali(values.at("auth", "strategy"));
    case "Grafana":
      return [
        values.at("grafana.ini", "auth.anonymous", "enabled"),
        values.at("env", "GF_AUTH_ANONYMOUS_ENABLED"),
      ].flatMap(judgeGrafana);
    case "Prometheus":
      return judgePrometheus(values);
    default:
      return [];
  }
}

function judgeKiali(field: Field): Violation[] {
  if (field.value !== "anonymous") return [];
  return [
    { field, problem: "is anonymous, so Kiali asks nobody for a name", cure: "Set it to token or openid" },
  ];
}

function judgeGrafana(field: Field): Violation[] {
  const value = String(field.value);
  if (!GRAFANA_TRUE.test(value)) return [];
  return [{ field, problem: `is ${value}, so Grafana asks nobody for a name`, cure: "Leave it out" }];
}

function judgePrometheus(values: Field): Violation[] {
  const cure = "Leave it out";
  const effect = "so whoever reaches Prometheus may delete what it has";
  const api = values.at("prometheusSpec", "enableAdminAPI");
  const flags = textsOf(values.at("extraFlags")).filter(({ text }) => text.includes("web.enable-admin-api"));
  return [
    ...(api.value === true ? [{ field: api, problem: `is true, ${effect}`, cure }] : []),
    ...flags.map(({ field }) => ({ field, problem: `is web.enable-admin-api, ${effect}`, cure })),
  ];
}
