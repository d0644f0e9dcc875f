import { fulfils, type Condition } from "../../../effect/condition";
import {
  accessRules,
  type Identity,
  identityOf,
  inbound,
  modeAt,
  type Model,
  type ServiceHost,
  unreadOf,
  type Workload,
  workloadsSelected,
} from "../../../effect";
import { isInjectionKnown, objectOf } from "../audited";
import { listed, titleOf } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, meshNamespace, policy, service, strict } from "./examples";
import { callsOf, reroutedHosts } from "./calls";
import { servicesOf } from "./routes";

const caller = deployment("web", { env: '{ name: CART, value: "http://cart:8080" }' });
const admits = (account: string): string =>
  policy("cart", `rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/${account}] } }] }]`);

export const deniedCaller: AuditRule = {
  code: "MW934",
  severity: "warning",
  title: "a caller that the service denies",
  why: [
    "The pod's environment names the service, and the service denies every request of the pod's identity.",
    "Only environment variables with a host and a port, or a URL, are read. Other calls don't show in manifests.",
  ],
  see: {
    title: "Authorization policies",
    url: "https://istio.io/latest/docs/concepts/security/#authorization-policies",
  },
  ignore: "the pods don't use the variable.",
  examples: {
    wrong: documents(meshNamespace, strict, caller, deployment("cart"), service("cart"), admits("cart")),
    right: documents(meshNamespace, strict, caller, deployment("cart"), service("cart"), admits("web")),
  },
  *find(audited) {
    const { model } = audited;
    const rerouted = reroutedHosts(model);
    for (const workload of model.workloads) {
      const object = objectOf(audited, workload);
      if (!object || !isInjectionKnown(audited, workload)) continue;
      const identity = workload.proxy === "none" ? undefined : identityOf(workload, model.settings);
      for (const { path, host, port } of callsOf(object, model)) {
        if (rerouted.has(host)) continue;
        const [to] = servicesOf(model, host);
        const callees = to ? workloadsSelected(model.workloads, to.selector ?? { "": "" }, to.namespace) : [];
        const reasons = callees.map((callee) => to && denialOf(model, callee, to, port, identity));
        const [reason] = reasons;
        if (!to || reason === undefined || reasons.includes(undefined)) continue;
        yield {
          object,
          path,
          message: `An environment variable names ${host}:${port}, and ${titleOf(to.from)} denies every request of these pods: ${reason}.`,
          fix:
            identity === undefined
              ? "Let its pods get a proxy, or remove the variable"
              : `Admit the service account ${identity.namespace}/${identity.serviceAccount} in a policy of the service, or remove the variable`,
        };
      }
    }
  },
};

/** Why a workload certainly denies all requests of a client to a port. Undefined if it may allow one. */
function denialOf(
  model: Model,
  callee: Workload,
  { ports }: ServiceHost,
  number: number,
  identity: Identity | undefined,
): string | undefined {
  const found = ports.find((one) => one.number === number);
  if (!found || callee.proxy !== "sidecar") return undefined;
  const port = typeof found.target === "number" ? found.target : callee.namedPorts?.[found.target];
  const mtls = inbound(model, callee);
  if (port === undefined || mtls.bypassed(port)) return undefined;
  if (identity === undefined && modeAt(mtls, port) === "STRICT") {
    return "it requires mutual TLS, and they have no proxy";
  }
  if (unreadOf(model, callee).some(({ about }) => about === "access")) return undefined;
  const seen = modeAt(mtls, port) === "DISABLE" ? undefined : identity;
  const { allow, allowing } = accessRules(model, callee, !["http", "auto"].includes(found.protocol));
  if (allow === undefined) return undefined;
  const request = { port, ...(seen && { identity: seen }) };
  const mayHold = (condition: Condition): boolean =>
    condition.alternatives.flat().some(({ dimension }) => dimension !== "identity" && dimension !== "port") ||
    fulfils(request, condition, model.settings) !== "no";
  const mayMatch = (lists: readonly (readonly Condition[])[]): boolean =>
    lists.length === 0 || lists.some((list) => list.every(mayHold));
  if (allow.some(({ rule }) => mayMatch(rule.from) && mayMatch(rule.to) && rule.when.every(mayHold)))
    return undefined;
  return `no rule of ${listed(allowing.map(titleOf))} admits them`;
}
