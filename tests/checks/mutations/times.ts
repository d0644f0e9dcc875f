import type { CallDefinition } from "../../../catalog";
import { type Mutation, put } from "./mutation";
import { calleesOf, edgesOf, hasHttp, matching, onlyCallsOf } from "./places";

/** Whether retries repeat it at all: POST and PATCH are only ever repeated where nothing has happened yet. */
const isRepeated = ({ methods = ["GET"] }: CallDefinition): boolean =>
  methods.some((method) => method !== "POST" && method !== "PATCH");

const tenRetries = { attempts: 10, retryOn: ["5xx"] };

/** With an overall limit: both are of services and of external ones, so that callers have them too. */
const limits = ["services.*.resilience", "externalServices.*.resilience"];

export const times: readonly Mutation[] = [
  {
    code: "MW401",
    mistake: "tries that together take longer than the timeout of their service",
    *mutants(catalog) {
      for (const { place, value } of limits.flatMap((pattern) => [...matching(catalog, pattern)])) {
        const { timeout } = value as { timeout?: string };
        if (timeout === undefined) continue;
        const retries = [...place, "retries"];
        yield {
          at: [...retries, "perTryTimeout"],
          changes: [[retries, { attempts: 1, perTryTimeout: timeout }]],
        };
      }
    },
  },
  {
    code: "MW401",
    mistake: "tries that together take longer than the timeout of their call or route",
    *mutants(catalog) {
      const callees = calleesOf(catalog);
      for (const { kind, callee, place } of edgesOf(catalog)) {
        const called = callees[callee];
        if (kind === "admit" || !called || !hasHttp(called)) continue;
        yield {
          at: [...place, "retries", "perTryTimeout"],
          changes: [
            [[...place, "timeout"], "1s"],
            [[...place, "retries"], { attempts: 1, perTryTimeout: "501ms" }],
          ],
        };
      }
    },
  },
  {
    code: "MW402",
    mistake: "tries that are over long before the timeout",
    also: ["MW004"],
    *mutants(catalog) {
      for (const { place, value } of limits.flatMap((pattern) => [...matching(catalog, pattern)])) {
        const { timeout } = value as { timeout?: string };
        if (timeout === undefined) continue;
        const retries = [...place, "retries"];
        yield {
          at: [...retries, "perTryTimeout"],
          changes: [[retries, { attempts: 1, perTryTimeout: "1ms" }]],
        };
      }
    },
  },
  {
    code: "MW403",
    mistake: "a call that waits longer than its caller's callers",
    *mutants(catalog) {
      const callees = calleesOf(catalog);
      for (const { kind, caller, callee, place } of edgesOf(catalog)) {
        const called = callees[callee];
        const limit = catalog.services[caller]?.resilience?.timeout;
        if (kind === "call" && limit !== undefined && called && hasHttp(called)) {
          yield put([...place, "timeout"], "1h");
        }
      }
    },
  },
  {
    code: "MW403",
    mistake: "a service whose callers no longer wait for the services that it calls",
    also: ["MW401", "MW402", "MW403"],
    *mutants(catalog) {
      const callees = calleesOf(catalog);
      for (const { kind, caller, callee, call, place } of edgesOf(catalog)) {
        const timeout = call.timeout ?? callees[callee]?.resilience?.timeout;
        if (kind !== "call" || timeout === undefined) continue;
        const limit = ["services", caller, "resilience", "timeout"];
        yield { at: [...place, "timeout"], changes: [[limit, "1ms"]] };
      }
    },
  },
  {
    code: "MW404",
    mistake: "eleven requests for one, by a call",
    also: ["MW004"],
    *mutants(catalog) {
      for (const { call, place } of onlyCallsOf(catalog)) {
        if (isRepeated(call)) yield put([...place, "retries"], tenRetries);
      }
    },
  },
  {
    code: "MW404",
    mistake: "eleven requests for one, by a service",
    also: ["MW004"],
    *mutants(catalog) {
      for (const { callee, call } of onlyCallsOf(catalog)) {
        const section = Object.hasOwn(catalog.services, callee) ? "services" : "externalServices";
        if (isRepeated(call)) yield put([section, callee, "resilience", "retries"], tenRetries);
      }
    },
  },
  {
    code: "MW405",
    mistake: "a call back to the only caller, or to its only caller",
    also: ["MW403"],
    *mutants(catalog) {
      const calls = onlyCallsOf(catalog).filter(({ callee }) => Object.hasOwn(catalog.services, callee));
      for (const { caller, callee } of calls) {
        yield put(["services", callee, "calls", caller], {});
        const before = calls.find((one) => one.callee === caller);
        if (before) yield put(["services", callee, "calls", before.caller], {});
      }
    },
  },
];
