import { type Block, parseBlock } from "./address";
import { type Fields, textAt, textsAt } from "./field";
import type { Truth } from "./truth";

/** A host or client outside of the cluster. */
export interface Outside {
  /** IP addresses or blocks, of which any can be used. Empty if they are unknown. */
  readonly addresses: readonly string[];
  /** Whether unknown addresses are public ones. Default: false. */
  readonly isPublic?: boolean;
}

/** A host outside of the cluster that no object names. */
export const unknownHost = "unknown.example";

/** Whether a host is one that an object names: neither {@link unknownHost}, nor an address or a block. */
export function isNamedHost(host: string): boolean {
  return host !== unknownHost && parseBlock(host) === undefined;
}

/** Addresses of private networks and carriers, which pods have. */
const ofPods = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].map(blockOf);

/**
 * Addresses that are not public: also those of the machine itself and of clouds' metadata.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
 * @see https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const notPublic = [...ofPods, ...["127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"].map(blockOf)];

const everyAddress = blockOf("0.0.0.0/0");

function blockOf(text: string): Block {
  return parseBlock(text) ?? { version: 4, first: 0n, last: 0n };
}

/**
 * Whether an `ipBlock` of a NetworkPolicy selects a pod, whose address is unknown and private, or what is outside of the
 * cluster. Unknown addresses are those of IPv4.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
 */
export function blockHolds(ipBlock: Fields, end: "pod" | Outside): Truth {
  const block = parseBlock(textAt(ipBlock, "cidr") ?? "");
  if (!block) return "no";
  const except = textsAt(ipBlock, "except").flatMap((one) => parseBlock(one) ?? []);
  if (end === "pod") return reachesPods(block, except) ? "unknown" : "no";
  if (end.addresses.length > 0) {
    return oneOf(end.addresses.map((one) => coverage(parseBlock(one), block, except)));
  }
  if (block.version === 6) return "unknown";
  if (end.isPublic === true && notPublic.some((part) => isPart(block, part))) return "no";
  const left =
    end.isPublic === true ? except.filter((one) => !notPublic.some((part) => isPart(one, part))) : except;
  return isPart(everyAddress, block) && left.length === 0 ? "yes" : "unknown";
}

/** Any of the addresses can be used. */
function oneOf(values: readonly Truth[]): Truth {
  const [first = "unknown"] = values;
  return values.every((one) => one === first) ? first : "unknown";
}

/** Whether an address, or each of a block, is in another block. */
function coverage(own: Block | undefined, block: Block, except: readonly Block[]): Truth {
  if (!own) return "unknown";
  if (!isPart(own, block)) return isPart(block, own) ? "unknown" : "no";
  if (except.some((one) => isPart(own, one))) return "no";
  return except.some((one) => isPart(one, own)) ? "unknown" : "yes";
}

/** Whether a block has addresses of pods that are not excluded. */
function reachesPods(block: Block, except: readonly Block[]): boolean {
  return ofPods.some((part) => {
    const common = isPart(block, part) ? block : isPart(part, block) ? part : undefined;
    return common !== undefined && !except.some((one) => isPart(common, one));
  });
}

/** Whether a block lies within another. */
function isPart(part: Block, whole: Block): boolean {
  return part.version === whole.version && part.first >= whole.first && part.last <= whole.last;
}
