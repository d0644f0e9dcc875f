import { fieldsAt, listAt, numberAt, textAt, textsByName } from "../field";
import { type KnownObject, nameOf, selects } from "../object";
import type { ServiceHost } from "../service";
import type { MeshSettings } from "../settings";
import type { Workload } from "../workload";
import { implementationOf } from "./gatewayClass";
import { gatewayGroup } from "./names";

const nameLabel = `${gatewayGroup}/gateway-name`;

/**
 * Whether istiod deploys a Gateway's proxy: unless the Gateway names a Service that exists by its host.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#manual-deployment
 */
export function isManaged({ spec }: KnownObject): boolean {
  const addresses = listAt(spec, "addresses");
  const [first] = addresses;
  return (
    first === undefined || (addresses.length === 1 && (textAt(first, "type") ?? "IPAddress") === "IPAddress")
  );
}

/** The name of the Deployment, the Service and the service account that istiod creates for a Gateway. */
function deployedName({ name, annotations, spec }: KnownObject, waypoint: boolean): string {
  const suffix = waypoint ? "" : `-${textAt(spec, "gatewayClassName") ?? ""}`;
  return annotations["gateway.istio.io/name-override"] ?? `${name}${suffix}`;
}

/** Returns the hosts of the Services whose pods serve a Gateway. */
export function gatewayServices(gateway: KnownObject, { clusterDomain }: MeshSettings): string[] {
  const own = (name: string): string => `${name}.${gateway.namespace}.svc.${clusterDomain}`;
  if (isManaged(gateway)) return [own(deployedName(gateway, false))];
  return listAt(gateway.spec, "addresses")
    .filter((one) => (textAt(one, "type") ?? "IPAddress") === "Hostname")
    .map((one) => textAt(one, "value") ?? "")
    .map((value) => (value.includes(".") ? value : own(value)));
}

/** The proxies that istiod deploys for Gateways, unless their Deployments and Services are among the objects. */
export function deployedFor(
  known: readonly KnownObject[],
  workloads: readonly Workload[],
  services: readonly ServiceHost[],
  { clusterDomain }: MeshSettings,
): { readonly workloads: Workload[]; readonly services: ServiceHost[] } {
  const classes = known.filter(({ group, kind }) => group === gatewayGroup && kind === "GatewayClass");
  const gateways = known.filter(({ group, kind }) => group === gatewayGroup && kind === "Gateway");
  const result = { workloads: [] as Workload[], services: [] as ServiceHost[] };
  for (const gateway of gateways) {
    const as = implementationOf(classes, gateway);
    if (as === "other" || !isManaged(gateway)) continue;
    const { namespace, annotations, spec, created } = gateway;
    const name = deployedName(gateway, as === "waypoint");
    const labels = { [nameLabel]: gateway.name, "istio.io/gateway-name": gateway.name };
    const selector = { [nameLabel]: gateway.name };
    const exists = workloads.some(
      (one) => one.namespace === namespace && selects(selector, one.labels) && one.proxy !== "none",
    );
    const listeners = listAt(spec, "listeners");
    const ports = [...new Set(listeners.flatMap((one) => numberAt(one, "port") ?? []))];
    if (!exists) {
      result.workloads.push({
        name,
        namespace,
        labels: { ...textsByName(fieldsAt(spec, "infrastructure"), "labels"), ...labels },
        serviceAccount: annotations["gateway.istio.io/service-account"] ?? name,
        proxy: "gateway",
        ports,
        from: nameOf(gateway),
      });
    }
    const host = `${name}.${namespace}.svc.${clusterDomain}`;
    if (services.some((one) => one.host === host)) continue;
    result.services.push({
      host,
      namespace,
      ports: ports.map((number) => ({ number, name: `port-${number}`, protocol: "tcp", target: number })),
      exportTo: ["*"],
      registry: "kubernetes",
      external: false,
      selector,
      addresses: [],
      from: nameOf(gateway),
      created,
    });
  }
  return result;
}
