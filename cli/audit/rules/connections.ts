import { mistakes } from "../../../effect";
import { type AuditRule, findingOf } from "../rule";
import { deployment, documents, meshNamespace, policy, service } from "./examples";

const redis = (rule: string): string =>
  documents(
    meshNamespace,
    deployment("redis"),
    service("redis", "name: tcp-redis, port: 6379"),
    policy("redis", `rules: [{ ${rule} }]`),
  );
const web = "from: [{ source: { principals: [cluster.local/ns/shop/sa/redis] } }]";

export const rulesAboutConnections: AuditRule = {
  code: "MW967",
  severity: "warning",
  title: "a rule about requests for a port of TCP",
  why: [
    "A proxy reads no methods, paths, hosts or tokens on a port of TCP or TLS.",
    "Istio leaves a rule of ALLOW with such a condition out there, so the port denies the callers that the rule names.",
    "Of a rule of DENY it leaves out only the condition, so the port denies more than the rule says.",
  ],
  see: {
    title: "Authorization for TCP traffic",
    url: "https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/",
  },
  ignore: "the whole port is to be denied.",
  examples: {
    wrong: redis(`${web}, to: [{ operation: { methods: [GET], ports: ["6379"] } }]`),
    right: redis(`${web}, to: [{ operation: { ports: ["6379"] } }]`),
  },
  find: ({ model }) => mistakes.rulesWithoutRequests(model).map(findingOf),
};
