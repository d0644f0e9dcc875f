import type { CallDefinition, MeshDefinition } from "../../../catalog";
import { type Change, type Mutant, type Mutation, put } from "./mutation";
import { calleesOf, edgesOf, hasHttp, httpServicesOf, matching, onlyCallsOf } from "./places";

/** Whether retries repeat it at all: POST and PATCH are only ever repeated where nothing has happened yet. */
const isRepeated = ({ methods = ["GET"] }: CallDefinition): boolean =>
  methods.some((method) => method !== "POST" && method !== "PATCH");

const tenRetries = { attempts: 10, retryOn: ["5xx"] };

/** With an overall limit: both are of services and of external ones, so that callers have them too. */
const limits = ["services.*.resilience", "externalServices.*.resilience"];

/** Each call and route over HTTP with a timeout of 1s and two tries. */
function* triedTwiceIn1s(catalog: MeshDefinition, retries: object): Iterable<Mutant> {
  const callees = calleesOf(catalog);
  for (const { kind, callee, place } of edgesOf(catalog)) {
    const called = callees[callee];
    if (kind === "admit" || !called || !hasHttp(called)) continue;
    yield {
      at: [...place, "retries", "perTryTimeout"],
      changes: [
        [[...place, "timeout"], "1s"],
        [[...place, "retries"], { attempts: 1, ...retries }],
      ],
    };
  }
}

export const times: readonly Mutation[] = [
  {
    code: "MW401",
    mistake: "tries that together take longer than the timeout of their service",
    also: ["MW404"],
    *mutants(catalog) {
      for (const { place, value } of limits.flatMap((pattern) => [...matching(catalog, pattern)])) {
        const { timeout } = value as { timeout?: string };
        if (timeout === undefined) continue;
        const retries = [...place, "retries"];
        yield {
          at: [...retries, "perTryTimeout"],
          changes: [[retries, { attempts: 1, perTryTimeout: timeout, retryOn: ["5xx"] }]],
        };
      }
    },
  },
  {
    code: "MW401",
    mistake: "tries that together take longer than the timeout of their call or route",
    also: ["MW403", "MW404"],
    *mutants(catalog) {
      yield* triedTwiceIn1s(catalog, { perTryTimeout: "501ms", retryOn: ["5xx"] });
    },
  },
  {
    code: "MW402",
    mistake: "tries that are over long before the timeout",
    also: ["MW004", "MW404"],
    *mutants(catalog) {
      for (const { place, value } of limits.flatMap((pattern) => [...matching(catalog, pattern)])) {
        const { timeout } = value as { timeout?: string };
        if (timeout === undefined) continue;
        const retries = [...place, "retries"];
        yield {
          at: [...retries, "perTryTimeout"],
          changes: [[retries, { attempts: 1, perTryTimeout: "1ms", retryOn: ["5xx"] }]],
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
        const callers = edgesOf(catalog).filter((one) => one.callee === caller);
        const isOwn = callers.length > 0 && callers.every((one) => one.call.timeout !== undefined);
        if (kind !== "call" || timeout === undefined || isOwn) continue;
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
    code: "MW406",
    mistake: "two calls of a service with limits of their own",
    also: ["MW403"],
    *mutants(catalog) {
      const callees = calleesOf(catalog);
      for (const { kind, callee, call, place } of edgesOf(catalog)) {
        const called = callees[callee];
        if (kind !== "call" || !called || !hasHttp(called)) continue;
        const own = { ...call, timeout: "1s", retries: { attempts: 0 } };
        const others = { timeout: "2s", retries: { attempts: 1 } };
        for (const [field, value] of Object.entries(others)) {
          yield { at: [...place, 1, field], changes: [[place, [own, { ...own, [field]: value }]]] };
        }
      }
    },
  },
  {
    code: "MW407",
    mistake: "less time than one answer in a hundred takes",
    also: ["MW004", "MW403", "MW404", "MW407"],
    *mutants(catalog) {
      for (const { name, place } of httpServicesOf(catalog)) {
        const load: Change = [[...place, "load"], { rps: 1, p99: "1s", callers: 1 }];
        const resilience = [...place, "resilience"];
        const retries = { attempts: 3, perTryTimeout: "500ms", retryOn: ["5xx"] };
        yield { at: [...resilience, "timeout"], changes: [load, [resilience, { timeout: "1s" }]] };
        yield {
          at: [...resilience, "retries", "perTryTimeout"],
          changes: [load, [resilience, { timeout: "2s", retries }]],
        };
        for (const { callee, place: call } of edgesOf(catalog).filter(({ kind }) => kind !== "admit")) {
          if (callee !== name) continue;
          const changes: Change[] = [
            load,
            [[...call, "timeout"], "1s"],
            [[...call, "retries"], { attempts: 0 }],
          ];
          yield { at: [...call, "timeout"], changes };
        }
      }
    },
  },
  {
    code: "MW408",
    mistake: "slow tries of a service that nothing repeats",
    also: ["MW004"],
    *mutants(catalog) {
      for (const { place, value } of limits.flatMap((pattern) => [...matching(catalog, pattern)])) {
        const { timeout } = value as { timeout?: string };
        if (timeout === undefined) continue;
        const retries = [...place, "retries"];
        const unrepeated = { attempts: 1, perTryTimeout: "1ms" };
        yield { at: [...retries, "perTryTimeout"], changes: [[retries, unrepeated]] };
      }
    },
  },
  {
    code: "MW408",
    mistake: "slow tries of a call or route that nothing repeats",
    also: ["MW004", "MW403"],
    *mutants(catalog) {
      yield* triedTwiceIn1s(catalog, { perTryTimeout: "500ms" });
    },
  },
  {
    code: "MW405",
    mistake: "a call back to the only caller, or to its only caller",
    also: ["MW403", "MW404"],
    *mutants(catalog) {
      const calls = onlyCallsOf(catalog).filter(({ callee }) => Object.hasOwn(catalog.services, callee));
      for (const { caller, callee } of calls) {
        yield put(["services", callee, "calls", caller], {});
        const before = calls.find((one) => one.callee === caller);
        if (before) yield put(["services", callee, "calls", before.caller], {});
      }
    },
  },
  {
    code: "MW513",
    mistake: "a retry on a gRPC status that HTTP does not have",
    also: ["MW004"],
    *mutants(catalog) {
      for (const { place, service } of httpServicesOf(catalog)) {
        if (!Object.values(service.ports ?? {}).every(({ protocol }) => protocol === "http")) continue;
        const retries = [...place, "resilience", "retries"];
        const at = [...retries, "retryOn"];
        yield { at, changes: [[retries, { attempts: 1, retryOn: ["connect-failure", "unavailable"] }]] };
      }
    },
  },
];
