import { formatPath, type Service } from "../../catalog";
import type { MeshRule } from "../rule";
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

export const accountOwn: MeshRule = {
  code: "MW340",
  severity: "warning",
  title: "Services that call others have a service account of their own",
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
          message: `"${service.name}" runs under the account ${account}, as ${others.map(({ name }) => `"${name}"`).join(" and ")} does: policies can't tell them apart, so "${service.name}" may call "${callee}" too`,
          fix: "give each of them a service account of its own",
        };
      }
    }
  },
};

/** The services that `other` may call and `service` may not. */
function granted(other: Service, service: Service): string[] {
  const own = new Set(service.outgoing.map(({ callee }) => callee));
  return other.outgoing.map(({ callee }) => callee).filter((callee) => !own.has(callee));
}
