import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const denying = (rule: object): object => webAndApi({}, { deny: { internals: rule } });

export const text = (field: string): Text => ({
  message: `the rule denies listed ${field} to everyone, and other spellings of the same request pass, such as /ADMIN for /admin`,
  fix: "list what is not denied, in notPaths or notMethods, or except those who may send it, in notCallers or notEndUser",
});

export const undecided = (): Text => ({
  message:
    "the provider decides listed paths only, and other spellings of the same request pass without a decision, such as /ADMIN for /admin",
  fix: "list what it does not decide, in notPaths",
});

export const denySpellings: MeshRule = {
  code: "MW326",
  severity: "warning",
  title: "DENY rules and external authorization list exceptions, not matches",
  why: [
    "Applications treat several spellings of a path as the same path.",
    "A request with a spelling that a DENY rule or external authorization does not list passes.",
    "A rule that lists exceptions applies to everything else, including other spellings. For DENY rules, the policy `require-safe-patterns` reports the same.",
  ],
  see: pages.securityBestPractices,
  suppress: "the application answers other spellings of these requests with 404.",
  stage: "mesh",
  examples: {
    wrong: denying({ paths: ["/actuator/*"] }),
    right: denying({ notPaths: ["/api/*"] }),
  },
  *check({ services, gateways }, hasFailed) {
    const decided = [...services, ...gateways.flatMap(({ hosts }) => hosts)].flatMap(
      ({ extAuthz }) => extAuthz ?? [],
    );
    for (const { paths, notPaths, path } of decided) {
      if (paths.length === 0 || notPaths.length > 0) continue;
      yield { path: `${path}.paths`, ...undecided() };
    }
    for (const rule of services.flatMap(({ deny }) => deny)) {
      const field = (["paths", "methods"] as const).find((one) => rule[one].length > 0);
      const excepts =
        rule.notEndUser !== undefined ||
        [rule.notCallers, rule.notMethods, rule.notPaths, rule.notIpBlocks].some((list) => list.length > 0);
      if (field === undefined || excepts || hasFailed(rule.path)) continue;
      yield { path: `${rule.path}.${field}`, ...text(field) };
    }
  },
};
