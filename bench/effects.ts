/**
 * How long `explain` and `diff` take for 1,000 services, in memory: a question, a change of a few services, and a change of
 * every service. Checking the catalog in the same process is the peer: the ratio carries over to other machines. Run it
 * with `make bench`.
 */
import { changesBetween } from "../program/diff/changes";
import { answer } from "../cli/explain/answer";
import { table } from "../cli/output";
import { sideOf } from "../cli/side";
import { checkMesh } from "../mesh";
import { meshOf } from "./meshOf";

interface Service {
  resilience: { timeout: string };
  calls: Record<string, { methods: string[] }>;
}

const count = 1_000;

function changed(isChanged: (index: number) => boolean): object {
  const catalog = meshOf(count) as { services: Record<string, Service> };
  for (const [index, service] of Object.values(catalog.services).entries()) {
    if (!isChanged(index)) continue;
    service.resilience.timeout = "4s";
    for (const call of Object.values(service.calls)) call.methods.push("PUT");
  }
  return catalog;
}

/** Seconds of CPU that a piece of work takes. */
function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function main(): void {
  checkMesh(meshOf(count)); // warms the compiler up
  const check = cpuOf(() => checkMesh(meshOf(count)));
  const question = {
    client: "service-5",
    server: "service-6",
    method: "GET",
    path: "/api/x",
    headers: {},
  };
  const some = changed((index) => index % 200 === 0);
  const all = changed(() => true);
  const base = sideOf("base", meshOf(count));
  answer(base.model, question);
  const rows = {
    "check (the peer)": check,
    "explain, warm": cpuOf(() => answer(base.model, question)),
    "diff of 5 services, both catalogs read": cpuOf(() =>
      changesBetween(sideOf("old", meshOf(count)), sideOf("new", some)),
    ),
    "diff of every service, both catalogs read": cpuOf(() =>
      changesBetween(sideOf("old", meshOf(count)), sideOf("new", all)),
    ),
  };
  process.stdout.write(
    `${table(
      [`${count} SERVICES`, "CPU s", "OF CHECK"],
      Object.entries(rows).map(([name, seconds]) => [
        name,
        seconds.toFixed(3),
        `${(seconds / check).toFixed(2)}×`,
      ]),
    )}\n`,
  );
}

main();
