import type { Policies } from "@pulumi/policy";
import { boundCertificateLifetimes } from "./boundCertificateLifetimes";
import { boundCircuitBreakers } from "./boundCircuitBreakers";
import { forbidWeakerMtls } from "./forbidWeakerMtls";
import { requireMeshWideStrict } from "./requireMeshWideStrict";

/** All policies of the pack, each in a file of its own name, by concern. */
export const policies: Policies = [
  // Mutual TLS and certificates
  requireMeshWideStrict,
  forbidWeakerMtls,
  boundCertificateLifetimes,
  // Traffic
  boundCircuitBreakers,
];
