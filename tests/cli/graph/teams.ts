/**
 * A catalog of several teams, each with its namespace. Each service calls the next ones of its team, and some call the
 * first service of the next team.
 */
export function teams(count: number, size: number): object {
  const name = (team: number, index: number): string => `team-${team}-service-${index}`;
  const service = (team: number, index: number): [string, object] => {
    const own = [1, 2, 5].map((step) => index + step).filter((callee) => callee < size);
    const others = index % 5 === 0 && team + 1 < count ? [name(team + 1, 0)] : [];
    const callees = [...own.map((callee) => name(team, callee)), ...others];
    return [
      name(team, index),
      {
        namespace: `team-${team}`,
        ports: { http: { port: 8080, protocol: "http" } },
        resilience: { timeout: "5s" },
        calls: Object.fromEntries(callees.map((callee) => [callee, { methods: ["GET"], paths: ["/api/*"] }])),
      },
    ];
  };
  const all = Array.from({ length: count }, (_, team) =>
    Array.from({ length: size }, (__, index) => service(team, index)),
  );
  return { name: "teams", namespace: "team-0", services: Object.fromEntries(all.flat()) };
}
