import { BlockList, isIP } from "node:net";

/**
 * Whether a host is an address of the own pod or node: loopback and link-local addresses, such as the metadata service of a
 * cloud.
 *
 * @param host name or address. An IPv6 address may have brackets
 */
export function isLocalAddress(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(name) === 0) return /(^|\.)localhost$/i.test(name) || METADATA.includes(name.toLowerCase());
  return LOCAL.check(name, isIP(name) === 4 ? "ipv4" : "ipv6");
}

/** Names of the metadata services of clouds, which give out the credentials of a node. */
const METADATA = [
  ...["metadata.google.internal", "metadata.goog", "metadata.azure.internal", "instance-data"],
  ...["instance-data.ec2.internal", "metadata.platformequinix.com", "metadata.tencentyun.com"],
];

const LOCAL = new BlockList();
LOCAL.addSubnet("127.0.0.0", 8, "ipv4");
LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LOCAL.addAddress("0.0.0.0", "ipv4");
LOCAL.addSubnet("fe80::", 10, "ipv6");
for (const address of ["::", "::1", "fd00:ec2::254"]) LOCAL.addAddress(address, "ipv6");
