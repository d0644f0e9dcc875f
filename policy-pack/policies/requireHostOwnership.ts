import { meshDomains } from "../configuration";
import { nist, stackPolicy, textOf } from "../policy";
import { fullName, isMeshHost } from "../reading/destinationRule";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import {
  isNamespace,
  isService,
  isServiceEntry,
  isVirtualService,
  type KubernetesResource,
  undecided,
} from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  otherNamespace: (title: string, path: string, host: string, owner: string) =>
    textOf(title, path, {
      problem: `is "${host}", a host of namespace ${owner}, so the object takes it over for the whole mesh`,
      fix: EXPORT,
    }),
  notDeclared: (title: string, path: string, host: string) =>
    textOf(title, path, {
      problem: `is "${host}", which no ServiceEntry of this namespace declares, so the object takes it over for the whole mesh`,
      fix: EXPORT,
    }),
  alsoDeclared: (title: string, path: string, host: string, other: string) =>
    textOf(title, path, {
      problem: `is "${host}", which namespace ${other} declares, too, so the object takes it over for the whole mesh`,
      fix: EXPORT,
    }),
};

/** The domain of Services of several clusters. */
const MULTI_CLUSTER = "svc.clusterset.local";

const EXPORT = 'Set spec.exportTo to ["."], or move the object to the namespace that owns the host';

/**
 * A VirtualService or ServiceEntry that is exported to all namespaces changes the traffic of every client of its hosts. A
 * team can thereby redirect requests to a host of another team to its own workload.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
 */
export const requireHostOwnership = stackPolicy({
  name: "require-host-ownership",
  displayName: "Objects only change hosts of their own namespace",
  description:
    "VirtualServices and ServiceEntries that are exported to other namespaces only have hosts that their namespace owns.",
  severity: "critical",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "traffic"],
  remediationSteps:
    'Set spec.exportTo to ["."], so that the object applies only to clients in its own namespace. Otherwise move it to the ' +
    "namespace of the Service, or of the ServiceEntry that declares the host.",
  url: "https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration",
  settings: { meshDomains },
  appliesTo: (stack) =>
    stack.some(({ type }) => isVirtualService(type) || isServiceEntry(type)) ||
    "The stack has no VirtualService and no ServiceEntry",
  *judge(stack, settings) {
    const known: KnownStack = {
      entries: stack.filter(({ type }) => isServiceEntry(type)),
      namespaces: new Set(
        stack.flatMap((one) =>
          isNamespace(one.type) ? [one.name] : isService(one.type) ? [one.namespace] : [],
        ),
      ),
      domains: [...settings.meshDomains, MULTI_CLUSTER],
    };
    const open = new Set<KubernetesResource>();
    for (const resource of stack) {
      if (!isVirtualService(resource.type) && !isServiceEntry(resource.type)) continue;
      if (!isExported(resource) || !appliesToMesh(resource)) continue;
      for (const { field, text } of textsOf(resource.fields.at("spec", "hosts"))) {
        const message = judgeHost(resource, field, text, known);
        if (message !== undefined) yield { subject: resource, message };
      }
      if (resource.unknowns.size > 0) open.add(resource);
    }
    if (open.size > 0) throw undecided([...open]);
  },
});

/** What decides about the owner of a host. */
interface KnownStack {
  readonly entries: readonly KubernetesResource[];
  readonly namespaces: ReadonlySet<string | undefined>;
  readonly domains: readonly string[];
}

function judgeHost(
  { title, type, namespace = "default" }: KubernetesResource,
  field: Field,
  host: string,
  { entries, namespaces, domains }: KnownStack,
): string | undefined {
  const [, short, ...more] = host.split(".");
  // Proxies also match a Service by its name and namespace alone.
  const isShort = short !== undefined && more.length === 0 && namespaces.has(short);
  if (isShort || isMeshHost(host, domains)) {
    const owner = isShort ? short : ownerOf(fullName(host, namespace, domains), domains);
    const foreign = owner !== undefined && owner !== namespace;
    return foreign ? messages.otherNamespace(title, field.path, host, owner) : undefined;
  }
  // A ServiceEntry for an external host adds a destination. Only a VirtualService changes it for other namespaces.
  if (isServiceEntry(type)) return undefined;
  const declaring = entries.filter((entry) => declares(entry, host));
  if (!declaring.some((entry) => (entry.namespace ?? "default") === namespace)) {
    return messages.notDeclared(title, field.path, host);
  }
  const other = declaring.find((entry) => (entry.namespace ?? "default") !== namespace);
  if (other === undefined) return undefined;
  return messages.alsoDeclared(title, field.path, host, other.namespace ?? "default");
}

/** The namespace in the full name of a host, such as `shop` in `cart.shop.svc.cluster.local`. */
function ownerOf(full: string, domains: readonly string[]): string | undefined {
  const domain = domains.find((one) => full.endsWith(`.${one}`));
  const [, namespace] = domain === undefined ? [] : full.slice(0, -domain.length - 1).split(".");
  return namespace;
}

/** Whether the object applies to clients in other namespaces: by default, to all. */
function isExported({ fields, namespace }: KubernetesResource): boolean {
  const exportTo = fields.at("spec", "exportTo");
  const namespaces = exportTo.children();
  if (exportTo.peek === UNKNOWN || namespaces.length === 0) return true;
  return namespaces.some(({ value }) => value !== "." && value !== "~" && value !== namespace);
}

/** Whether a VirtualService applies to clients in the mesh, not only to gateways. */
function appliesToMesh({ type, fields }: KubernetesResource): boolean {
  const gateways = fields.at("spec", "gateways");
  if (!isVirtualService(type) || gateways.peek === UNKNOWN || gateways.children().length === 0) return true;
  return gateways.children().some(({ value }) => value === "mesh" || value === UNKNOWN);
}

function declares(entry: KubernetesResource, host: string): boolean {
  return textsOf(entry.fields.at("spec", "hosts")).some(
    ({ text }) => text === host || (text.startsWith("*.") && host.endsWith(text.slice(1))),
  );
}
