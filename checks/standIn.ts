type Path = readonly (string | number)[];

/**
 * A placeholder for an invalid or missing required value, if removing its parent would hide much from the rules.
 * Examples: a service without its ports, a host without its routes. No rule reports a placeholder.
 *
 * @param path of the invalid or missing value.
 * @param index makes placeholders that must be unique differ.
 */
export function standIn(path: Path, index: number): unknown {
  const found = places.find(({ at }) => fits(path, at));
  return found?.value(index);
}

/** The real protocol is unknown. HTTP allows every setting. */
const protocol = "http";
const number = (index: number): number => 65_535 - index;
const port = (index: number): object => ({ port: number(index), protocol });
const prefix = (index: number): string => `/unknown-${index}`;

/** A star matches any name or index. */
const places: readonly { readonly at: Path; readonly value: (index: number) => unknown }[] = [
  { at: ["name"], value: () => "unknown" },
  { at: ["services"], value: () => ({}) },
  ...["services", "externalServices"].flatMap((section) => [
    { at: [section, "*", "ports"], value: (index: number) => ({ unknown: port(index) }) },
    { at: [section, "*", "ports", "*"], value: port },
    { at: [section, "*", "ports", "*", "port"], value: number },
    { at: [section, "*", "ports", "*", "protocol"], value: () => protocol },
  ]),
  { at: ["services", "*", "workload", "image"], value: () => "unknown:0" },
  { at: ["externalServices", "*", "host"], value: (index) => `unknown-${index}.example.com` },
  { at: ["gateways", "*", "hosts", "*", "tls"], value: () => ({ credentialName: "unknown" }) },
  { at: ["gateways", "*", "hosts", "*", "tls", "credentialName"], value: () => "unknown" },
  { at: ["gateways", "*", "hosts", "*", "routes"], value: () => [] },
  {
    at: ["gateways", "*", "hosts", "*", "routes", "*"],
    value: (index) => ({ prefix: prefix(index), service: "" }),
  },
  { at: ["gateways", "*", "hosts", "*", "routes", "*", "prefix"], value: prefix },
  { at: ["gateways", "*", "hosts", "*", "routes", "*", "service"], value: () => "" },
];

function fits(path: Path, at: Path): boolean {
  return path.length === at.length && at.every((step, i) => step === "*" || step === path[i]);
}
