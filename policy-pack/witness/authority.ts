import { fullHost } from "../../effect";
import type { StackViolation } from "../policy";
import type { Field } from "../reading/field";
import { isGatewayApiRoute, isVirtualService, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";
import type { JudgeEffect } from "./judged";

/** The texts about rewritten hosts. */
export const messages = {
  other: (title: string, path: string, host: string) =>
    `${title}: ${path} is "${host}", which is neither a host of the route nor of its destinations. Rules and services then ` +
    `read another host than the client's. Use the host of a destination, or remove it.`,
};

/** The names of the header with a request's host. */
const HOST = /^(host|:authority)$/i;

/** Judges routes that send a request under another host. A destination may require its own host, as external hosts do. */
export const judgeAuthority: JudgeEffect = function* ({ stack, model, isRestricted }) {
  if (!isRestricted) return;
  const domain = model.settings.clusterDomain;
  for (const resource of stack) {
    const isOld = isVirtualService(resource.type);
    if (!isOld && !isGatewayApiRoute(resource.type)) continue;
    const namespace = resource.namespace ?? "default";
    const own = resource.fields.at("spec", isOld ? "hosts" : "hostnames").children();
    for (const rule of resource.fields.at("spec", isOld ? "http" : "rules").children()) {
      const { set, to } = isOld ? rewritesOf(rule) : filteredBy(rule);
      const known = new Set(
        [...own.map((host) => ({ host, of: host })), ...to]
          .filter(({ host }) => typeof host.peek === "string")
          .map(({ host, of }) => {
            const other = of.at("namespace").peek;
            return fullHost(asText(host.peek), typeof other === "string" ? other : namespace, domain);
          }),
      );
      yield* judge(
        resource,
        set.filter(({ peek }) => {
          if (typeof peek !== "string") return false;
          const host = fullHost(peek.replace(/:\d+$/, ""), namespace, domain);
          // Clients shorten the name of a Service.
          return [host, `${host}.${domain}`, `${host}.svc.${domain}`].every((name) => !known.has(name));
        }),
      );
    }
  }
};

function* judge(resource: KubernetesResource, fields: readonly Field[]): Iterable<StackViolation> {
  for (const field of fields) {
    yield { subject: resource, message: messages.other(resource.title, field.path, field.peek as string) };
  }
}

/** The fields with another host, and the hosts of the destinations, each with the object that may have its namespace. */
interface Rewrites {
  readonly set: readonly Field[];
  readonly to: readonly { readonly host: Field; readonly of: Field }[];
}

function rewritesOf(route: Field): Rewrites {
  const destinations = route.at("route").children();
  const headers = [route, ...destinations].flatMap((place) =>
    ["set", "add"].flatMap((operation) => place.at("headers", "request", operation).children()),
  );
  return {
    set: [route.at("rewrite", "authority"), ...headers.filter(({ key }) => HOST.test(key))],
    to: destinations.map((one) => ({ host: one.at("destination", "host"), of: one })),
  };
}

function filteredBy(rule: Field): Rewrites {
  const backends = rule.at("backendRefs").children();
  const filters = [rule, ...backends].flatMap((place) => place.at("filters").children());
  const headers = filters
    .flatMap((filter) => ["set", "add"].flatMap((key) => filter.at("requestHeaderModifier", key).children()))
    .filter((header) => HOST.test(asText(header.at("name").peek)))
    .map((header) => header.at("value"));
  return {
    set: [...filters.map((filter) => filter.at("urlRewrite", "hostname")), ...headers],
    to: backends.map((one) => ({ host: one.at("name"), of: one })),
  };
}
