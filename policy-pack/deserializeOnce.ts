import * as internals from "@pulumi/policy/deserialize";

type Deserialize = (properties: object, proxySecrets?: boolean) => Record<string, unknown>;

/**
 * Deserializes the properties of a resource once for all policies. The SDK's server does it for each policy, also for
 * those that only read the type. With more than forty policies, that is most of the pack's run time. Policies do not change
 * properties, and each still gets its own proxy of them.
 *
 * This is not a public interface of the SDK, whose version is pinned. A test fails if it stops working.
 */
export function deserializeOnce(): void {
  // Exported by the SDK, yet missing from its type declarations.
  const deserialize = internals as unknown as { deserializeProperties: Deserialize };
  const original = deserialize.deserializeProperties;
  const known = new WeakMap<object, Record<string, unknown>>();
  deserialize.deserializeProperties = (properties, proxySecrets) => {
    // Remediations request another result, with wrapped secrets.
    if (proxySecrets) return original(properties, proxySecrets);
    const result = known.get(properties) ?? original(properties, proxySecrets);
    known.set(properties, result);
    return result;
  };
}
