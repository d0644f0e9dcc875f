/**
 * The annotation with the protocol of the host to which a rule applies, with the values of a Service port's
 * `appProtocol`. By default HTTP. Neither a DestinationRule nor a VirtualService has a field for it.
 */
export const PROTOCOL = "meshwright.dev/protocol";
