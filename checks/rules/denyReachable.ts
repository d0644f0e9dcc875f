import { type Deny, denyRequestFields, isHttp, type Mesh, type Service } from "../../catalog";
import { mayCall, type Model, type Request } from "../../effect";
import { type Samples, samplesOf } from "../denySamples";
import { modelOf } from "../meshModel";
import { pages } from "../pages";
import { unknownService } from "../references";
import type { ObjectRule, Rendered, Text } from "../rule";
import { webAndApi } from "./example";

const denying = (rule: object): object =>
  webAndApi({ calls: { api: { paths: ["/orders/*", "/admin/*"] } } }, { deny: { admin: rule } });

/** @param part the path or method that is denied, if it is not the whole call. */
export const text = (edge: string, part: string | undefined): Text => ({
  message: `the rule denies every request of ${edge}${part === undefined ? "" : ` with ${part}`}, which the catalog declares`,
  fix: "add an exception to the rule, or remove what it denies from the call, route or admission",
});

export const denyReachable: ObjectRule = {
  code: "MW324",
  severity: "error",
  title: "DENY rules leave declared calls reachable",
  why: [
    "Istio evaluates DENY rules before ALLOW rules, so a denied request gets 403 although the catalog declares its call.",
    "A rule that denies a whole call, or all requests with one of its paths or methods, contradicts the catalog.",
  ],
  see: pages.authorizationPolicy,
  stage: "objects",
  examples: {
    wrong: denying({ notPaths: ["/orders/*"] }),
    right: denying({ notPaths: ["/orders/*", "/admin/*"] }),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("") || mesh.services.some(({ name }) => name === unknownService)) return;
    const denying = mesh.services.filter(
      (one) => one.deny.length > 0 && namesCallers(one) && seesRequests(one),
    );
    if (denying.length === 0) return;
    const model = modelOf(mesh, rendered.objects(mesh));
    for (const service of denying) {
      for (const edge of service.incoming) {
        for (const samples of samplesOf(edge, service.deny, mesh)) {
          if (samples.requests.length === 0 || !deniesAll(model, service, samples)) continue;
          const rule = culprit(mesh, service, samples, rendered);
          yield { path: rule?.path ?? `${service.path}.deny`, ...text(edge.path, samples.of) };
        }
      }
    }
  },
};

/** Whether all named callers are callers. MW325 reports others. */
function namesCallers({ deny, incoming }: Service): boolean {
  const known = incoming.map(({ source }) => source.name);
  return deny.every(({ callers, notCallers }) =>
    [...callers, ...notCallers].every((name) => known.includes(name)),
  );
}

/** Whether rules about requests have HTTP ports only. MW204 reports others. */
function seesRequests({ deny, ports }: Service): boolean {
  const opaque = ports.filter(({ protocol }) => !isHttp(protocol)).map(({ targetPort }) => targetPort);
  return deny.every(
    (rule) =>
      !denyRequestFields.some((field) => [rule[field] ?? []].flat().length > 0) ||
      (rule.ports.length > 0 && !rule.ports.some((port) => opaque.includes(port))),
  );
}

function deniesAll(model: Model, service: Service, { requests }: Samples): boolean {
  const workload = model.workloads.find(
    ({ namespace, labels }) =>
      namespace === service.namespace &&
      Object.entries(service.selector).every(([key, value]) => labels[key] === value),
  );
  if (!workload) return false;
  const denies = (request: Request): boolean => mayCall(model, workload, request).reason === "rule denies";
  return requests.every(denies);
}

/** The rule that denies the requests alone. Undefined if only several together do. */
function culprit(mesh: Mesh, service: Service, samples: Samples, { objects }: Rendered): Deny | undefined {
  return service.deny.find((rule) => {
    const only = { ...service, deny: [rule] };
    const alone = { ...mesh, services: mesh.services.map((one) => (one === service ? only : one)) };
    return deniesAll(modelOf(alone, objects(alone)), service, samples);
  });
}
