/**
 * The annotation that names the protocol of the host that a rule is for, in the words of a Service port's `appProtocol`.
 * Neither a DestinationRule nor a VirtualService says it; HTTP if it is missing.
 */
export const PROTOCOL = "meshwright.dev/protocol";
