// Generated from Istio's custom resource definitions by mesh/types/generate.ts.

/**
 * Peer authentication configuration for workloads. See more details at: https://istio.io/docs/reference/config/security/peer_authentication.html
 */
export interface PeerAuthenticationSpec {
/**
 * Mutual TLS settings for workload.
 */
mtls?: {
/**
 * Defines the mTLS mode used for peer authentication.
 * 
 * Valid Options: DISABLE, PERMISSIVE, STRICT
 */
mode?: ("UNSET" | "DISABLE" | "PERMISSIVE" | "STRICT")
}
/**
 * Port specific mutual TLS settings.
 */
portLevelMtls?: {
[k: string]: {
/**
 * Defines the mTLS mode used for peer authentication.
 * 
 * Valid Options: DISABLE, PERMISSIVE, STRICT
 */
mode?: ("UNSET" | "DISABLE" | "PERMISSIVE" | "STRICT")
}
}
/**
 * The selector determines the workloads to apply the PeerAuthentication on.
 */
selector?: {
/**
 * One or more labels that indicate a specific set of pods/VMs on which a policy should be applied.
 */
matchLabels?: {
[k: string]: string
}
}
}
