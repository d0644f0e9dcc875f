import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isRegistryWildcard } from "../reading/host";
import { isGateway, isVirtualService, type KubernetesResource } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  gateway: (host: string): Message => ({
    problem: `is "${host}", which matches ${host.endsWith("*") ? "every host" : "hosts of many owners"}`,
    fix: "List the hosts, or their domain: *.example.com",
  }),
  selector: (): Message => ({
    problem: "selects the gateways of all namespaces, so each of them serves these hosts",
    fix: "Set the labels of your gateway's pods",
  }),
  virtualService: (host: string): Message => ({
    problem: `is "${host}", which also matches hosts that are added later`,
    fix: "List the hosts, or bind the VirtualService only to a Gateway that serves the domain",
  }),
};

/**
 * A Gateway for every host serves hosts of other teams. A VirtualService with a wildcard also routes hosts that are added
 * later. If it is bound to Gateways only, it routes no host but those that these serve, and a Gateway may serve a domain.
 * https://istio.io/latest/docs/reference/config/networking/gateway/#Server
 */
export const forbidWildcardHosts = resourcePolicy({
  name: "forbid-wildcard-hosts",
  displayName: "Hosts are listed",
  description:
    "No Gateway serves all hosts of a registry, such as *.com, or selects all gateways. No VirtualService has a " +
    "wildcard host, except for a domain at Gateways.",
  severity: "medium",
  framework: nist("CM-7", "Least functionality"),
  tags: ["istio", "traffic", "gateway"],
  remediationSteps:
    "List each host. A Gateway, and a VirtualService that is bound to Gateways only, may have all hosts of one " +
    "domain, such as *.example.com.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts",
  settings: {},
  appliesTo: (type) => isGateway(type) || isVirtualService(type),
  judge: (resource) => (isGateway(resource.type) ? judgeGateway(resource) : judgeVirtualService(resource)),
});

function judgeGateway({ fields, type }: KubernetesResource): Violation[] {
  const selector = fields.at("spec", "selector");
  const isOpen = !type.patch && selector.value !== UNKNOWN && selector.children().length === 0;
  const servers = fields.at("spec", "servers").children();
  const wide = servers
    .flatMap((server) => textsOf(server.at("hosts")))
    .filter(({ text }) => isForMany(text.replace(/^[^/]*\//, "")))
    .map(({ field, text }) => ({ field, ...messages.gateway(text) }));
  return [...(isOpen ? [{ field: selector, ...messages.selector() }] : []), ...wide];
}

function judgeVirtualService({ fields }: KubernetesResource): Violation[] {
  const isWild = isAtGatewaysOnly(fields) ? isForMany : (host: string) => host.includes("*");
  return textsOf(fields.at("spec", "hosts"))
    .filter(({ text }) => isWild(text))
    .map(({ field, text }) => ({ field, ...messages.virtualService(text) }));
}

/** Gateways between networks serve `*.local`, the hosts of the mesh. */
function isForMany(host: string): boolean {
  return isRegistryWildcard(host) && host !== "*.local";
}

/** Whether a VirtualService is bound to Gateways, and not also to the proxies of the mesh, as it is by default. */
function isAtGatewaysOnly(fields: Field): boolean {
  const gateways = fields.at("spec", "gateways").children();
  return gateways.length > 0 && gateways.every(({ value }) => typeof value === "string" && value !== "mesh");
}
