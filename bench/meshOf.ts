/**
 * A mesh in which each service calls the next three, with timeouts, retries, versions and authorization.
 *
 * @param timeout timeout of the first service. Default: that of the others.
 */
export function meshOf(count: number, timeout = "5s"): object {
  const name = (index: number): string => `service-${index}`;
  const service = (index: number): [string, object] => {
    const callees = [1, 2, 3].map((step) => index + step).filter((callee) => callee < count);
    return [
      name(index),
      {
        ports: { http: { port: 8080, protocol: "http" } },
        versions: { v1: {}, v2: {} },
        traffic: { weights: { v1: 90, v2: 10 } },
        resilience: { timeout: index === 0 ? timeout : "5s" },
        calls: Object.fromEntries(
          callees.map((callee) => [name(callee), { methods: ["GET"], paths: ["/api/*"] }]),
        ),
      },
    ];
  };
  return {
    name: "bench",
    services: Object.fromEntries(Array.from({ length: count }, (_, index) => service(index))),
  };
}
