import type { Difference } from "../../effect";

/** What a difference means for the mesh. */
export type Verdict = (typeof verdicts)[number];

/** All verdicts, those first that a review looks for. */
export const verdicts = [
  "wider",
  "weaker",
  "unrouted",
  "unreached",
  "unread",
  "changed",
  "narrower",
  "stronger",
  "added",
  "removed",
] as const;

/** Each verdict in a sentence, for `--help` and the guide. */
export const meanings: Readonly<Record<Verdict, string>> = {
  wider: "a request is allowed that was denied, may leave the mesh, or may be sent by more web pages",
  weaker: "TLS is weaker, or a proxy is gone",
  unrouted: "a request that was routed ends at the proxy",
  unreached: "a workload that received requests receives none: every route leads somewhere else",
  unread: "an object applies that the comparison does not read",
  changed: "a request is routed, limited or its token read in another way",
  narrower: "a request is denied that was allowed, or may no longer leave the mesh",
  stronger: "TLS is stronger, or a proxy is there",
  added: "a workload is new",
  removed: "a workload is gone",
};

const byKind: Readonly<Record<Difference["kind"], Verdict>> = {
  "access gained": "wider",
  "access lost": "narrower",
  "host reached": "wider",
  "host exported": "wider",
  "egress opened": "wider",
  "egress closed": "narrower",
  "network opened": "wider",
  "network closed": "narrower",
  "identity gained": "wider",
  "identity lost": "narrower",
  "tokens changed": "changed",
  "authorizer opened": "wider",
  "authorizer changed": "changed",
  "limits changed": "changed",
  "exposure gained": "wider",
  "exposure lost": "narrower",
  "mTLS weaker": "weaker",
  "mTLS stronger": "stronger",
  "certificate changed": "changed",
  "proxy removed": "weaker",
  "proxy added": "stronger",
  "CORS wider": "wider",
  "route changed": "changed",
  "route broken": "unrouted",
  unread: "unread",
};

/** The verdict on a difference. */
export function verdictOf({ kind }: Pick<Difference, "kind">): Verdict {
  return byKind[kind];
}
