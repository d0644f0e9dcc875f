import { isWithin } from "../../effect";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isVirtualService, type KubernetesResource } from "../reading/resource";
import { isChallenge } from "./acmeChallenge";

/** What a gateway does with plaintext requests. */
export type PlaintextUse =
  /** It answers each one with a redirect to HTTPS, except challenges of an ACME server. */
  | { readonly outcome: "redirected" }
  /** A route of an object answers or forwards some of them. */
  | { readonly outcome: "served"; readonly by: KubernetesResource; readonly route: Field }
  /** No route of the stack redirects all of them, so the routes of another stack decide. */
  | { readonly outcome: "open" }
  /** It depends on values that are unknown during preview, which the resources have recorded. */
  | { readonly outcome: "undecided" };

/** The outcome of routes of which none serves requests. */
export function unserved(isRedirected: boolean, routes: readonly KubernetesResource[]): PlaintextUse {
  if (isRedirected) return { outcome: "redirected" };
  return { outcome: routes.some(({ unknowns }) => unknowns.size > 0) ? "undecided" : "open" };
}

/** Returns what the VirtualServices of a stack do with plaintext requests to a server of a Gateway. */
export function plaintextUse(
  stack: readonly KubernetesResource[],
  gateway: KubernetesResource,
  server: Field,
): PlaintextUse {
  const { namespace = "default", name = "" } = gateway;
  const on: Server = { gateway: `${namespace}/${name}`, port: server.at("port", "number").value };
  const hosts = textsOf(server.at("hosts")).map(({ text }) => serverHost(text, namespace));
  const redirected = new Set<string>();
  const routes = stack.filter(({ type }) => isVirtualService(type) && !type.patch);
  for (const by of routes) {
    const own = by.fields.at("spec");
    if (!namesGateway(own.at("gateways"), on, by)) continue;
    const served = textsOf(own.at("hosts")).map(({ text }) => text.toLowerCase());
    const bound = hosts.filter(
      (one) =>
        (one.namespace === "*" || one.namespace === (by.namespace ?? "default")) &&
        served.some((host) => isWithin(host, one.host) || isWithin(one.host, host)),
    );
    if (bound.length === 0) continue;
    const found = firstServed(stack, by, on);
    if (found.route !== undefined) return { outcome: "served", by, route: found.route };
    if (!found.redirectsRest) continue;
    for (const { host } of bound) if (served.some((wide) => isWithin(host, wide))) redirected.add(host);
  }
  return unserved(
    hosts.every(({ host }) => redirected.has(host)),
    routes,
  );
}

interface Server {
  /** As `<namespace>/<name>`. */
  readonly gateway: string;
  readonly port: unknown;
}

function serverHost(entry: string, own: string): { readonly namespace: string; readonly host: string } {
  const [of = "*", host = ""] = entry.includes("/") ? entry.split("/", 2) : ["*", entry];
  return { namespace: of === "." ? own : of, host: host.toLowerCase() };
}

function namesGateway(
  gateways: Field,
  { gateway }: Server,
  { namespace = "default" }: KubernetesResource,
): boolean {
  return textsOf(gateways).some(
    ({ text }) => (text.includes("/") ? text : `${namespace}/${text}`) === gateway,
  );
}

/** The first route of a VirtualService that serves plaintext requests, and whether a route redirects all that are left. */
function firstServed(
  stack: readonly KubernetesResource[],
  of: KubernetesResource,
  on: Server,
): { readonly route?: Field; readonly redirectsRest: boolean } {
  for (const route of of.fields.at("spec", "http").children()) {
    const matches = matchesAt(route, of, on);
    if (matches === undefined) continue;
    if (!isHarmless(stack, route, matches, of, on)) return { route, redirectsRest: false };
    if (route.at("redirect").isSet && (matches.length === 0 || matches.some(isCatchAll))) {
      return { redirectsRest: true };
    }
  }
  return { redirectsRest: false };
}

/** The matches of a route that apply at a server: none if the route has none. Undefined if the route doesn't apply. */
function matchesAt(route: Field, of: KubernetesResource, on: Server): Field[] | undefined {
  const matches = route.at("match").children();
  if (route.at("match").peek === UNKNOWN) return undefined;
  const applying = matches.filter((match) => {
    const port = match.at("port").value;
    const gateways = match.at("gateways");
    const isOther = port !== undefined && port !== 0 && port !== on.port;
    return !isOther && (!gateways.isSet || namesGateway(gateways, on, of));
  });
  return matches.length > 0 && applying.length === 0 ? undefined : applying;
}

function isHarmless(
  stack: readonly KubernetesResource[],
  route: Field,
  matches: readonly Field[],
  of: KubernetesResource,
  on: Server,
): boolean {
  const redirect = route.at("redirect");
  if (redirect.isSet) return ["https", UNKNOWN].includes(redirect.at("scheme").value as string);
  const isPlain = !["rewrite", "mirror", "mirrors"].some((key) => route.at(key).isSet);
  const isOnlyChallenges = matches.length > 0 && matches.every(matchesChallenge);
  if (!route.at("delegate").isSet) return isPlain && isOnlyChallenges;
  const { namespace = of.namespace ?? "default", name } = namesOf(route.at("delegate"));
  const delegate = stack.find(
    (one) => isVirtualService(one.type) && one.name === name && (one.namespace ?? "default") === namespace,
  );
  const routes = delegate?.fields.at("spec", "http").children();
  return (
    routes?.every((own) => {
      const narrower = matchesAt(own, delegate ?? of, on);
      if (narrower === undefined || own.at("delegate").isSet) return narrower === undefined;
      const inherited = isPlain && isOnlyChallenges ? matches : narrower;
      return isHarmless(stack, own, inherited, of, on) && (own.at("redirect").isSet || isPlain);
    }) ?? false
  );
}

function namesOf(delegate: Field): { readonly namespace?: string; readonly name?: string } {
  const [namespace, name] = [delegate.at("namespace").value, delegate.at("name").value];
  return {
    ...(typeof namespace === "string" && { namespace }),
    ...(typeof name === "string" && { name }),
  };
}

function matchesChallenge(match: Field): boolean {
  const uri = match.at("uri");
  return isChallenge(uri.at("exact")) || isChallenge(uri.at("prefix"));
}

/** Conditions of a match that don't narrow the requests at a server. */
const WIDE = ["uri", "port", "gateways", "name", "statPrefix", "ignoreUriCase"];

function isCatchAll(match: Field): boolean {
  const uri = match.at("uri");
  const isEvery = !uri.isSet || uri.at("prefix").value === "/" || uri.at("regex").value === ".*";
  return isEvery && match.children().every(({ key }) => WIDE.includes(key));
}
