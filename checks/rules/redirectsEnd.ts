import {
  formatPath,
  type GatewayRedirectDefinition,
  type MeshDefinition,
  moreSpecificFirst,
  type RoutePattern,
  uriOf,
} from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { shortened } from "../shortened";
import { withHosts } from "./example";

const tls = { credentialName: "shop" };
const toWeb = [{ prefix: "/", service: "web" }];
const moved = (host: string): object => ({
  "shop.example.com": { tls, routes: toWeb },
  "www.example.com": { tls, routes: [], redirects: [{ prefix: "/", authority: host }] },
});

/** @param addresses those that a client requests one after the other; the last one is the first one again. */
export const text = (addresses: readonly string[]): Text => ({
  message: `the redirect never ends: ${shortened(addresses)}`,
  fix: "redirect to a host and path that a route serves",
});

export const redirectsEnd: DefinitionRule = {
  code: "MW511",
  severity: "error",
  title: "Redirects end at a route or outside of the catalog",
  why: [
    "A redirect that leads to itself, or to another one that leads back, sends clients around a cycle.",
    "Browsers stop with an error such as ERR_TOO_MANY_REDIRECTS, so nothing at these paths can be reached.",
  ],
  see: pages.virtualService,
  stage: "definition",
  examples: {
    wrong: withHosts(moved("www.example.com")),
    right: withHosts(moved("shop.example.com")),
  },
  *check(definition) {
    const entries = entriesOf(definition);
    const starts = [...new Set(entries.flatMap(({ start, uri }) => [start, uri ?? start]))];
    for (const entry of entries.filter(({ redirect }) => redirect)) {
      for (const path of starts) {
        if (!matches(entry, path)) continue;
        const cycle = cycleFrom({ host: entry.host, path }, entry, entries);
        if (!cycle) continue;
        yield { path: formatPath(entry.place), ...text(cycle) };
        break;
      }
    }
  },
};

/** A route or redirect of a host. */
interface Entry {
  readonly gateway: string;
  readonly host: string;
  readonly pattern: RoutePattern;
  /** A path that it matches, as far as one is known: without a slash at its end. The root is empty. */
  readonly start: string;
  readonly redirect?: GatewayRedirectDefinition;
  /** The path that a redirect leads to, if it is always the same one. */
  readonly uri?: string;
  readonly place: readonly (string | number)[];
}

interface Address {
  readonly host: string;
  readonly path: string;
}

function entriesOf({ gateways = {} }: MeshDefinition): Entry[] {
  return Object.entries(gateways).flatMap(([gateway, { hosts }]) =>
    Object.entries(hosts).flatMap(([host, { routes, redirects = [], directResponses = [] }]) => {
      const entry = (section: string, i: number, pattern: RoutePattern): Entry => ({
        gateway,
        host,
        pattern,
        start: startOf(pattern),
        place: ["gateways", gateway, "hosts", host, section, i],
      });
      return [
        ...routes.flatMap((route, i) => (isConditional(route) ? [] : [entry("routes", i, route)])),
        ...directResponses.flatMap((one, i) =>
          isConditional(one) ? [] : [entry("directResponses", i, one)],
        ),
        ...redirects.map((redirect, i): Entry => ({
          ...entry("redirects", i, redirect),
          redirect,
          ...(redirect.uri !== undefined && { uri: withoutSlash(redirect.uri) }),
        })),
      ];
    }),
  );
}

/** Whether some requests with the route's path take the next route: those without its headers or query parameters. */
function isConditional({ match: { headers = {}, queryParams = {} } = {} }: RoutePattern): boolean {
  return Object.keys({ ...headers, ...queryParams }).length > 0;
}

function startOf(pattern: RoutePattern): string {
  const uri = uriOf(pattern);
  return "regex" in uri ? "" : withoutSlash(Object.values(uri).join(""));
}

function matches({ pattern }: Entry, path: string): boolean {
  const uri = uriOf(pattern);
  if ("prefix" in uri) return isBelow(path, withoutSlash(uri.prefix));
  const whole = path === "" ? "/" : path;
  return "exact" in uri ? whole === uri.exact : new RegExp(`^(?:${uri.regex})$`).test(whole);
}

/** The addresses on a cycle through a redirect, the first one also last. Undefined if it leads elsewhere. */
function cycleFrom(start: Address, redirect: Entry, entries: readonly Entry[]): string[] | undefined {
  const steps: { readonly address: string; readonly entry: Entry }[] = [];
  for (let here = start; ;) {
    const address = `${here.host}${here.path === "" ? "/" : here.path}`;
    const first = steps.findIndex((step) => step.address === address);
    if (first >= 0) {
      const cycle = steps.slice(first);
      // Another redirect may lead to a cycle without being on it.
      const isOn = cycle.some(({ entry }) => entry === redirect);
      return isOn ? [...cycle.map((step) => step.address), address] : undefined;
    }
    const entry = entryOf(here, redirect.gateway, entries);
    if (!entry?.redirect) return undefined;
    steps.push({ address, entry });
    here = { host: hostOf(entry.redirect.authority) ?? here.host, path: entry.uri ?? here.path };
  }
}

/** The most specific route or redirect, at the same gateway if that serves the host. */
function entryOf({ host, path }: Address, gateway: string, entries: readonly Entry[]): Entry | undefined {
  const serving = entries.filter((entry) => entry.host === host);
  const own = serving.filter((entry) => entry.gateway === gateway);
  return (own.length > 0 ? own : serving)
    .filter((entry) => matches(entry, path))
    .sort((a, b) => moreSpecificFirst(a.pattern, b.pattern))[0];
}

/** Gateways serve hosts on the port of HTTPS, which an address may name. */
function hostOf(authority?: string): string | undefined {
  return authority?.toLowerCase().replace(/:443$/, "");
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, "");
}
