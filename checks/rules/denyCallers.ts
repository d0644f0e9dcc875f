import { pages } from "../pages";
import { nearest } from "../nearest";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const excepting = (caller: string): object =>
  webAndApi({}, { deny: { admin: { paths: ["/admin/*"], notCallers: [caller] } } });

export const text = (name: string, service: string, callers: readonly string[]): Text => ({
  message: `"${name}" is not a caller of "${service}"`,
  fix: nearest(
    name,
    [...callers],
    "name a service, gateway or admission that may call it, or remove the name",
  ),
});

export const denyCallers: MeshRule = {
  code: "MW325",
  severity: "error",
  title: "DENY rules name callers of their service",
  why: [
    "A rule matches callers by their identities, which come from calls, routes and admissions.",
    "A misspelt name in `callers` denies no request; in `notCallers`, it denies the caller that was meant.",
  ],
  see: pages.authorizationPolicy,
  stage: "mesh",
  examples: { wrong: excepting("wep"), right: excepting("web") },
  *check({ services }, hasFailed) {
    // A call, route or admission with a value of the wrong form may be the caller that is meant.
    if (["services", "gateways", "delegates"].some(hasFailed)) return;
    for (const { name: service, deny, incoming } of services) {
      const known = [...new Set(incoming.map(({ source }) => source.name))];
      for (const rule of deny) {
        for (const field of ["callers", "notCallers"] as const) {
          for (const name of rule[field]) {
            if (!known.includes(name)) yield { path: `${rule.path}.${field}`, ...text(name, service, known) };
          }
        }
      }
    }
  },
};
