import { listAt, textAt, textsByName } from "./field";
import { fullHost } from "./host";
import { type Model, objectsOf } from "./model";

/** A subset that a DestinationRule gives a host. */
export interface Subset {
  /** The host's full name. */
  readonly host: string;
  readonly name: string;
  /** The labels of its pods, besides those that the Service selects. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The subsets of all hosts, in the order of the objects. */
export function subsetsOf(model: Model): Subset[] {
  return objectsOf(model, "DestinationRule", "networking.istio.io").flatMap(({ spec, namespace }) => {
    const host = fullHost(textAt(spec, "host") ?? "", namespace, model.settings.clusterDomain);
    return listAt(spec, "subsets").map((one) => ({
      host,
      name: textAt(one, "name") ?? "",
      labels: textsByName(one, "labels"),
    }));
  });
}
