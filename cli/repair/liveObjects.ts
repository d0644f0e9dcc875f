import { type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { asServed } from "../drift/read";
import type { LiveObject } from "./repairs";
import { type ObjectKey } from "../../program/stackState";

/** How many objects are read at once. */
const atOnce = 50;

/** Those of the objects that exist, each with the field manager of Pulumi that has written to it. */
export async function readLiveObjects(config: KubeConfig, keys: readonly ObjectKey[]): Promise<LiveObject[]> {
  const api = KubernetesObjectApi.makeApiClient(config);
  const read = async ({ apiVersion, kind, namespace, name }: ObjectKey): Promise<LiveObject | undefined> => {
    try {
      const object = await api.read({
        apiVersion,
        kind,
        metadata: { name, ...(namespace !== undefined && { namespace }) },
      });
      const { metadata } = object;
      const manager = metadata?.managedFields?.find((one) => one.manager?.startsWith("pulumi-kubernetes"));
      return {
        ...{ apiVersion, kind, name },
        ...(namespace !== undefined && { namespace }),
        ...(manager?.manager !== undefined && { manager: manager.manager }),
        ...(kind !== "Secret" && { content: asServed(object) as Record<string, unknown> }),
      };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const found: LiveObject[] = [];
  for (let at = 0; at < keys.length; at += atOnce) {
    const some = await Promise.all(keys.slice(at, at + atOnce).map(read));
    found.push(...some.filter((one) => one !== undefined));
  }
  return found;
}

/** Whether the object does not exist, or its CRD does not. */
function isAbsent(error: unknown): boolean {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  return code === 404 || message.startsWith("Unrecognized API version and kind");
}
