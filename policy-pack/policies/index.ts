import type { Policies } from "@pulumi/policy";
import { boundCircuitBreakers } from "./boundCircuitBreakers";
import { forbidWeakerMtls } from "./forbidWeakerMtls";
import { requireMeshWideStrict } from "./requireMeshWideStrict";

/** All policies of the pack, each in a file of its own name. */
export const policies: Policies = [requireMeshWideStrict, forbidWeakerMtls, boundCircuitBreakers];
