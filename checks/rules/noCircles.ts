import { formatPath } from "../../catalog";
import { callGraph } from "../callGraph";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

export const noCircles: MeshRule = {
  code: "MW405",
  severity: "warning",
  title: "Requests don't run in a circle",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { calls: { web: {} } }),
    right: webAndApi({}, {}),
  },
  *check(mesh) {
    for (const circle of callGraph(mesh).circles) {
      const [first, last] = [circle[0], circle.at(-1)];
      // The replicas of one service that ask each other are no circle of services.
      if (first === undefined || last === undefined || circle.length === 1) continue;
      yield {
        path: formatPath(["services", last, "calls", first]),
        message: `${[...circle, first].join(" → ")} is a circle: none of these services works without the others, and a request may go round without end`,
        cure: "remove one of these calls, or suppress this with the reason why it ends",
      };
    }
  },
};
