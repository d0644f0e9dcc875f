import { type Model, type PlainObject, readObjects } from "../../effect";
import { objectOf } from "../../prove/xds/json";
import { configurationOf, type ProxyConfiguration } from "../../prove/xds/proxy";
import { nodeOf, type Pod, type World, worldOf } from "../../prove/xds/world";
import { istiodOfFiles } from "./istiodOfFiles";
import { object, service } from "./objects";

/** Objects, and pods with what istiod deploys for Gateways ({@link podsOf}). */
interface Round {
  readonly objects: readonly PlainObject[];
  readonly deployed: readonly PlainObject[];
}

/** What a real istiod sends to the proxy of a pod, and the model and the world of the same objects. */
export interface Sent {
  readonly model: Model;
  readonly world: World;
  readonly configuration: ProxyConfiguration;
}

/**
 * Rounds that one istiod has. They see each other's exported objects, so that what it does for each proxy grows with their
 * number.
 */
const together = 10;

/** Starts an istiod for some rounds after the other, and returns what it sends to the pods of all. All istiods have ended. */
export async function gatewayApiWorld(rounds: readonly Round[]): Promise<ReadonlyMap<Pod, Sent>> {
  const sent = new Map<Pod, Sent>();
  for (let first = 0; first < rounds.length; first += together) {
    const own = rounds.slice(first, first + together);
    await addWorld(
      own.flatMap(({ objects }) => objects),
      own.flatMap(({ deployed }) => deployed),
      sent,
    );
  }
  return sent;
}

async function addWorld(
  objects: readonly PlainObject[],
  deployed: readonly PlainObject[],
  sent: Map<Pod, Sent>,
): Promise<void> {
  // The model deploys the proxies of Gateways itself, as istiod does in a cluster.
  const model = readObjects([...objects, ...deployed.filter((one) => !isGateway(one))]);
  const everything = [...objects, ...deployed];
  const world = worldOf(readObjects(everything), everything, () => 1);
  const inGroup = (group: string): PlainObject[] =>
    objects.filter(({ apiVersion }) => apiVersion.startsWith(`${group}/`));
  const istiod = await istiodOfFiles(inGroup("networking.istio.io"), [
    ...world.cluster,
    ...inGroup("gateway.networking.k8s.io"),
  ]);
  try {
    for (const pod of world.pods) {
      const node = nodeOf(pod);
      if (node) sent.set(pod, { model, world, configuration: await configurationOf(istiod, node) });
    }
  } finally {
    await istiod.stop();
  }
}

function isGateway({ metadata }: PlainObject): boolean {
  return objectOf(metadata).name === "public-istio";
}

/** Number of the round that a pod's namespace belongs to: `shop-7` to the round 7. */
export function roundOf({ workload: { namespace } }: Pod): number {
  return Number(namespace.split("-").at(-1));
}

/**
 * Pods with sidecars, and what istiod deploys for the Gateway `public` of a namespace.
 *
 * @param ports ports of the Gateway's Service.
 */
export function podsOf(
  sidecars: readonly string[],
  namespace: string,
  ports: readonly number[],
): PlainObject[] {
  const deployment = (name: string, labels: object): PlainObject => {
    const [, own = ""] = name.split("/");
    const containers = [{ name: "istio-proxy", image: "auto" }];
    return object("Deployment", name, {
      template: { metadata: { labels }, spec: { serviceAccountName: own, containers } },
    });
  };
  const selector = { "gateway.networking.k8s.io/gateway-name": "public" };
  return [
    ...sidecars.map((name) => deployment(name, { app: name.split("/")[1] })),
    deployment(`${namespace}/public-istio`, { ...selector, "istio.io/gateway-name": "public" }),
    service(`${namespace}/public-istio`, {
      selector,
      ports: ports.map((port) => ({ name: `tcp-${port}`, port, targetPort: port })),
    }),
  ];
}
