/**
 * Returns the number of a Kubernetes quantity, such as 1,073,741,824 for `1Gi` and 0.1 for `100m`. 0 for another text.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(quantity: string): number {
  const found = /^([\d.]+)(.*)/.exec(quantity);
  return found === null ? 0 : Number(found[1]) * (factors[String(found[2])] ?? 1);
}

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
