// Generated from Istio's custom resource definitions by mesh/types/generate.ts.

/**
 * Configuration affecting service registry. See more details at: https://istio.io/docs/reference/config/networking/service-entry.html
 */
export interface ServiceEntrySpec {
/**
 * The virtual IP addresses associated with the service.
 * 
 * @maxItems 256
 */
addresses?: string[]
/**
 * One or more endpoints associated with the service.
 * 
 * @maxItems 4096
 */
endpoints?: {
/**
 * Address associated with the network endpoint without the port.
 */
address?: string
/**
 * One or more labels associated with the endpoint.
 */
labels?: {
[k: string]: string
}
/**
 * The locality associated with the endpoint.
 */
locality?: string
/**
 * Network enables Istio to group endpoints resident in the same L3 domain/network.
 */
network?: string
/**
 * Set of ports associated with the endpoint.
 */
ports?: {
[k: string]: number
}
/**
 * The service account associated with the workload if a sidecar is present in the workload.
 */
serviceAccount?: string
/**
 * The load balancing weight associated with the endpoint.
 */
weight?: number
}[]
/**
 * A list of namespaces to which this service is exported.
 */
exportTo?: string[]
/**
 * The hosts associated with the ServiceEntry.
 * 
 * @minItems 1
 * @maxItems 256
 */
hosts: string[]
/**
 * Specify whether the service should be considered external to the mesh or part of the mesh.
 * 
 * Valid Options: MESH_EXTERNAL, MESH_INTERNAL
 */
location?: ("MESH_EXTERNAL" | "MESH_INTERNAL")
/**
 * The ports associated with the external service.
 * 
 * @maxItems 256
 */
ports?: {
/**
 * Label assigned to the port.
 */
name: string
/**
 * A valid non-negative integer port number.
 */
number: number
/**
 * The protocol exposed on the port.
 */
protocol?: string
/**
 * The port number on the endpoint where the traffic will be received.
 */
targetPort?: number
}[]
/**
 * Service resolution mode for the hosts.
 * 
 * Valid Options: NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS
 */
resolution?: ("NONE" | "STATIC" | "DNS" | "DNS_ROUND_ROBIN" | "DYNAMIC_DNS")
/**
 * If specified, the proxy will verify that the server certificate's subject alternate name matches one of the specified values.
 */
subjectAltNames?: string[]
/**
 * Applicable only for MESH_INTERNAL services.
 */
workloadSelector?: {
/**
 * One or more labels that indicate a specific set of pods/VMs on which the configuration should be applied.
 */
labels?: {
[k: string]: string
}
}
}
