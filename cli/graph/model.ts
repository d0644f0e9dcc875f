import type { Edge, Mesh, Service } from "../../catalog";
import type { Finding, Severity } from "../../checks";

export type { Severity };
import { factsOfCall, factsOfExternal, factsOfGateway, factsOfService } from "./facts";

/** A service, gateway, outside host or admitted caller of a catalog. */
export interface Node {
  /** `<kind>/<namespace>/<name>`, for gateways and outside hosts `<kind>/<name>`. */
  readonly id: string;
  readonly kind: "service" | "gateway" | "external" | "outside";
  readonly name: string;
  /** Namespace of its pods. Undefined for outside hosts. */
  readonly namespace?: string;
  /** Its settings, each a sentence or a term. */
  readonly facts: readonly string[];
  readonly findings: readonly NodeFinding[];
}

/** A finding about a node. */
export interface NodeFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly text: string;
}

/** All calls from one node to another. */
export interface Link {
  /** Id of the caller. */
  readonly from: string;
  /** Id of the callee. */
  readonly to: string;
  /** `waits`: the caller waits for a response. `asynchronous`: it does not. `mirrored`: responses are discarded. */
  readonly kind: "waits" | "asynchronous" | "mirrored";
  /** Whether the callee accepts plaintext on a called port. */
  readonly plaintext: boolean;
  /** The settings of each call. */
  readonly calls: readonly { readonly path: string; readonly facts: readonly string[] }[];
  /** Against the base: whether the base lacks the link, or only the base has it. Undefined without a base. */
  readonly change?: "gained" | "lost";
}

/** The call graph of a catalog. Nodes are sorted by id, links by caller and callee. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
}

/** The call graph of a mesh, with the findings about its nodes. */
export function graphOf(mesh: Mesh, findings: readonly Finding[]): Graph {
  const about = (path: string): NodeFinding[] =>
    findings
      .filter(
        (finding) =>
          finding.path === path ||
          (/^[.[]/.test(finding.path.slice(path.length)) && finding.path.startsWith(path)),
      )
      .map(({ code, severity, message }) => ({ code, severity, text: message }));
  const callees = [...mesh.services, ...mesh.externalServices];
  const external = new Set<Service>(mesh.externalServices);
  const nodeOfService = (service: Service): Node => ({
    id: idOf(service, external.has(service) ? "external" : "service"),
    kind: external.has(service) ? "external" : "service",
    name: service.name,
    ...(!external.has(service) && { namespace: service.namespace }),
    facts: external.has(service) ? factsOfExternal(service) : factsOfService(service),
    findings: about(service.path),
  });
  const nodes = new Map<string, Node>();
  for (const node of callees.map(nodeOfService)) nodes.set(node.id, node);
  for (const gateway of mesh.gateways) {
    const id = idOf(gateway, "gateway");
    const facts = factsOfGateway(gateway);
    const { name, pods } = gateway;
    nodes.set(id, {
      id,
      kind: "gateway",
      name,
      namespace: pods.namespace,
      facts,
      findings: about(gateway.path),
    });
  }
  for (const { source } of callees.flatMap(({ incoming }) => incoming)) {
    const id = idOf(source, source.kind);
    if (nodes.has(id)) continue;
    const { kind, name, namespace } = source;
    nodes.set(id, {
      id,
      kind,
      name,
      namespace,
      facts: ["Admitted, not declared in this catalog"],
      findings: [],
    });
  }
  const links = callees.flatMap((callee) => linksTo(callee, nodeOfService(callee).id));
  return { name: mesh.name, nodes: sorted([...nodes.values()], ({ id }) => id), links: sortedLinks(links) };
}

/** The graph with the links that its base lacks, and those of the base that it lacks. */
export function compared(graph: Graph, base: Graph): Graph {
  const keys = (links: readonly Link[]): Set<string> => new Set(links.map(keyOf));
  const [now, before] = [keys(graph.links), keys(base.links)];
  const known = new Set(graph.nodes.map(({ id }) => id));
  return {
    name: graph.name,
    nodes: sorted([...graph.nodes, ...base.nodes.filter(({ id }) => !known.has(id))], ({ id }) => id),
    links: sortedLinks([
      ...graph.links.map((link): Link => (before.has(keyOf(link)) ? link : { ...link, change: "gained" })),
      ...base.links
        .filter((link) => !now.has(keyOf(link)))
        .map((link): Link => ({ ...link, change: "lost" })),
    ]),
  };
}

function linksTo(callee: Service, to: string): Link[] {
  const byCaller = Map.groupBy(callee.incoming, ({ source }) => idOf(source, source.kind));
  return [...byCaller].map(([from, edges]) => ({
    from,
    to,
    kind: kindOf(edges),
    plaintext: edges.some(({ port }) => acceptsPlaintext(callee, port.name)),
    calls: edges.map((edge) => ({ path: edge.path, facts: factsOfCall(edge) })),
  }));
}

function kindOf(edges: readonly Edge[]): Link["kind"] {
  if (edges.every(({ mirrored }) => mirrored)) return "mirrored";
  return edges.every(({ asynchronous, mirrored }) => asynchronous || mirrored) ? "asynchronous" : "waits";
}

function acceptsPlaintext({ mtls }: Service, port: string): boolean {
  const mode = mtls?.ports.find(({ name }) => name === port)?.mode ?? mtls?.mode ?? "STRICT";
  return mode !== "STRICT";
}

/** Gateways and outside hosts have unique names in a catalog. */
function idOf({ name, namespace }: Place, kind: Node["kind"]): string {
  return kind === "external" || kind === "gateway" ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

interface Place {
  readonly name: string;
  readonly namespace: string;
}

/** Links are equal if the same caller makes the same calls with the same settings. */
function keyOf({ from, to, calls }: Link): string {
  return JSON.stringify([from, to, calls.map(({ facts }) => facts)]);
}

function sortedLinks(links: readonly Link[]): Link[] {
  return sorted(links, ({ from, to, change = "" }) => `${from}\n${to}\n${change}`);
}

function sorted<T>(items: readonly T[], key: (item: T) => string): T[] {
  return items.toSorted((one, other) => (key(one) < key(other) ? -1 : Number(key(one) > key(other))));
}
