import { parsePath } from "../../catalog";
import type { Finding } from "../../checks";
import type { Text } from "../../checks/rule";

/** Names that a message can begin with. All other messages begin with a small letter, because they follow a colon. */
const names = "Istio|Envoy|HTTP-01|TCP|CertificateExpiringSoon|VirtualService";

const whole = new RegExp(`^(${names}|[a-z\\d"⟨]).*(\\w|[⟩")%}#/\\]]|"\\?)$`, "s");

/** What an empty part of a text or a missing value leaves behind. */
const gap = /(?<!is )undefined|NaN|\[object| {2}| [:;,]| \.(?!,)|⟩⟨|\( | \)/;

/** What is wrong with the texts of a finding. Texts that only state a marked value are left out. */
export function faultsOf({ message, fix }: Text): string[] {
  return [...faultsIn(message, 3), ...faultsIn(fix, 2)];
}

function faultsIn(text: string, words: number): string[] {
  if (/^⟨[^⟩]*⟩$/.test(text)) return [];
  return [
    ...(whole.test(text) ? [] : ["begins or ends in the middle"]),
    ...(gap.test(text) ? ["has a gap"] : []),
    ...(text.split(" ").length < words ? ["is too short"] : []),
  ].map((fault) => `${fault}: ${text}`);
}

/** What is wrong with a finding in a catalog: its texts, or a path to an object that the catalog does not have. */
export function faultsOfFinding({ code, path, ...text }: Finding, catalog: unknown): string[] {
  const faults = faultsOf(text);
  const [section = "", name, ...below] = parsePath(path);
  const objects = (catalog as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[
    section
  ];
  // The last field can be what is missing.
  if (below.length > 0 && objects?.[name ?? ""] === undefined) faults.push("is at no object of the catalog");
  return faults.map((fault) => `${code} ${path}: ${fault}`);
}
