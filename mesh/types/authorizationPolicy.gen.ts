// Generated from Istio's custom resource definitions by mesh/types/generate.ts.

/**
 * Configuration for access control on workloads. See more details at: https://istio.io/docs/reference/config/security/authorization-policy.html
 */
export interface AuthorizationPolicySpec {
/**
 * Optional.
 * 
 * Valid Options: ALLOW, DENY, AUDIT, CUSTOM
 */
action?: ("ALLOW" | "DENY" | "AUDIT" | "CUSTOM")
/**
 * Specifies detailed configuration of the CUSTOM action.
 */
provider?: {
/**
 * Specifies the name of the extension provider.
 */
name?: string
}
/**
 * Optional.
 * 
 * @maxItems 512
 */
rules?: {
/**
 * Optional.
 * 
 * @maxItems 512
 */
from?: {
/**
 * Source specifies the source of a request.
 */
source?: {
/**
 * Optional.
 */
ipBlocks?: string[]
/**
 * Optional.
 */
namespaces?: string[]
/**
 * Optional.
 */
notIpBlocks?: string[]
/**
 * Optional.
 */
notNamespaces?: string[]
/**
 * Optional.
 */
notPrincipals?: string[]
/**
 * Optional.
 */
notRemoteIpBlocks?: string[]
/**
 * Optional.
 */
notRequestPrincipals?: string[]
/**
 * Optional.
 * 
 * @maxItems 16
 */
notServiceAccounts?: string[]
/**
 * Optional.
 */
notTrustDomains?: string[]
/**
 * Optional.
 */
principals?: string[]
/**
 * Optional.
 */
remoteIpBlocks?: string[]
/**
 * Optional.
 */
requestPrincipals?: string[]
/**
 * Optional.
 * 
 * @maxItems 16
 */
serviceAccounts?: string[]
/**
 * Optional.
 */
trustDomains?: string[]
}
}[]
/**
 * Optional.
 */
to?: {
/**
 * Operation specifies the operation of a request.
 */
operation?: {
/**
 * Optional.
 */
hosts?: string[]
/**
 * Optional.
 */
methods?: string[]
/**
 * Optional.
 */
notHosts?: string[]
/**
 * Optional.
 */
notMethods?: string[]
/**
 * Optional.
 */
notPaths?: string[]
/**
 * Optional.
 */
notPorts?: string[]
/**
 * Optional.
 */
paths?: string[]
/**
 * Optional.
 */
ports?: string[]
}
}[]
/**
 * Optional.
 */
when?: {
/**
 * The name of an Istio attribute.
 */
key: string
/**
 * Optional.
 */
notValues?: string[]
/**
 * Optional.
 */
values?: string[]
}[]
}[]
/**
 * Optional.
 */
selector?: {
/**
 * One or more labels that indicate a specific set of pods/VMs on which a policy should be applied.
 */
matchLabels?: {
[k: string]: string
}
}
targetRef?: {
/**
 * group is the group of the target resource.
 */
group?: string
/**
 * kind is kind of the target resource.
 */
kind: string
/**
 * name is the name of the target resource.
 */
name: string
/**
 * namespace is the namespace of the referent.
 */
namespace?: string
}
/**
 * Optional.
 * 
 * @maxItems 16
 */
targetRefs?: {
/**
 * group is the group of the target resource.
 */
group?: string
/**
 * kind is kind of the target resource.
 */
kind: string
/**
 * name is the name of the target resource.
 */
name: string
/**
 * namespace is the namespace of the referent.
 */
namespace?: string
}[]
}
