import { meshDomains } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { excessOf } from "../reading/addressBlock";
import { isMeshHost } from "../reading/destinationRule";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isRegistryWildcard } from "../reading/host";
import { isLocalAddress } from "../reading/localAddress";
import { isIstiod, istiodValue } from "../reading/release";
import {
  isHelmRelease,
  isService,
  isServiceEntry,
  isSidecar,
  isWorkloadEntry,
  type KubernetesResource,
} from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  notSet: (): Message => ({
    problem: "is not set and defaults to ALLOW_ANY, so pods may connect to every host",
    fix: FIX,
  }),
  mode: (known: boolean): Message => ({
    problem: `is ${known ? "ALLOW_ANY" : "none of Istio's modes"}, so pods may connect to every host`,
    fix: FIX,
  }),
  sidecar: (): Message => ({
    problem: "is ALLOW_ANY, so the selected pods may connect to every host",
    fix: FIX,
  }),
  host: (host: string): Message => ({
    problem: `is "${host}", which declares the hosts of many owners`,
    fix: "List the hosts, or their domain: *.example.com",
  }),
  meshHosts: (host: string): Message => ({
    problem: `is "${host}", which also matches hosts of the mesh`,
    fix: "List the external hosts",
  }),
  everyAddress: (protocol: string): Message => ({
    problem: `is ${protocol}, so without spec.addresses the port is open for every address`,
    fix: "Set spec.addresses, or use resolution DNS",
  }),
  addresses: (block: string, excess: string): Message => ({
    problem: `is "${block}", which declares ${excess}`,
    fix: "List the address blocks of the destination, each no wider than its network",
  }),
  local: (address: string): Message => ({
    problem: `is "${address}", which leads to the pod or node of each client, such as the administration of its proxy`,
    fix: "Use the address of the destination",
  }),
};

const FIX = "Set it to REGISTRY_ONLY";

/** Protocols whose connections proxies match by host. Those of all others are matched by address. */
const BY_HOST = ["HTTP", "HTTP2", "HTTPS", "GRPC", "GRPC-WEB", "HTTP_PROXY", "TLS"];

/**
 * By default every pod may connect to every external host, so data can be exfiltrated.
 * https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/
 */
export const restrictEgress = resourcePolicy({
  name: "restrict-egress",
  displayName: "Only declared hosts are reachable outside the mesh",
  description:
    "In prod and staging, pods may connect only to hosts in the mesh's registry. No ServiceEntry declares all hosts or " +
    "addresses, and no endpoint is an address of the client's own pod or node.",
  severity: "high",
  framework: nist("SC-7(5)", "Boundary protection: deny by default, allow by exception"),
  tags: ["istio", "security", "egress"],
  remediationSteps:
    "Set meshConfig.outboundTrafficPolicy.mode of istiod to REGISTRY_ONLY, and declare external hosts as " +
    "ServiceEntries. Remove outboundTrafficPolicy from Sidecars.",
  url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-OutboundTrafficPolicy-Mode",
  settings: { environment, meshDomains },
  appliesTo: (type) =>
    [isHelmRelease, isSidecar, isServiceEntry, isWorkloadEntry, isService].some((is) => is(type)),
  judge(resource, { environment, meshDomains }) {
    if (environmentOf(environment) === "dev") return [];
    if (isSidecar(resource.type)) return judgeSidecar(resource);
    if (isService(resource.type)) return judgeEndpoint(resource.fields.at("spec"), "externalName");
    if (isWorkloadEntry(resource.type)) return judgeEndpoint(resource.fields.at("spec"));
    if (isServiceEntry(resource.type)) return judgeServiceEntry(resource, meshDomains);
    return isIstiod(resource) ? judgeMeshConfig(resource) : [];
  },
});

function judgeMeshConfig(release: KubernetesResource): Violation[] {
  const field = istiodValue(release, "meshConfig", "outboundTrafficPolicy", "mode");
  const value = field.value;
  if (value === "REGISTRY_ONLY" || value === UNKNOWN) return [];
  const message = value === undefined ? messages.notSet() : messages.mode(value === "ALLOW_ANY");
  return [{ field, ...message }];
}

function judgeSidecar({ fields }: KubernetesResource): Violation[] {
  const field = fields.at("spec", "outboundTrafficPolicy", "mode");
  return field.value === "ALLOW_ANY" ? [{ field, ...messages.sidecar() }] : [];
}

function judgeServiceEntry({ fields }: KubernetesResource, domains: readonly string[]): Violation[] {
  return [
    ...textsOf(fields.at("spec", "hosts")).flatMap(({ field, text }) => judgeHost(field, text, domains)),
    ...(fields.at("spec", "endpoints").isSet ? [] : resolvedHosts(fields.at("spec"))),
    ...textsOf(fields.at("spec", "addresses")).flatMap(({ field, text }) => judgeAddress(field, text)),
    ...judgePorts(fields.at("spec")),
    ...fields
      .at("spec", "endpoints")
      .children()
      .flatMap((one) => judgeEndpoint(one)),
  ];
}

/** Judges hosts that a proxy resolves to addresses, without endpoints of their own. */
function resolvedHosts(spec: Field): Violation[] {
  const resolution = spec.at("resolution").value;
  if (resolution === "STATIC" || resolution === UNKNOWN) return [];
  return textsOf(spec.at("hosts"))
    .filter(({ text }) => isLocalAddress(text))
    .map(({ field, text }) => ({ field, ...messages.local(text) }));
}

/** Judges the address of an endpoint. A proxy connects to it from its own pod. */
function judgeEndpoint(endpoint: Field, key = "address"): Violation[] {
  const field = endpoint.at(key);
  const { value } = field;
  if (typeof value !== "string") return [];
  return value.startsWith("unix:") || isLocalAddress(value) ? [{ field, ...messages.local(value) }] : [];
}

/** Judges ports whose connections proxies match by address only, in an entry without addresses and without resolution. */
function judgePorts(spec: Field): Violation[] {
  const resolution = spec.at("resolution").value;
  const addresses = spec.at("addresses");
  if ((resolution !== "NONE" && resolution !== undefined) || addresses.value === UNKNOWN) return [];
  if (addresses.children().length > 0) return [];
  return spec
    .at("ports")
    .children()
    .map((port) => port.at("protocol"))
    .filter(
      ({ value }) =>
        value === undefined || (typeof value === "string" && !BY_HOST.includes(value.toUpperCase())),
    )
    .map((field) => ({
      field,
      ...messages.everyAddress(typeof field.value === "string" ? field.value : "not set"),
    }));
}

/** Judges a host. A wildcard for a whole registry is a violation. */
function judgeHost(field: Field, host: string, domains: readonly string[]): Violation[] {
  if (isRegistryWildcard(host)) return [{ field, ...messages.host(host) }];
  return host.startsWith("*.") && isMeshHost(host, domains) ? [{ field, ...messages.meshHosts(host) }] : [];
}

/** Judges an address block. Proxies match TCP connections by address, not by host. */
function judgeAddress(field: Field, block: string): Violation[] {
  const excess = excessOf(block);
  return excess === undefined ? [] : [{ field, ...messages.addresses(block, excess) }];
}
