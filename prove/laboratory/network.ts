import { mkdirSync, writeFileSync } from "node:fs";
import { addresses } from "./config";
import { files } from "./files";
import { run } from "./processes";

/** Sets up the laboratory's own network: a bridge, at which every pod has a port, and which is the node's address. */
export async function createBridge(): Promise<void> {
  mkdirSync(files.networks, { recursive: true });
  await ip([
    "link set lo up",
    "link add br0 type bridge",
    `addr add ${addresses.node}/16 dev br0`,
    "link set br0 up",
  ]);
  // The node forwards connections to cluster IPs.
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
}

/** Creates a network namespace with these addresses at the bridge, and returns its file. `name` has at most 13 characters. */
export async function createNetwork(name: string, ...all: readonly string[]): Promise<string> {
  const file = files.network(name);
  writeFileSync(file, "");
  await run("unshare", [`--net=${file}`, "true"]);
  await ip([`link add v-${name} type veth peer name eth0 netns ${file}`, `link set v-${name} master br0 up`]);
  await ip(
    [
      "link set lo up",
      ...all.map((address) => `addr add ${address}/16 dev eth0`),
      "link set eth0 up",
      `route add default via ${addresses.node}`,
    ],
    file,
  );
  return file;
}

/** Removes a network. Its processes must have ended. */
export async function removeNetwork(name: string): Promise<void> {
  await ip([`link del v-${name}`]);
  await run("umount", ["--lazy", files.network(name)]);
}

/** Writes kernel settings of a network, such as `net.ipv4.ip_unprivileged_port_start`. */
export async function setKernel(file: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(settings).map(
    ([name, value]) => `echo '${value}' > /proc/sys/${name.replaceAll(".", "/")}`,
  );
  if (lines.length > 0) await run("nsenter", [`--net=${file}`, "sh", "-ec", lines.join("\n")]);
}

async function ip(commands: readonly string[], network?: string): Promise<void> {
  const batch = ["ip", "-batch", "-"];
  const [first = "", ...rest] = network === undefined ? batch : ["nsenter", `--net=${network}`, ...batch];
  await run(first, rest, { input: `${commands.join("\n")}\n` });
}
