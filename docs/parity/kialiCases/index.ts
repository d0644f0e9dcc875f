import type { ChangedCase } from "../changed";
import { alike } from "./alike";
import { ambient } from "./ambient";
import { mtls } from "./mtls";
import { others } from "./others";
import { traffic } from "./traffic";

/** The validations of Kiali, made in the objects themselves. */
export const kialiCases: readonly ChangedCase[] = [...alike, ...others, ...mtls, ...traffic, ...ambient]
  .map((one) => ({ patch: {}, ...one }))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Validations of Kiali without a case, each with the reason. */
export const withoutKialiCase: readonly (readonly [id: `KIA${string}`, why: string])[] = [
  ["KIA0107", "the service accounts of other clusters are in these clusters"],
  [
    "KIA1007",
    "no mistake: Kiali reports each Sidecar with REGISTRY_ONLY, rendered ones too. It reads the value as an empty one",
  ],
  ["KIA1314", "only running pods show how their traffic is redirected. KIA1311 is about the same labels"],
];
