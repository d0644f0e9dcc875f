import { fieldsAt, listAt, textAt, textsAt } from "./field";
import { type Model, objectsOf } from "./model";
import type { KnownObject } from "./object";

/** Kinds whose objects are exported to namespaces, with their groups. */
const exportedKinds = ["VirtualService", "DestinationRule", "ServiceEntry"] as const;

/** A namespace that an object names. */
export interface NamedNamespace {
  readonly object: KnownObject;
  readonly path: string;
  readonly namespace: string;
  /** What is true if the namespace does not exist. */
  readonly effect: string;
}

/** Returns the namespaces that objects name: those that they are exported to, whose callers they admit or deny, or whose routes they grant. */
export function namedNamespaces(model: Model): NamedNamespace[] {
  const exports = exportedKinds.flatMap((kind) =>
    objectsOf(model, kind, "networking.istio.io").flatMap((object) =>
      textsAt(object.spec, "exportTo").flatMap((namespace, i) =>
        ["*", "~", "."].includes(namespace)
          ? []
          : [{ object, path: `spec.exportTo[${i}]`, namespace, effect: "the namespace does not see it" }],
      ),
    ),
  );
  const sources = objectsOf(model, "AuthorizationPolicy", "security.istio.io").flatMap((object) =>
    listAt(object.spec, "rules").flatMap((rule, i) =>
      listAt(rule, "from").flatMap((from, j) =>
        textsAt(fieldsAt(from, "source"), "namespaces").flatMap((namespace, k) => {
          if (namespace.includes("*")) return [];
          const path = `spec.rules[${i}].from[${j}].source.namespaces[${k}]`;
          return [{ object, path, namespace, effect: "no client is in it" }];
        }),
      ),
    ),
  );
  const grants = objectsOf(model, "ReferenceGrant", "gateway.networking.k8s.io").flatMap((object) =>
    listAt(object.spec, "from").flatMap((from, i) => {
      const namespace = textAt(from, "namespace");
      if (namespace === undefined) return [];
      return [{ object, path: `spec.from[${i}].namespace`, namespace, effect: "no route is in it" }];
    }),
  );
  return [...exports, ...sources, ...grants];
}
