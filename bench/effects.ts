/**
 * How long `explain` and `diff` take for 1,000 services, in memory. Measured are a question, and changes of a few
 * services, of every service, and of the NetworkPolicy that selects all pods. Checking the catalog in the same process
 * is the peer: the ratio carries over to other machines. `graph` writes the page of 200 services, whose size is
 * printed, too. Run it with `make bench`.
 */
import { changesBetween } from "../program/diff/changes";
import { answer } from "../cli/explain/answer";
import { table } from "../cli/output";
import { graphOf } from "../cli/graph/model";
import { pageOf } from "../cli/graph/page";
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

/** A catalog with NetworkPolicies, whose default deny admits every connection if an override opens it. */
function withDefaultDeny(isOpen: boolean): object {
  const overrides = { NetworkPolicy: { "bench/default-deny": { spec: { ingress: [{}] } } } };
  return { ...meshOf(count), networkPolicies: {}, ...(isOpen && { overrides }) };
}

/** Seconds of CPU that a piece of work takes. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function main(): Promise<void> {
  checkMesh(meshOf(count)); // warms the compiler up
  const check = await cpuOf(() => checkMesh(meshOf(count)));
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
  const compare = (old: object, now: object) => (): unknown =>
    changesBetween(sideOf("old", old), sideOf("new", now));
  const { mesh, findings } = checkMesh(meshOf(200));
  if (mesh === undefined) throw new Error("The catalog of the graph has errors.");
  const graph = graphOf(mesh, findings);
  let page = "";
  const rows: [name: string, seconds: number, target: string][] = [
    ["check (the peer)", check, ""],
    ["explain, warm", await cpuOf(() => answer(base.model, question)), "≤ 0.3"],
    ["diff of 5 services, both catalogs read", await cpuOf(compare(meshOf(count), some)), "≤ 2"],
    ["diff of every service, both catalogs read", await cpuOf(compare(meshOf(count), all)), ""],
    [
      "diff of the default deny of NetworkPolicies, both catalogs read",
      await cpuOf(compare(withDefaultDeny(false), withDefaultDeny(true))),
      "",
    ],
    ["graph of 200 services, as a page", await cpuOf(async () => (page = await pageOf(graph))), "≤ 3"],
  ];
  process.stdout.write(
    `${table(
      [`${count} SERVICES`, "CPU s", "TARGET", "OF CHECK"],
      rows.map(([name, seconds, target]) => [
        name,
        seconds.toFixed(3),
        target,
        `${(seconds / check).toFixed(2)}×`,
      ]),
    )}\nThe page of 200 services has ${Math.round(Buffer.byteLength(page) / 1000)} kB (target: at most 250 kB).\n`,
  );
}

void main();
