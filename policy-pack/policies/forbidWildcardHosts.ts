import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { textsOf } from "../reading/field";
import { isGateway, isVirtualService, type KubernetesResource } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  gateway: (host: string): Message => ({
    problem: `is "${host}", which matches every host`,
    fix: "List the hosts, or their domain: *.example.com",
  }),
  virtualService: (host: string): Message => ({
    problem: `is "${host}", which also matches hosts that are added later`,
    fix: "List the hosts",
  }),
};

/**
 * A Gateway for every host serves hosts of other teams. A VirtualService with a wildcard also routes hosts that are added
 * later.
 * https://istio.io/latest/docs/reference/config/networking/gateway/#Server
 */
export const forbidWildcardHosts = resourcePolicy({
  name: "forbid-wildcard-hosts",
  displayName: "Hosts are listed",
  description: "No Gateway serves every host, and no VirtualService has a wildcard host.",
  severity: "medium",
  framework: nist("CM-7", "Least functionality"),
  tags: ["istio", "traffic", "gateway"],
  remediationSteps:
    "List each host. A Gateway may serve all hosts of one domain, such as *.example.com. A VirtualService lists each host.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts",
  settings: {},
  appliesTo: (type) => isGateway(type) || isVirtualService(type),
  judge: (resource) => (isGateway(resource.type) ? judgeGateway(resource) : judgeVirtualService(resource)),
});

function judgeGateway({ fields }: KubernetesResource): Violation[] {
  const servers = fields.at("spec", "servers").children();
  return servers
    .flatMap((server) => textsOf(server.at("hosts")))
    .filter(({ text }) => /^([^/]*\/)?\*$/.test(text))
    .map(({ field, text }) => ({ field, ...messages.gateway(text) }));
}

function judgeVirtualService({ fields }: KubernetesResource): Violation[] {
  return textsOf(fields.at("spec", "hosts"))
    .filter(({ text }) => text.includes("*"))
    .map(({ field, text }) => ({ field, ...messages.virtualService(text) }));
}
