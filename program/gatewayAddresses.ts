import { CoreV1Api } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { loadKubeConfig } from "./kubeconfig";

/** The address of a gateway's load balancer: an IP address or a host name, depending on the cloud. */
export interface GatewayAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

/**
 * Returns the address of each gateway with a load balancer, keyed by the gateway's name. It is unknown until the
 * gateways are ready.
 *
 * @param gateways each gateway's Service as `<namespace>/<name>`.
 */
export function gatewayAddresses(
  gateways: pulumi.Output<string[]>,
): pulumi.Output<Record<string, GatewayAddress>> {
  return gateways.apply(async (services) => {
    const core = loadKubeConfig().config.makeApiClient(CoreV1Api);
    const addresses = await Promise.all(services.map((service) => addressOf(core, service)));
    return Object.fromEntries(addresses.filter((one) => one !== undefined));
  });
}

/** An address that can't be read is left out, since the gateway works without it. */
async function addressOf(core: CoreV1Api, service: string): Promise<[string, GatewayAddress] | undefined> {
  const [namespace = "", name = ""] = service.split("/");
  try {
    const { status } = await core.readNamespacedService({ namespace, name });
    const { ip, hostname } = status?.loadBalancer?.ingress?.[0] ?? {};
    if (ip === undefined && hostname === undefined) return undefined;
    return [name, { ...(ip !== undefined && { ip }), ...(hostname !== undefined && { hostname }) }];
  } catch (error) {
    await pulumi.log.warn(`The address of the gateway ${service} can't be read: ${(error as Error).message}`);
    return undefined;
  }
}
