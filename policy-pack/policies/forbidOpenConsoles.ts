import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Console, consolesOf } from "../reading/console";
import { type Field, textsOf } from "../reading/field";
import { isHelmRelease } from "../reading/resource";
import { asText } from "../reading/value";

/** The values that Grafana reads as true. https://pkg.go.dev/gopkg.in/ini.v1#Key.Bool */
const GRAFANA_TRUE = /^(1|[tTy]|[tT]rue|TRUE|[yY]es|YES|[oO]n|ON)$/;

/** The texts of this policy's violations. */
export const messages = {
  kiali: (): Message => ({
    problem: "is anonymous, so Kiali requires no login",
    fix: "Set it to token or openid",
  }),
  grafana: (value: string): Message => ({
    problem: `is ${value}, so Grafana requires no login`,
    fix: "Remove it",
  }),
  prometheus: (value: string): Message => ({
    problem: `is ${value}, so every client of Prometheus can delete its data`,
    fix: "Remove it",
  }),
};

/**
 * Consoles show the call graph of the platform. Without a login, every client in the cluster can read it.
 * https://kiali.io/docs/configuration/authentication/
 */
export const forbidOpenConsoles = resourcePolicy({
  name: "forbid-open-consoles",
  displayName: "Consoles require a login",
  description:
    "In prod and staging, Kiali and Grafana require a login, and clients of Prometheus cannot delete its data.",
  severity: "high",
  framework: nist("AC-14", "Permitted actions without identification or authentication"),
  tags: ["istio", "observability", "authentication"],
  remediationSteps:
    "Set auth.strategy of Kiali to token, openid, openshift or header. Remove auth.anonymous from Grafana's grafana.ini. " +
    "Remove enableAdminAPI from the values of Prometheus.",
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
  return field.value === "anonymous" ? [{ field, ...messages.kiali() }] : [];
}

function judgeGrafana(field: Field): Violation[] {
  const value = asText(field.value);
  return GRAFANA_TRUE.test(value) ? [{ field, ...messages.grafana(value) }] : [];
}

function judgePrometheus(values: Field): Violation[] {
  const api = values.at("prometheusSpec", "enableAdminAPI");
  const flags = textsOf(values.at("extraFlags")).filter(({ text }) => text.includes("web.enable-admin-api"));
  return [
    ...(api.value === true ? [{ field: api, ...messages.prometheus("true") }] : []),
    ...flags.map(({ field }) => ({ field, ...messages.prometheus("web.enable-admin-api") })),
  ];
}
