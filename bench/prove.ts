/**
 * How long a proof of 1,000 services takes: by the model of effects, and by what a real istiod sends to the proxies. Checking
 * and rendering the catalog in the same process is the peer: the ratio of CPU times carries over to other machines. Run it
 * with `make bench`.
 */
import { table } from "../cli/output";
import { subjectOf } from "../cli/proof/subject";
import { type Proof, proveByXds, proveStatically } from "../prove";
import { meshOf } from "./meshOf";

const count = 1_000;

interface Measured {
  readonly cpu: number;
  readonly seconds: number;
  readonly proofs: readonly Proof[];
}

/** Seconds that a proof takes, and seconds of this process' CPU. */
async function measured(prove: () => Promise<readonly Proof[]> | readonly Proof[]): Promise<Measured> {
  const [before, begin] = [process.cpuUsage(), Date.now()];
  const proofs = await prove();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, seconds: (Date.now() - begin) / 1000, proofs };
}

async function main(): Promise<void> {
  const read = () => subjectOf({ name: "bench", catalog: meshOf(count) });
  read(); // warms the compiler up
  const peer = await measured(() => {
    read();
    return [];
  });
  const subject = read();
  const rows = {
    "check and render (the peer)": peer,
    "prove --tier static": await measured(() => proveStatically(subject)),
    "prove --tier xds": await measured(() => proveByXds(subject)),
  };
  const refuted = Object.values(rows).flatMap(({ proofs }) =>
    proofs.filter(({ verdict }) => verdict === "refuted"),
  );
  if (refuted.length > 0) throw new Error(`refuted: ${refuted[0]?.claim ?? ""}`);
  process.stdout.write(
    `${table(
      [`${count} SERVICES`, "CLAIMS", "CPU s", "OF THE PEER", "s"],
      Object.entries(rows).map(([name, { cpu, seconds, proofs }]) => [
        name,
        String(proofs.length),
        cpu.toFixed(2),
        `${(cpu / peer.cpu).toFixed(1)}×`,
        seconds.toFixed(1),
      ]),
    )}\n`,
  );
}

void main();
