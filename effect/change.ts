import type { RoutedRequest } from "./httpMatch";
import type { ObjectName } from "./object";
import type { Request } from "./request";
import type { Route } from "./routing";
import type { Workload } from "./workload";

/** A change of what objects mean. */
export interface Difference {
  /**
   * `access gained` and `access lost`: of requests to the workload. `mTLS weaker` and `mTLS stronger`: of its inbound
   * connections; with `sent`, of the requests that it sends, or of those that a gateway receives. `proxy removed` and `proxy added`. `route
   * changed`, and `route broken` if requests now end at the proxy: of the requests that the workload sends. `CORS wider`: their
   * route allows web pages of other origins more. `host reached`:
   * requests to a host outside of the mesh that the proxy refused. `host exported`: such a host that proxies of every namespace
   * have now. `egress opened` and `egress closed`: to unknown hosts.
   * `network opened` and `network closed`: connections to the workload, or with `sent` of it to a host outside of the
   * cluster, that NetworkPolicies let pass or not.
   * `identity gained` and `identity lost`: of requests of the workload to {@link server}, because it has another identity.
   * `tokens changed`: tokens of an issuer are verified, found or passed on in another way.
   * `authorizer opened`: an external authorizer that does not answer no longer stops requests; `authorizer changed`: it has
   * other settings. `limits changed`: filters limit the rate of requests in another way.
   * `exposure gained` and `exposure lost`: a Service lets clients outside of the cluster reach the workload, past the gateways.
   * `certificate changed`: a gateway presents other certificates, or verifies clients by them.
   * `unread`: an object that the model doesn't read now applies to the workload.
   */
  readonly kind:
    | "access gained"
    | "access lost"
    | "mTLS weaker"
    | "mTLS stronger"
    | "certificate changed"
    | "proxy removed"
    | "proxy added"
    | "route changed"
    | "route broken"
    | "CORS wider"
    | "host reached"
    | "host exported"
    | "egress opened"
    | "egress closed"
    | "network opened"
    | "network closed"
    | "identity gained"
    | "identity lost"
    | "tokens changed"
    | "authorizer opened"
    | "authorizer changed"
    | "limits changed"
    | "exposure gained"
    | "exposure lost"
    | "unread";
  readonly workload: Workload;
  /** Of `identity gained` and `identity lost`: the workload that receives the request. */
  readonly server?: Workload;
  /** False if the model doesn't read something that can decide otherwise. */
  readonly sure: boolean;
  /** A request that shows the difference. */
  readonly witness?: Request;
  /** Of `network opened` and `network closed`: how many more clients gain or lose the same port. Default: 0. */
  readonly alike?: number;
  /** A request of the workload that shows the difference. */
  readonly sent?: RoutedRequest;
  /** Whether `sent` shows the difference. False if no such request is known, so that it only names the host. Default: true. */
  readonly isExample?: false;
  /** Of `route changed`, `CORS wider`, and of `mTLS weaker` with `sent`: the two routes. */
  readonly routes?: readonly [before: Route, after: Route];
  /** What held before. */
  readonly before: string;
  /** What holds now. */
  readonly after: string;
  /** The objects that decide now, as far as one does. */
  readonly by: readonly ObjectName[];
  /** Of a broken route: the hosts of its destinations that do not exist. Default: none. */
  readonly missing?: readonly string[];
  /** Of `limits changed`: whether the filter's rates are the same, and only other settings differ. Default: false. */
  readonly sameRates?: true;
  /** Everything that changes, as text, of which the request is one example. Default: `before` and `after`. */
  readonly extent?: string;
}

/** The workloads that are in both models. */
export type WorkloadPair = readonly [before: Workload, after: Workload];
