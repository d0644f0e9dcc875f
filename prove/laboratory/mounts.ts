import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addresses, type LaboratoryPrograms, root } from "./config";
import { files } from "./files";
import { run } from "./processes";

/** The places at which Go, Envoy and Istio's agent look for the system's CA certificates. */
const caBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * Prepares the laboratory's own mount namespace. It has a tmpfs for its files, and the programs at paths that every
 * user can reach. It has its own DNS and hosts, and its CA among the system's.
 *
 * @returns the programs at their paths inside of the laboratory.
 */
export async function prepareMounts(
  programs: LaboratoryPrograms,
  applications: string,
  ca: string,
): Promise<LaboratoryPrograms & { readonly node: string; readonly applications: string }> {
  await run("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", root]);
  for (const folder of [files.programs, files.pods, files.control, files.logs]) {
    mkdirSync(folder, { recursive: true });
  }
  const inside: Record<string, string> = {};
  for (const [name, path] of Object.entries({ ...programs, node: process.execPath, applications })) {
    inside[name] = join(files.programs, name);
    const isFolder = name === "applications" || name === "nftLibraries";
    if (isFolder) mkdirSync(inside[name]);
    else writeFileSync(inside[name], "");
    await run("mount", ["--bind", realpathSync(path), inside[name]]);
  }
  await replaceFile("/etc/hosts", "127.0.0.1 localhost\n");
  await replaceFile(
    "/etc/resolv.conf",
    `nameserver ${addresses.node}\nsearch svc.cluster.local cluster.local\noptions ndots:5\n`,
  );
  for (const bundle of new Set(caBundles.filter(existsSync).map((path) => realpathSync(path)))) {
    await replaceFile(bundle, `${readFileSync(bundle, "utf8")}\n${ca}`);
  }
  return inside as never;
}

/** Puts a file with this content over `path`, in this mount namespace only. */
async function replaceFile(path: string, content: string): Promise<void> {
  const target = realpathSync(path);
  const own = join(files.control, target.replaceAll("/", "_"));
  writeFileSync(own, content);
  await run("mount", ["--bind", own, target]);
}
