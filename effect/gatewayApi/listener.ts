import { type Fields, fieldsAt, has, listAt, numberAt, textAt, textsByName } from "../field";
import { isSelected } from "../labelSelector";
import type { Model } from "../model";
import { type KnownObject, nameOf, type ObjectName } from "../object";
import { gatewaysAs } from "./gateways";
import { gatewayServices } from "./managed";
import { gatewayGroup, internalGateway } from "./names";

/** A listener of a Gateway, as the server that istiod derives from it. */
export interface Listener {
  /** Name of the derived Gateway, as VirtualServices bind to it. */
  readonly gateway: string;
  readonly from: ObjectName;
  readonly section: string;
  readonly port: number;
  readonly protocol: string;
  /** Host as written. Empty for all. */
  readonly hostname: string;
  /** Namespaces whose routes it admits: `*` is all of them. */
  readonly namespaces: readonly string[];
  /** Kinds of routes that it admits. */
  readonly kinds: readonly string[];
  /** Mode of TLS, in the words of Istio's Gateway. Undefined: plaintext. */
  readonly tls?: string;
  /** Hosts of the Services whose pods serve it. */
  readonly services: readonly string[];
  readonly created: number;
}

const cache = new WeakMap<Model, readonly Listener[]>();

/**
 * Returns the listeners of the Gateways that istiod implements, the oldest Gateway first. Listeners that conflict with an
 * earlier one of the same Gateway are left out, and TLS listeners without `tls`.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#listener
 */
export function listenersOf(model: Model): readonly Listener[] {
  const known = cache.get(model);
  if (known) return known;
  const read = gatewaysAs(model, "gateway").flatMap((gateway) => {
    const accepted: Fields[] = [];
    for (const listener of listAt(gateway.spec, "listeners")) {
      if (accepted.every((one) => isDistinct(listener, one))) accepted.push(listener);
    }
    return accepted
      .filter((one) => has(one, "tls") || !/^(HTTPS|TLS)$/.test(textAt(one, "protocol") ?? ""))
      .map((one) => readListener(model, gateway, one));
  });
  cache.set(model, read);
  return read;
}

function readListener(model: Model, gateway: KnownObject, listener: Fields): Listener {
  const section = textAt(listener, "name") ?? "";
  const protocol = textAt(listener, "protocol") ?? "";
  const port = numberAt(listener, "port") ?? 0;
  const tls = has(listener, "tls") ? modeOf(gateway, fieldsAt(listener, "tls"), port) : undefined;
  return {
    gateway: internalGateway(gateway.namespace, gateway.name, section),
    from: nameOf(gateway),
    section,
    port,
    protocol,
    hostname: (textAt(listener, "hostname") ?? "").toLowerCase(),
    namespaces: namespacesOf(model, gateway.namespace, fieldsAt(listener, "allowedRoutes", "namespaces")),
    kinds: kindsOf(listener, protocol),
    ...(tls !== undefined && { tls }),
    services: gatewayServices(gateway, model.settings),
    created: gateway.created,
  };
}

/** Whether two listeners of a Gateway can serve beside each other. */
function isDistinct(a: Fields, b: Fields): boolean {
  if (numberAt(a, "port") !== numberAt(b, "port")) return true;
  const [one = "", other = ""] = [textAt(a, "protocol"), textAt(b, "protocol")];
  const isRead = (protocol: string): boolean => ["HTTP", "HTTPS", "TLS"].includes(protocol);
  const isRaw = (protocol: string): boolean => ["TCP", "UDP"].includes(protocol);
  if (isRead(one) && isRead(other)) {
    const host = (listener: Fields): string => textAt(listener, "hostname") ?? "";
    return host(a) !== host(b);
  }
  const known = [one, other].every((each) => isRead(each) || isRaw(each));
  return !known && one !== other;
}

const terminating = ["MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"];

function modeOf({ spec, labels }: KnownObject, tls: Fields, port: number): string {
  const options = textsByName(tls, "options");
  if ((textAt(tls, "mode") ?? "Terminate") === "Passthrough") {
    const network = labels["topology.istio.io/network"] !== undefined;
    const crossing = network && String(port) === (labels["networking.istio.io/gatewayPort"] ?? "15443");
    return crossing || options["gateway.istio.io/listener-protocol"] === "auto-passthrough"
      ? "AUTO_PASSTHROUGH"
      : "PASSTHROUGH";
  }
  const asked = options["gateway.istio.io/tls-terminate-mode"] ?? "";
  if (terminating.includes(asked)) return asked;
  const frontend = fieldsAt(spec, "tls", "frontend");
  const own = listAt(frontend, "perPort").find((one) => numberAt(one, "port") === port);
  const validation = fieldsAt(own ? fieldsAt(own, "tls") : fieldsAt(frontend, "default"), "validation");
  if (listAt(validation, "caCertificateRefs").length === 0) return "SIMPLE";
  return textAt(validation, "mode") === "AllowInsecureFallback" ? "OPTIONAL_MUTUAL" : "MUTUAL";
}

function kindsOf(listener: Fields, protocol: string): string[] {
  const terminates = (textAt(fieldsAt(listener, "tls"), "mode") ?? "") === "Terminate";
  const byProtocol: Readonly<Record<string, readonly string[]>> = {
    HTTP: ["HTTPRoute", "GRPCRoute"],
    HTTPS: ["HTTPRoute", "GRPCRoute"],
    TCP: ["TCPRoute"],
    TLS: ["TLSRoute", ...(terminates ? ["TCPRoute"] : [])],
  };
  const supported = byProtocol[protocol] ?? [];
  const allowed = listAt(fieldsAt(listener, "allowedRoutes"), "kinds");
  const isAllowed = (kind: string): boolean =>
    allowed.some(
      (one) => textAt(one, "kind") === kind && (textAt(one, "group") ?? gatewayGroup) === gatewayGroup,
    );
  return supported.filter((kind) => allowed.length === 0 || isAllowed(kind));
}

function namespacesOf(model: Model, own: string, namespaces: Fields): string[] {
  const from = textAt(namespaces, "from") ?? "Same";
  if (from === "Same") return [own];
  if (from === "All" || !has(namespaces, "selector")) return ["*"];
  const selector = fieldsAt(namespaces, "selector");
  return [...model.namespaces.values()]
    .filter(({ name, labels }) => isSelected(selector, { "kubernetes.io/metadata.name": name, ...labels }))
    .map(({ name }) => name);
}
