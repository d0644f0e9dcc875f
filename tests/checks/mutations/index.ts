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

/** Every mistake, by topic. */
export const mutations: readonly Mutation[] = [
  ...structure,
  ...references,
  ...names,
  ...traffic,
  ...security,
  ...times,
  ...breakers,
  ...external,
  ...gateways,
  ...limits,
  ...overrideEffects,
  ...overrides,
  ...workloads,
];
