import * as internals from "@pulumi/policy/deserialize";

type Deserialize = (properties: object, proxySecrets?: boolean) => Record<string, unknown>;

/**
 * Lets all policies share the properties of a resource. The SDK's server reads them from the request for each policy anew,
 * also for those that only look at the type, and with three dozen policies that is most of what the pack takes. Policies
 * judge and change nothing, and each still gets a proxy of its own in front.
 *
 * This is no public interface of the SDK, whose version is pinned; a test tells if it stops working.
 */
export function deserializeOnce(): void {
  // Exported by the SDK, yet missing from its type declarations.
  const deserialize = internals as unknown as { deserializeProperties: Deserialize };
  const original = deserialize.deserializeProperties;
  const known = new WeakMap<object, Record<string, unknown>>();
  deserialize.deserializeProperties = (properties, proxySecrets) => {
    // With secrets wrapped, as remediations ask, it is another result.
    if (proxySecrets) return original(properties, proxySecrets);
    const result = known.get(properties) ?? original(properties, proxySecrets);
    known.set(properties, result);
    return result;
  };
}
