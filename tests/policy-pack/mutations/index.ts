import { addOns } from "./addOns";
import { identity } from "./identity";
import type { Mutation } from "./mutation";
import { operation } from "./operation";
import { pods } from "./pods";
import { traffic } from "./traffic";

/** Every break, by topic. */
export const mutations: readonly Mutation[] = [...identity, ...pods, ...traffic, ...operation, ...addOns];
