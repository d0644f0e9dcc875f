import { principalOf, type Request } from "../../effect";
import { admission } from "../../prove/xds/envoy/access";
import { chainFor } from "../../prove/xds/envoy/chain";
import type { Json } from "../../prove/xds/json";

/** Whether the inbound filters that istiod sends a proxy pass a request. */
export function envoyAllows(listeners: readonly Json[], request: Request): boolean {
  const { identity, port, protocol, ...rest } = request;
  const inbound = listeners.find(({ name }) => name === "virtualInbound") ?? {};
  const to = { address: "10.0.0.1", port };
  const encrypted = chainFor(inbound, { ...to, tls: { alpn: ["istio"] } });
  const usesTls = identity !== undefined && encrypted?.transportSocket !== undefined;
  const chain = usesTls
    ? encrypted
    : chainFor(inbound, { ...to, ...(protocol !== "tcp" && { http: "http/1.1" }) });
  if (chain === undefined || (!usesTls && chain.transportSocket !== undefined)) return false;
  const principal = usesTls ? `spiffe://${principalOf(identity)}` : undefined;
  const found = admission(chain, { ...rest, port, principal, keySets: new Map() });
  if (typeof found === "object") throw new Error(found.unknown);
  return found === "passed";
}
