import { type Fields, fieldsAt, has, listAt, numberAt, textAt } from "./field";
import type { Model } from "./model";
import { subsetsOf } from "./subsets";
import { virtualServices } from "./virtualService";

/** Labels of the pods that requests to a host are sent to, for each subset that a route names. */
export interface RequestTarget {
  readonly subset?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Returns a function that returns the targets of a host: the host itself, or those to which routes send requests. Destinations
 * with the weight 0 are none.
 *
 * @param isCopied whether destinations of mirrors are targets, too. Default: false.
 */
export function requestTargets(model: Model, isCopied = false): (host: string) => readonly RequestTarget[] {
  const routed = new Set<string>();
  const named = new Map<string, Map<string, RequestTarget>>();
  const subsets = new Map(subsetsOf(model).map(({ host, name, labels }) => [`${host} ${name}`, labels]));
  for (const { hosts, gateways, http, tls, tcp } of virtualServices(model)) {
    // Connections without a route of their own go to the host.
    const isRouted = http.length > 0 && tls.length === 0 && tcp.length === 0 && gateways.includes("mesh");
    if (isRouted) for (const host of hosts) routed.add(host);
    for (const route of [...http, ...tls, ...tcp]) {
      for (const destination of [...weighted(route), ...(isCopied ? copied(route) : [])]) {
        const host = textAt(destination, "host") ?? "";
        const subset = textAt(destination, "subset");
        const own = named.get(host) ?? new Map<string, RequestTarget>();
        const labels = subset === undefined ? {} : subsets.get(`${host} ${subset}`);
        if (labels) own.set(subset ?? "", { ...(subset !== undefined && { subset }), labels });
        named.set(host, own);
      }
    }
  }
  return (host) => [...(routed.has(host) ? [] : [{ labels: {} }]), ...(named.get(host)?.values() ?? [])];
}

function weighted(route: Fields): Fields[] {
  const destinations = listAt(route, "route");
  return destinations
    .filter((one) => destinations.length === 1 || (numberAt(one, "weight") ?? 0) > 0)
    .map((one) => fieldsAt(one, "destination"));
}

function copied(route: Fields): Fields[] {
  return [
    ...(has(route, "mirror") ? [fieldsAt(route, "mirror")] : []),
    ...listAt(route, "mirrors").map((one) => fieldsAt(one, "destination")),
  ];
}
