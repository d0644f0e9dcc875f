import { type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import type { LiveObject } from "./repairs";
import { type ObjectKey } from "../../program/stackState";

/** Those of the objects that exist, each with the field manager of Pulumi that has written to it. */
export async function readLiveObjects(config: KubeConfig, keys: readonly ObjectKey[]): Promise<LiveObject[]> {
  const api = KubernetesObjectApi.makeApiClient(config);
  const found = await Promise.all(
    keys.map(async ({ apiVersion, kind, namespace, name }): Promise<LiveObject | undefined> => {
      try {
        const { metadata } = await api.read({
          apiVersion,
          kind,
          metadata: { name, ...(namespace !== undefined && { namespace }) },
        });
        const manager = metadata?.managedFields?.find((one) => one.manager?.startsWith("pulumi-kubernetes"));
        return {
          ...{ apiVersion, kind, name },
          ...(namespace !== undefined && { namespace }),
          ...(manager?.manager !== undefined && { manager: manager.manager }),
        };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    }),
  );
  return found.filter((one) => one !== undefined);
}

/** Whether the object does not exist, or its CRD does not. */
function isAbsent(error: unknown): boolean {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  return code === 404 || message.startsWith("Unrecognized API version and kind");
}
