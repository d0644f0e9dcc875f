import { z } from "zod";
import { definePlatform, type Platform } from "../program/platform";
import {
  catalog as aikernel,
  controlPlane as aikernelControlPlane,
  observability as aikernelObservability,
} from "./aikernel/catalog";
import { catalog as alfred, controlPlane as alfredControlPlane } from "./alfred/catalog";
import { catalog as autolytiq, ports as autolytiqPorts } from "./autolytiq/catalog";
import { catalog as policycortex } from "./policycortex/catalog";
import { catalog as voicecore, controlPlane as voicecoreControlPlane } from "./voicecore/catalog";

const alfredOptions = z
  .strictObject({
    canaryWeight: z.int().min(0).max(100),
    faultInjection: z.boolean(),
    host: z.hostname(),
    issuer: z.url(),
    registry: z.string().min(1),
  })
  .partial();

const autolytiqPercentages = z.partialRecord(
  z.literal(Object.keys(autolytiqPorts) as (keyof typeof autolytiqPorts)[]),
  z.int().min(0).max(100),
);

const autolytiqOptions = z
  .strictObject({
    canary: autolytiqPercentages,
    mirror: autolytiqPercentages,
    permissive: z.boolean(),
    host: z.hostname(),
    registry: z.string().min(1),
  })
  .partial();

const policycortexOptions = z
  .strictObject({
    canaryWeight: z.int().min(0).max(100),
    frontend: z.enum(["blue", "green"]),
    host: z.hostname(),
    issuer: z.url(),
    registry: z.string().min(1),
  })
  .partial();

const aikernelOptions = z
  .strictObject({
    domain: z.hostname(),
    issuer: z.url(),
    modelHost: z.hostname(),
    spanStoreHost: z.hostname(),
    registry: z.string().min(1),
  })
  .partial();

const voicecoreOptions = z
  .strictObject({
    canaryWeight: z.int().min(0).max(100),
    host: z.hostname(),
    registry: z.string().min(1),
  })
  .partial();

/** The platforms by their names. */
export const platforms = {
  alfred: definePlatform({
    name: "alfred",
    options: alfredOptions,
    catalog: (environment, options) => alfred({ environment, ...options }),
    controlPlane: alfredControlPlane,
  }),
  autolytiq: definePlatform({
    name: "autolytiq",
    options: autolytiqOptions,
    catalog: (environment, options) => autolytiq({ environment, ...options }),
  }),
  policycortex: definePlatform({
    name: "policycortex",
    options: policycortexOptions,
    catalog: (environment, options) => policycortex({ environment, ...options }),
  }),
  aikernel: definePlatform({
    name: "aikernel",
    options: aikernelOptions,
    catalog: (environment, options) => aikernel({ environment, ...options }),
    controlPlane: aikernelControlPlane,
    observability: aikernelObservability,
  }),
  voicecore: definePlatform({
    name: "voicecore",
    options: voicecoreOptions,
    catalog: (environment, options) => voicecore({ environment, ...options }),
    controlPlane: voicecoreControlPlane,
  }),
} as const;

export type PlatformName = keyof typeof platforms;

export const platformNames = Object.keys(platforms) as PlatformName[];

/** The platforms in the order of their names above. */
export const platformList: readonly Platform[] = Object.values(platforms);
