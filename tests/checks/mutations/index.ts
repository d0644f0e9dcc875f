import { breakers } from "./breakers";
import { external } from "./external";
import { gateways } from "./gateways";
import { limits } from "./limits";
import type { Mutation } from "./mutation";
import { names } from "./names";
import { overrideEffects } from "./overrideEffects";
import { overrides } from "./overrides";
import { references } from "./references";
import { security } from "./security";
import { structure } from "./structure";
import { times } from "./times";
import { traffic } from "./traffic";
import { workloads } from "./workloads";

/** Mistakes about services: their names, references, timeouts, workloads, external hosts and security. */
export const mutationsOfServices: readonly Mutation[] = [
  ...structure,
  ...references,
  ...names,
  ...times,
  ...security,
  ...external,
  ...workloads,
];

/** Mistakes about traffic, circuit breakers, limits, gateways and overrides. */
export const mutationsOfTraffic: readonly Mutation[] = [
  ...traffic,
  ...breakers,
  ...gateways,
  ...limits,
  ...overrideEffects,
  ...overrides,
];

/** Every mistake. */
export const mutations: readonly Mutation[] = [...mutationsOfServices, ...mutationsOfTraffic];
