import { mistakes } from "../../../effect";
import { type AuditRule, findingOf } from "../rule";
import { documents, routes, service } from "./examples";

const all = "route: [{ destination: { host: reviews } }]";
const slow = `match: [{ uri: { prefix: /slow } }], timeout: 9s, ${all}`;

export const unreachableRoute: AuditRule = {
  code: "MW941",
  severity: "warning",
  title: "a route that no request reaches",
  why: [
    "Proxies use the first route that a request matches.",
    "If an earlier route matches all requests of a later one, the later route has no effect, and Istio reports nothing.",
  ],
  see: {
    title: "VirtualServiceUnreachableRule",
    url: "https://istio.io/latest/docs/reference/config/analysis/ist0130/",
  },
  ignore: "the route is to be used as soon as the earlier one is removed.",
  examples: {
    wrong: documents(service("reviews"), routes(all, slow)),
    right: documents(service("reviews"), routes(slow, all)),
  },
  find: ({ model }) => mistakes.uselessRoutes(model).map(findingOf),
};
