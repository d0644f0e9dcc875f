import pc from "picocolors";
import { memoryFor, proxyMemory } from "../../catalog";
import { keyOfProxy, type MeshCost, resourceTypes } from "../../prove";
import { table } from "../output";
import type { Exceeded } from "./budgets";
import type { ProxyChange } from "./change";
import { sizeText } from "./size";

/** The cost as people read it: a line for each workload's proxy, sums, what a change does, and exceeded budgets. */
export function report(
  { proxies, istiod }: MeshCost,
  changes: readonly ProxyChange[] | undefined,
  exceeded: readonly Exceeded[],
): string {
  const rows = proxies.map((proxy) => [
    keyOfProxy(proxy),
    proxy.proxy,
    String(proxy.pods),
    ...resourceTypes.map((type) => `${proxy.sent[type].resources} · ${sizeText(proxy.sent[type].bytes)}`),
    sizeText(proxy.bytes),
    `~${sizeText(memoryFor(proxy.bytes))}`,
  ]);
  const pods = proxies.reduce((sum, one) => sum + one.pods, 0);
  const sent = proxies.reduce((sum, one) => sum + one.pods * one.bytes, 0);
  const memory = proxies.reduce((sum, one) => sum + one.pods * memoryFor(one.bytes), 0);
  return [
    table(["WORKLOAD", "PROXY", "PODS", ...resourceTypes, "CONFIGURATION", "MEMORY"], rows),
    "",
    `${pods} proxies get ${sizeText(sent)} of configuration in a push to all of them; together they need about ${sizeText(memory)} (± ${proxyMemory.error} %).`,
    ...(istiod === undefined
      ? []
      : [`istiod has ${sizeText(istiod)} of memory after it has sent each workload's configuration once.`]),
    ...(changes ? changed(changes, pods) : []),
    ...exceeded.map(({ message, fix }) => `${pc.red(`over budget: ${message}`)}\n  fix: ${fix}`),
  ].join("\n");
}

function changed(changes: readonly ProxyChange[], pods: number): string[] {
  if (changes.length === 0) return ["", "The change reaches no proxy."];
  const reached = changes.filter(({ kind }) => kind !== "removed").reduce((sum, one) => sum + one.pods, 0);
  const memory = changes.reduce((sum, one) => sum + one.memory, 0);
  const rows = changes.map((one) => [
    keyOfProxy(one),
    one.kind,
    signed(one.bytes),
    `~${signed(one.memory / one.pods)} × ${one.pods} ${one.pods === 1 ? "pod" : "pods"}`,
  ]);
  return [
    "",
    `The change reaches ${reached} of ${pods} proxies, and adds about ${signed(memory)} to their memory:`,
    table(["WORKLOAD", "CHANGE", "CONFIGURATION", "MEMORY"], rows),
  ];
}

function signed(bytes: number): string {
  return `${bytes >= 0 ? "+" : ""}${sizeText(bytes)}`;
}
