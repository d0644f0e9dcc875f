import { nist, resourcePolicy, type Violation } from "../policy";
import { textsOf } from "../reading/field";
import { isGateway, isVirtualService, type KubernetesResource } from "../reading/resource";

/**
 * A gateway for every host serves hosts that others own, and a VirtualService for a wildcard routes those that come later.
 * https://istio.io/latest/docs/reference/config/networking/gateway/#Server
 */
export const forbidWildcardHosts = resourcePolicy({
  name: "forbid-wildcard-hosts",
  displayName: "Hosts are named",
  description: "No Gateway serves every host, and no VirtualService routes hosts by a wildcard.",
  severity: "medium",
  framework: nist("CM-7", "Least functionality"),
  tags: ["istio", "traffic", "gateway"],
  remediationSteps:
    "Name each host. A Gateway may serve the hosts of one domain, such as *.example.com; a VirtualService names them all.",
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
    .map(({ field, text }) => ({
      field,
      problem: `is "${text}", which serves every host`,
      cure: "Name the hosts, or their domain: *.example.com",
    }));
}

function judgeVirtualService({ fields }: KubernetesResource): Violation[] {
  return textsOf(fields.at("spec", "hosts"))
    .filter(({ text }) => text.includes("*"))
    .map(({ field, text }) => ({
      field,
      problem: `is "${text}", which also routes hosts that come later`,
      cure: "Name the hosts",
    }));
}
