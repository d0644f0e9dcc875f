import { formatPath, type Service } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const sharing = (account: string): object => ({
  ...base,
  services: {
    web: { ports: { http }, serviceAccount: { name: "shop" }, calls: { api: {} } },
    job: { serviceAccount: { name: account }, calls: { api: {}, search: {} } },
    api: { ports: { http } },
    search: { ports: { http } },
  },
});

export const text = (service: string, account: string, others: readonly string[], callee: string): Text => ({
  message: `"${service}" uses the service account ${account}, like ${others.map((name) => `"${name}"`).join(" and ")}: policies can't tell them apart, so "${service}" may call "${callee}" too`,
  fix: "give each of them its own service account",
});

export const serviceAccountOwn: MeshRule = {
  code: "MW340",
  severity: "warning",
  title: "Services that call others have a service account of their own",
  why: [
    "A service's identity is its service account: AuthorizationPolicies admit callers by it.",
    "Services that share one can each make every call that is declared for any of them.",
  ],
  see: pages.security,
  suppress: "the pods already share a service account, and their calls may be merged.",
  stage: "mesh",
  examples: { wrong: sharing("shop"), right: sharing("job") },
  *check({ services }) {
    const accounts = Map.groupBy(
      services,
      ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount.name}`,
    );
    for (const [account, sharers] of accounts) {
      if (sharers.length < 2) continue;
      for (const service of sharers) {
        const others = sharers.filter((other) => other !== service && granted(other, service).length > 0);
        const [other] = others;
        if (!other) continue;
        const [callee = ""] = granted(other, service);
        yield {
          path: formatPath(["services", service.name, "serviceAccount"]),
          ...text(
            service.name,
            account,
            others.map(({ name }) => name),
            callee,
          ),
        };
      }
    }
  },
};

/** The services that `other` calls and `service` does not. */
function granted(other: Service, service: Service): string[] {
  const own = new Set(service.outgoing.map(({ callee }) => callee));
  return other.outgoing.map(({ callee }) => callee).filter((callee) => !own.has(callee));
}
