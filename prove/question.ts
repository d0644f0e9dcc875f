import type { LabRequest } from "./laboratory";
import type { Others } from "./others";

/** The client that sends a question's requests. */
export type Caller =
  /** A pod of a service, with the service's own Sidecar. */
  | { readonly kind: "workload"; readonly service: string }
  /** A probe: a pod with a service account and a proxy, but without a Sidecar that limits what it can reach. */
  | { readonly kind: "identity"; readonly namespace: string; readonly serviceAccount: string }
  /** A pod without a proxy, outside of the mesh. */
  | { readonly kind: "unmeshed" };

/** Where the requests go. */
export type Target =
  | { readonly kind: "host"; readonly host: string; readonly port: number }
  /** The pods of a service, at their own addresses. */
  | { readonly kind: "pods"; readonly service: string; readonly port: number };

/**
 * What must happen to a request.
 *
 * - `answered`: the application answers it.
 * - `denied`: a proxy answers it with 401 or 403, or with gRPC's PERMISSION_DENIED or UNAUTHENTICATED. A connection that
 *   is not HTTP is closed.
 * - `refused`: the connection is closed without an answer.
 * - `unreachable`: no application answers it, whatever stops it.
 * - `redirected`: a proxy answers it with {@link Question.redirect}.
 * - `responded`: a proxy answers it with {@link Question.response}.
 * - `asked`: the external authorizer {@link Question.provider} decides it.
 */
export type Expectation =
  "answered" | "denied" | "refused" | "unreachable" | "redirected" | "responded" | "asked";

/** A request, and what the catalog says about it. */
export interface Question {
  /** Path in the catalog that the expectation comes from. */
  readonly path: string;
  /** The claim that the question belongs to, as a sentence. */
  readonly claim: string;
  readonly caller: Caller;
  readonly target: Target;
  /** Callers whose same request must get the same. Default: none. */
  readonly otherCallers?: Others<Caller>;
  /** Targets at which the same request must get the same. Default: none. */
  readonly otherTargets?: Others<Target>;
  /** The scheme of the URL, and the path of HTTP requests. */
  readonly scheme: "http" | "https" | "tcp";
  readonly requestPath: string;
  readonly request: Omit<LabRequest, "url">;
  readonly expect: Expectation;
  /** Where the connection is opened instead of at the target, as a load balancer in front of a gateway does. */
  readonly through?: { readonly host: string; readonly port: number };
  /** Of a redirected request. */
  readonly redirect?: { readonly status: string; readonly location: string };
  /** Of a request that a proxy responds to. */
  readonly response?: { readonly status: string; readonly body: string };
  /** Of an asked external authorizer: its name among the extension providers. */
  readonly provider?: string;
  /** Whether an external authorizer must not decide it. Default: false. */
  readonly unasked?: boolean;
  /** Of an unreachable target: only answers of this pod count. Default: those of every application. */
  readonly by?: string;
  /** What an application that answers has to have seen. Default: anything. */
  readonly sees?: {
    readonly path?: string;
    readonly service?: string;
    readonly version?: string;
    readonly port?: number;
    /** Whether the application itself terminates TLS. */
    readonly tls?: boolean;
    readonly token?: "forwarded" | "removed";
    /** Version of HTTP. */
    readonly http?: "1.1" | "2.0";
  };
}

/**
 * How a claim is proven. `static` is the model of effects, which reads the objects. `xds` is what a real istiod sends
 * to the proxies, and `traffic` is requests through proxies.
 */
export const tiers = ["static", "xds", "traffic"] as const;
export type Tier = (typeof tiers)[number];

/** Whether a claim holds: `not provable here` if this laboratory can't show it, with the reason. */
export type Verdict = "proven" | "refuted" | "not provable here";

/** A claim with its verdict. */
export interface Proof {
  readonly path: string;
  readonly claim: string;
  readonly verdict: Verdict;
  /** How many requests it rests on. */
  readonly requests: number;
  /** How long the experiment took. Absent for single requests. */
  readonly milliseconds?: number;
  /** Of a refuted claim: the first request that contradicts it, what was expected and what was seen. */
  readonly counterexample?: {
    readonly request: string;
    readonly expected: string;
    readonly seen: string;
  };
  /** Of a claim that is not provable here. */
  readonly reason?: string;
}

/** One line that names a request: its caller, method and target. */
export function describeQuestion({ caller, target, scheme, requestPath, request }: Question): string {
  const from =
    caller.kind === "workload"
      ? caller.service
      : caller.kind === "identity"
        ? `${caller.namespace}/${caller.serviceAccount}`
        : "a pod without a proxy";
  const to =
    target.kind === "host" ? `${target.host}:${target.port}` : `a pod of ${target.service}:${target.port}`;
  const what = scheme === "tcp" ? "connection" : `${request.method ?? "GET"} ${requestPath}`;
  const token = request.headers?.authorization === undefined ? "" : " with a token";
  return `${what}${token} from ${from} to ${to}`;
}
