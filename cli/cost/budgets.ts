import { memoryFor } from "../../catalog";
import { keyOfProxy, type MeshCost, type ProxyCost, resourceTypes } from "../../prove";
import type { ProxyChange } from "./change";
import { sizeText } from "./size";

/** The limits of a cost, in bytes. */
export interface Budgets {
  /** The configuration of each proxy. Default: none. */
  readonly budget?: number | undefined;
  /** What a change adds to the memory of all proxies together. Default: none. */
  readonly budgetAdded?: number | undefined;
}

/** A budget that is exceeded. */
export interface Exceeded {
  /** What is limited: the configuration or memory of a proxy, what a change adds, or istiod's memory. */
  readonly kind: "configuration" | "memory" | "added" | "istiod";
  /** What exceeds it: the workload as `<namespace>/<name>`, `istiod`, or of a change the workload that adds most. */
  readonly culprit: string;
  /** Bytes. */
  readonly value: number;
  /** Bytes. */
  readonly limit: number;
  readonly message: string;
  readonly fix: string;
}

/**
 * Returns the budgets that a cost exceeds. They are the given ones, and the memory limits of containers, which the
 * catalog and the values of the releases declare.
 */
export function exceededBy(
  { proxies, istiod, istiodLimit = Infinity }: MeshCost,
  changes: readonly ProxyChange[] | undefined,
  { budget = Infinity, budgetAdded = Infinity }: Budgets,
): Exceeded[] {
  return [
    ...proxies.filter(({ bytes }) => bytes > budget).map((proxy) => overConfiguration(proxy, budget)),
    ...proxies.flatMap((proxy) => overMemory(proxy)),
    ...overAdded(changes ?? [], budgetAdded),
    ...(istiod !== undefined && istiod > istiodLimit ? [overIstiod(istiod, istiodLimit)] : []),
  ];
}

const smaller: Readonly<Record<(typeof resourceTypes)[number], string>> = {
  LDS: "remove ports, filters or declared filter chains that it does not need",
  RDS: "remove routes, or hosts that it does not call",
  CDS: "remove calls that it does not make: each host adds clusters",
  EDS: "remove calls that it does not make: each pod of a callee adds an endpoint",
};

/** The type of resources with the most bytes. */
function largest({ sent }: ProxyCost): (typeof resourceTypes)[number] {
  return resourceTypes.reduce((best, type) => (sent[type].bytes > sent[best].bytes ? type : best));
}

function most(proxy: ProxyCost): string {
  const type = largest(proxy);
  const { resources, bytes } = proxy.sent[type];
  return `most of it ${type}: ${resources} ${resources === 1 ? "resource" : "resources"} of ${sizeText(bytes)}`;
}

function overConfiguration(proxy: ProxyCost, limit: number): Exceeded {
  const culprit = keyOfProxy(proxy);
  return {
    kind: "configuration",
    culprit,
    value: proxy.bytes,
    limit,
    message: `${culprit} gets ${sizeText(proxy.bytes)} of configuration, more than ${sizeText(limit)}; ${most(proxy)}`,
    fix: `${smaller[largest(proxy)]}; or raise --budget`,
  };
}

function overMemory(proxy: ProxyCost): Exceeded[] {
  const { memoryLimit: limit = Infinity, bytes } = proxy;
  const [culprit, value] = [keyOfProxy(proxy), memoryFor(bytes)];
  if (value <= limit) return [];
  const field =
    proxy.proxy === "gateway"
      ? "resources.limits.memory of the gateway's release"
      : "sidecar.resources.limits.memory of its service, or of istiod's values";
  return [
    {
      kind: "memory",
      culprit,
      value,
      limit,
      message: `${culprit} needs about ${sizeText(value)} of memory, and its limit is ${sizeText(limit)}, so the kernel kills its proxy; ${most(proxy)}`,
      fix: `raise ${field}, or ${smaller[largest(proxy)]}`,
    },
  ];
}

function overAdded(changes: readonly ProxyChange[], limit: number): Exceeded[] {
  const value = changes.reduce((sum, { memory }) => sum + memory, 0);
  const [first] = changes.toSorted((a, b) => b.memory - a.memory);
  if (value <= limit || first === undefined) return [];
  const culprit = keyOfProxy(first);
  return [
    {
      kind: "added",
      culprit,
      value,
      limit,
      message: `the change adds about ${sizeText(value)} to all proxies, more than ${sizeText(limit)}; most of it, ${sizeText(first.memory)}, to ${culprit}`,
      fix: `reduce what the change adds to ${culprit}, or raise --budget-added`,
    },
  ];
}

function overIstiod(value: number, limit: number): Exceeded {
  return {
    kind: "istiod",
    culprit: "istiod",
    value,
    limit,
    message: `istiod has ${sizeText(value)} of memory before any other proxy connects, and its limit is ${sizeText(limit)}`,
    fix: "raise resources.limits.memory of istiod's values",
  };
}
