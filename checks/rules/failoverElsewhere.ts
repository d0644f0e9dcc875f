import { formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const to = (region: string): object => ({
  loadBalancing: { locality: { failover: [{ from: "us-west", to: region }] } },
});

export const failoverElsewhere: MeshRule = {
  code: "MW504",
  severity: "error",
  title: "A failover leads to another region",
  stage: "mesh",
  examples: { wrong: webAndApi({}, to("us-west")), right: webAndApi({}, to("us-east")) },
  *check({ services }) {
    for (const { name, loadBalancing } of services) {
      for (const [i, { from, to: target }] of (loadBalancing.locality?.failover ?? []).entries()) {
        if (from !== target) continue;
        yield {
          path: formatPath(["services", name, "loadBalancing", "locality", "failover", i, "to"]),
          message: `the failover of "${name}" leads from ${from} to ${target}`,
          fix: "name another region",
        };
      }
    }
  },
};
