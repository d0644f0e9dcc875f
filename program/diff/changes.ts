import { createHash } from "node:crypto";
import {
  accessByClient,
  type ClientAccess,
  decisionText,
  type Difference,
  difference,
  isNamedHost,
  mayCall,
  type ObjectName,
  type ReceiverChange,
  receiverChanges,
  requestText,
  sentText,
  type Workload,
} from "../../effect";
import { type Cause, causesOf } from "./causes";
import type { Side } from "./side";
import { accessSentence, moreClients, type Names, namesIn } from "./sentence";
import { type Unreached, unreached } from "./unreached";
import { type Verdict, verdictOf, verdicts } from "./verdict";

/** One change of what the mesh does. */
export interface Change {
  readonly verdict: Verdict;
  /** What changes, such as `shop/web may now PUT shop/cart (was GET)`. */
  readonly sentence: string;
  /** Identifies everything that changes, of which the request is one example. */
  readonly id: string;
  /** The workloads that receive the request, or send it, as `<namespace>/<name>`. */
  readonly workloads: readonly string[];
  /** A request that shows the change. */
  readonly request?: string;
  readonly before?: string;
  readonly after?: string;
  /** False if an object that the comparison does not read can decide otherwise. */
  readonly isSure: boolean;
  /** The objects that decide now. */
  readonly objects: readonly string[];
  /** What makes them decide so. */
  readonly causes: readonly Cause[];
}

/** A change of one workload. */
interface Single extends Omit<Change, "id" | "workloads"> {
  readonly workload: string;
  readonly extent: string;
}

/** Compares what two sides do: access, mutual TLS, proxies, routes and egress. Equal sides have no change. */
export function changesBetween(old: Side, now: Side): Change[] {
  const context: Context = { old, now, oldNames: namesIn(old.model), nowNames: namesIn(now.model) };
  const byClient = new Map<Workload, readonly ClientAccess[]>();
  const known = difference(old.model, now.model).flatMap((one) =>
    one.kind === "access gained" || one.kind === "access lost"
      ? accessChanges(context, one, byClient)
      : [changeOf(context, now, one)],
  );
  const changes = grouped([
    ...known,
    ...receiverChanges(old.model, now.model)
      // Workloads that no requests reach any more are found below.
      .filter(({ after }) => after.length > 0)
      .map((one) => receiverChange(context, one)),
    ...unreached(old.model, now.model).map((one) => unreachedChange(context, one)),
    ...onlyIn(now, old, "added"),
    ...onlyIn(old, now, "removed"),
  ]);
  const rank = ({ verdict }: Change): number => verdicts.indexOf(verdict);
  return changes.toSorted(
    (one, other) => rank(one) - rank(other) || (one.sentence < other.sentence ? -1 : 1),
  );
}

interface Context {
  readonly old: Side;
  readonly now: Side;
  readonly oldNames: Names;
  readonly nowNames: Names;
}

/** Changes that are the same for several workloads, such as the versions of a service and its callers, are one. */
function grouped(all: readonly Single[]): Change[] {
  const key = ({ verdict, sentence, before, after, isSure }: Single): string =>
    JSON.stringify([verdict, sentence, before, after, isSure]);
  return [...Map.groupBy(all, key).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const extents = [...new Set(group.map(({ extent }) => extent))].sort();
    const text = JSON.stringify([
      ...[first.verdict, first.sentence, first.before, first.after, extents.join("\n")],
      first.isSure,
    ]);
    const workloads = [...new Set(group.map((one) => one.workload))].sort();
    const id = createHash("sha256")
      .update(JSON.stringify([text, workloads]))
      .digest("hex")
      .slice(0, 8);
    const causes = new Map(group.flatMap((one) => one.causes).map((cause) => [cause.path, cause]));
    const { verdict, sentence, request, before, after, isSure, objects } = first;
    return [
      {
        verdict,
        sentence,
        id,
        workloads,
        ...(request !== undefined && { request }),
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
        isSure,
        objects,
        causes: [...causes.values()],
      },
    ];
  });
}

function changeOf({ old, now, nowNames }: Context, side: Side, one: Difference, access?: string): Single {
  const { workload, witness, sent, isExample = true, before, after, sure, by, extent } = one;
  const request = !isExample ? undefined : sent ? sentText(sent) : witness && requestText(witness);
  const client = witness?.identity?.serviceAccount ?? "";
  return {
    verdict: verdictOf(one),
    sentence: access ?? sentenceOf(one, nowNames),
    workload: `${workload.namespace}/${workload.name}`,
    ...(request !== undefined && { request }),
    before,
    after,
    extent: extent ?? "",
    isSure: sure,
    objects: by.map(nameOf),
    causes: causesOf(old, now, side, by, client),
  };
}

/** Pods that begin or cease to receive requests, such as those of a new Deployment that a Service selects. */
function receiverChange({ old, now }: Context, { target, service, before, after }: ReceiverChange): Single {
  const gained = after.filter((one) => !before.includes(one));
  const sentence =
    gained.length > 0
      ? `requests to ${target} now also reach ${gained.join(", ")}`
      : `requests to ${target} no longer reach ${before.filter((one) => !after.includes(one)).join(", ")}`;
  return {
    verdict: "changed",
    sentence,
    workload: `${service.namespace}/${service.from.name}`,
    before: `they reach ${before.join(", ")}`,
    after: `they reach ${after.join(", ")}`,
    extent: "",
    isSure: true,
    objects: [nameOf(service.from)],
    causes: causesOf(old, now, now, [service.from]),
  };
}

/** Pods that received requests and receive none, such as those of a version whose last route is gone. */
function unreachedChange({ old, now }: Context, { name, workload, targets, by }: Unreached): Single {
  return {
    verdict: "unreached",
    sentence: `${name} receives no requests any more`,
    workload: `${workload.namespace}/${workload.name}`,
    before: `requests to ${targets.join(", ")} reach it`,
    after: "no route leads to it",
    extent: "",
    isSure: true,
    objects: by.map(nameOf),
    causes: causesOf(old, now, now, by),
  };
}

/** Says what changes, other than access. */
function sentenceOf(
  { kind, workload, server: target, sent, witness, alike = 0 }: Difference,
  names: Names,
): string {
  const server = names.server(workload);
  const udp = witness?.transport === "UDP" || sent?.transport === "UDP" ? " by UDP" : "";
  const port = witness === undefined ? "" : ` port ${witness.port}${udp}`;
  const to =
    sent === undefined ? "" : `${sent.scheme === "https" ? "https://" : ""}${sent.host}:${sent.port}`;
  switch (kind) {
    case "mTLS weaker":
    case "mTLS stronger": {
      const strength = kind === "mTLS weaker" ? "weaker" : "stronger";
      return sent === undefined
        ? `mutual TLS of ${server}${port} is ${strength}`
        : `TLS to ${to} is ${strength}`;
    }
    case "certificate changed":
      return `TLS to ${to} has other certificates`;
    case "proxy removed":
    case "proxy added":
      return `${server}${port} ${kind === "proxy removed" ? "has no proxy any more" : "has a proxy now"}`;
    case "identity gained":
    case "identity lost": {
      const { protocol, method = "GET" } = witness ?? { protocol: "tcp" };
      const may = kind === "identity gained" ? "may now" : "may no longer";
      const what = protocol === "tcp" ? "connect to" : method;
      const to = target === undefined ? "" : names.server(target);
      return `pods of ${workload.namespace}/${workload.name} ${may} ${what} ${to}, because their identity has changed`;
    }
    case "authorizer opened":
      return `${server} also accepts requests whose external authorizer does not answer`;
    case "authorizer changed":
      return `the external authorizer of ${server} has other settings`;
    case "limits changed":
      return `the rate of requests to ${server} is limited in another way`;
    case "exposure gained":
      return `clients outside of the cluster may now reach ${server}, past the gateways`;
    case "exposure lost":
      return `clients outside of the cluster may no longer reach ${server} in the same way`;
    case "tokens changed":
      return `${server} reads tokens in another way`;
    case "host reached":
      return `${server} may now send requests to ${to} outside of the mesh`;
    case "host exported":
      return `proxies of every namespace may now send requests to ${sent?.host ?? ""} outside of the mesh`;
    case "network opened":
    case "network closed": {
      const may = kind === "network opened" ? "may now" : "may no longer";
      const named = sent !== undefined && isNamedHost(sent.host);
      return witness === undefined
        ? `${server} ${may} connect to ${named ? to : "hosts"} outside of the cluster${udp}, as NetworkPolicies say`
        : `${names.client(witness)}${moreClients(alike)} ${may} connect to ${server}${port}, as NetworkPolicies say`;
    }
    case "egress opened":
      return `${server} may now send requests to any host outside of the mesh`;
    case "egress closed":
      return `${server} may no longer send requests to unknown hosts outside of the mesh`;
    case "unread":
      return `${server} has an object that is not read`;
    case "CORS wider":
      return `requests to ${to} have a CORS policy that allows web pages more`;
    case "route broken":
      return `requests to ${to} end at the client's proxy`;
    default:
      return `requests to ${to} are routed in another way`;
  }
}

/** A change for each client that gains or loses requests, instead of one for all. */
function accessChanges(
  context: Context,
  one: Difference,
  byClient: Map<Workload, readonly ClientAccess[]>,
): Single[] {
  const { old, now, oldNames, nowNames } = context;
  const { namespace, name } = one.workload;
  const before = old.model.workloads.find((other) => other.namespace === namespace && other.name === name);
  if (before === undefined) return [changeOf(context, now, one)];
  const clients = byClient.get(one.workload) ?? accessByClient(old.model, before, now.model, one.workload);
  byClient.set(one.workload, clients);
  return clients
    .filter(({ kind }) => kind === one.kind)
    .map(({ kind, sure, witness, extent, alike = [] }) => {
      const [was, is] = [mayCall(old.model, before, witness), mayCall(now.model, one.workload, witness)];
      // What was allowed is lost by what allowed it.
      const gained = kind === "access gained";
      const [side, decision] = gained ? [now, is] : [old, was];
      // A rule that denies decides before those that allow, so its change is a cause, too.
      const denying = [was, is].filter(({ reason }) => reason === "rule denies");
      const by = [decision, ...denying].flatMap((each) => each.by ?? []);
      const texts = { before: decisionText(was), after: decisionText(is) };
      const change = { kind, workload: one.workload, sure, witness, by, ...texts };
      const names = {
        client: (gained ? nowNames : oldNames).client(witness),
        alike: alike.length,
        server: nowNames.server(one.workload),
      };
      const refusing = gained
        ? { model: old.model, workload: before }
        : { model: now.model, workload: one.workload };
      const all = JSON.stringify([extent, alike]);
      return changeOf(context, side, { ...change, extent: all }, accessSentence(change, names, refusing));
    });
}

/** The number of changes of each verdict, without those that have none. */
export function countsOf(changes: readonly Change[]): Map<Verdict, number> {
  const counts = verdicts.map((verdict): [Verdict, number] => [
    verdict,
    changes.filter((change) => change.verdict === verdict).length,
  ]);
  return new Map(counts.filter(([, count]) => count > 0));
}

function onlyIn(side: Side, other: Side, verdict: "added" | "removed"): Single[] {
  const names = ({ model }: Side): Set<string> =>
    new Set(model.workloads.map(({ namespace, name }) => `${namespace}/${name}`));
  const known = names(other);
  return [...names(side)]
    .filter((workload) => !known.has(workload))
    .map((workload) => {
      const sentence = `${workload} is ${verdict === "added" ? "new" : "gone"}`;
      return { verdict, sentence, workload, extent: "", isSure: true, objects: [], causes: [] };
    });
}

function nameOf({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace === "" ? "" : `${namespace}/`}${name}`;
}
