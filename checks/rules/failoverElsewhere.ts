import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const to = (region: string): object => ({
  loadBalancing: { locality: { failover: [{ from: "us-west", to: region }] } },
});

export const text = (service: string, region: string): Text => ({
  message: `the failover of "${service}" is from ${region} to ${region}`,
  fix: "set another region",
});

export const failoverElsewhere: MeshRule = {
  code: "MW504",
  severity: "error",
  title: "A failover names another region",
  why: [
    "A failover from a region to itself changes nothing: Envoy already uses the endpoints of the caller's region first.",
    "The intended region is missing, and gets requests only in the default order.",
  ],
  see: pages.localityFailover,
  stage: "mesh",
  examples: { wrong: webAndApi({}, to("us-west")), right: webAndApi({}, to("us-east")) },
  *check({ services }) {
    for (const { name, loadBalancing } of services) {
      for (const [i, { from, to: target }] of (loadBalancing.locality?.failover ?? []).entries()) {
        if (from !== target) continue;
        yield {
          path: formatPath(["services", name, "loadBalancing", "locality", "failover", i, "to"]),
          ...text(name, target),
        };
      }
    }
  },
};
