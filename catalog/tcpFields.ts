import type { Refused } from "./exact";
import type { HttpProtocol, Protocol } from "./port";

/**
 * Rejects settings of requests in a service whose ports are all TCP, where a proxy sees no requests. A port whose
 * protocol is not a literal is checked at run time only.
 */
export type TcpFields<Service> = [ProtocolOf<Service>] extends [never]
  ? unknown
  : [ProtocolOf<Service>] extends [Exclude<Protocol, HttpProtocol>]
    ? Refusals<Service>
    : unknown;

type ProtocolOf<Service> = Service extends { readonly ports: infer Ports }
  ? Ports[keyof Ports] extends { readonly protocol: infer Speaks }
    ? Speaks
    : never
  : never;

type Refusals<Service> = RefusedFields<Service, "load" | "rateLimit" | "globalRateLimits" | "extAuthz"> & {
  readonly [Section in Extract<keyof Service, keyof RequestFields>]?: RefusedFields<
    NonNullable<Service[Section]>,
    RequestFields[Section]
  >;
};

/** Settings of requests, by section. */
interface RequestFields {
  readonly resilience: "timeout" | "retries";
  readonly traffic: "weights" | "headerRoutes" | "mirror" | "fault";
  readonly circuitBreaker:
    | "http1MaxPendingRequests"
    | "http2MaxRequests"
    | "maxRequestsPerConnection"
    | "h2UpgradePolicy"
    | "maxRetries"
    | "retryBudget";
}

type RefusedFields<Value, Fields extends string> = {
  readonly [
    Field in Extract<keyof Value, Fields>
  ]: Refused<`all ports are TCP, where a proxy sees no requests: ${Field} has no effect`>;
};
