import { selectionOf } from "../selection";
import { fieldsAt, listAt, numberAt, textsAt } from "../field";
import { type Model, objectsOf } from "../model";
import { type KnownObject, selects } from "../object";
import { gatewayName } from "../virtualService";
import { workloadsSelected } from "../workload";
import type { Mistake } from "./mistake";

/** The Gateways that a VirtualService names, as far as they exist. */
export function gatewaysOf(model: Model, { spec, namespace }: KnownObject): KnownObject[] {
  const named = new Set(textsAt(spec, "gateways").map((name) => gatewayName(name, namespace)));
  return objectsOf(model, "Gateway", "networking.istio.io").filter((one) =>
    named.has(`${one.namespace}/${one.name}`),
  );
}

/**
 * Returns ports of Gateways that no Service of the gateway's pods has, so no client reaches them from outside of the pods.
 *
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0162/
 */
export function unservedPorts(model: Model): Mistake[] {
  return objectsOf(model, "Gateway", "networking.istio.io").flatMap((object) => {
    const pods = workloadsSelected(model.workloads, selectionOf(object).labels);
    const services = model.services.filter(
      ({ registry, selector, namespace }) =>
        registry === "kubernetes" &&
        selector !== undefined &&
        pods.some((pod) => pod.namespace === namespace && selects(selector, pod.labels)),
    );
    // Without a Service, the ports are those of the node or of another tool.
    if (pods.length === 0 || services.length === 0) return [];
    // A target by name may be any port.
    if (services.some(({ ports }) => ports.some(({ target }) => typeof target === "string"))) return [];
    const served = new Set(
      services.flatMap(({ ports }) => ports.flatMap((one) => [one.number, Number(one.target)])),
    );
    return listAt(object.spec, "servers").flatMap((server, i) => {
      const number = numberAt(fieldsAt(server, "port"), "number");
      if (number === undefined || served.has(number)) return [];
      return [
        {
          object,
          path: `spec.servers[${i}].port.number`,
          problem: `the port ${number} of Gateway ${object.namespace}/${object.name} is not a port of the Service that selects its pods, so no client reaches it`,
          fix: "Add the port to the Service, or use one of its ports",
        },
      ];
    });
  });
}
