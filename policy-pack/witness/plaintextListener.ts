import { isWithin } from "../../effect";
import { type Field, textsOf } from "../reading/field";
import { isHttpRoute, type KubernetesResource } from "../reading/resource";
import { isChallenge } from "./acmeChallenge";
import { type PlaintextUse, unserved } from "./plaintext";

const GROUP = "gateway.networking.k8s.io";

/** Returns what the routes of a stack do with plaintext requests to a listener of a Gateway of the Gateway API. */
export function listenerUse(
  stack: readonly KubernetesResource[],
  gateway: KubernetesResource,
  listener: Field,
): PlaintextUse {
  const { value } = listener.at("hostname");
  const host = typeof value === "string" ? value.toLowerCase() : "*";
  let isRedirected = false;
  const routes = stack.filter(
    ({ type }) => type.group === GROUP && type.kind.endsWith("Route") && !type.patch,
  );
  for (const by of routes) {
    const attached = by.fields
      .at("spec", "parentRefs")
      .children()
      .filter((one) => attaches(one, by, gateway, listener));
    const hosts = textsOf(by.fields.at("spec", "hostnames")).map(({ text }) => text.toLowerCase());
    const covers = hosts.length === 0 || hosts.some((own) => isWithin(host, own));
    if (attached.length === 0 || !(covers || hosts.some((own) => isWithin(own, host)))) continue;
    const rules = by.fields.at("spec", "rules").children();
    const route = rules.find((rule) => !isHttpRoute(by.type) || !(redirects(rule) || isOnlyChallenges(rule)));
    if (route !== undefined) return { outcome: "served", by, route };
    isRedirected ||= covers && rules.some((rule) => redirects(rule) && isCatchAll(rule));
  }
  return unserved(isRedirected, routes);
}

function attaches(
  parent: Field,
  route: KubernetesResource,
  { type, namespace = "default", name }: KubernetesResource,
  listener: Field,
): boolean {
  const given = (key: string, fallback: unknown): unknown => parent.at(key).value ?? fallback;
  const [section, port] = [listener.at("name").value, listener.at("port").value];
  return (
    given("kind", "Gateway") === type.kind &&
    given("namespace", route.namespace ?? "default") === namespace &&
    given("name", undefined) === name &&
    given("sectionName", section) === section &&
    given("port", port) === port
  );
}

function redirects(rule: Field): boolean {
  return rule
    .at("filters")
    .children()
    .some(
      (filter) =>
        filter.at("type").value === "RequestRedirect" &&
        filter.at("requestRedirect", "scheme").value === "https",
    );
}

/** A filter can rewrite a challenge's path to any other, or mirror the request. */
function isOnlyChallenges(rule: Field): boolean {
  const matches = rule.at("matches").children();
  return (
    matches.length > 0 &&
    !rule.at("filters").isSet &&
    matches.every(
      (match) =>
        match.at("path", "type").value !== "RegularExpression" && isChallenge(match.at("path", "value")),
    )
  );
}

function isCatchAll(rule: Field): boolean {
  const matches = rule.at("matches").children();
  return (
    matches.length === 0 ||
    matches.some((match) => {
      const [type, value] = [match.at("path", "type").value, match.at("path", "value").value];
      const isEvery = (type ?? "PathPrefix") === "PathPrefix" && (value ?? "/") === "/";
      return isEvery && match.children().every(({ key }) => key === "path");
    })
  );
}
