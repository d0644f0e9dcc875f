/**
 * Whether a host is a wildcard for a whole registry of domains, whose names belong to many owners: `*`, `*.com`,
 * `*.co.uk`.
 */
export function isRegistryWildcard(host: string): boolean {
  return /^\*(\.((ac|co|com|edu|gob|go|gov|ne|net|or|org)\.[a-z]{2}|[^.]*))?$/i.test(host);
}
