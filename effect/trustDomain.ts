import type { MeshSettings } from "./settings";

/**
 * Returns the principals that a policy's principal stands for: in the mesh's trust domain and in its aliases. The trust
 * domain `cluster.local` always means the mesh's own.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/
 */
export function principalsOf(principal: string, settings: MeshSettings): string[] {
  const parts = principal.split("/");
  const [domain = "", ...rest] = parts;
  if (parts.length !== 5 || domain === "*") return [principal];
  const own = [settings.trustDomain, ...settings.trustDomainAliases];
  if (domain !== "cluster.local" && !own.some((one) => overlaps(domain, one))) return [principal];
  return [...new Set(own.map((one) => (endsLike(one, domain) ? principal : [one, ...rest].join("/"))))];
}

/** Returns the trust domains that a policy's trust domain stands for. */
export function trustDomainsOf(domain: string, settings: MeshSettings): string[] {
  const own = [settings.trustDomain, ...settings.trustDomainAliases];
  return own.includes(domain) ? own : [domain];
}

function overlaps(a: string, b: string): boolean {
  return a === b || b === "*" || endsLike(a, b) || endsLike(b, a) || beginsLike(a, b) || beginsLike(b, a);
}

function endsLike(text: string, pattern: string): boolean {
  return pattern.startsWith("*") && text.endsWith(pattern.slice(1));
}

function beginsLike(text: string, pattern: string): boolean {
  return pattern.endsWith("*") && text.startsWith(pattern.slice(0, -1));
}
