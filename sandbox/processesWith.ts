import { readdirSync, readFileSync } from "node:fs";
import { execaSync } from "execa";
import { identify, type ProcessIdentity } from "./processIdentity";

/** A running process, with the file name of its program. */
export interface NamedProcess extends ProcessIdentity {
  readonly name: string;
}

/** The running processes, without this one, whose environment has the entry `NAME=value`. */
export function processesWith(entry: string): NamedProcess[] {
  return candidates(entry).flatMap(({ pid, name }) => {
    const identity = pid === process.pid ? undefined : identify(pid);
    return identity === undefined ? [] : [{ ...identity, name }];
  });
}

function candidates(entry: string): { pid: number; name: string }[] {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const has = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(entry);
          return has ? [{ pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() }] : [];
        } catch {
          return []; // it has ended, or belongs to another user
        }
      });
  }
  const { stdout } = execaSync("ps", ["-AEwwo", "pid=,comm=,command="], { reject: false });
  return stdout
    .split("\n")
    .filter((line) => line.includes(` ${entry} `) || line.endsWith(` ${entry}`))
    .map((line) => {
      const [pid = "", command = ""] = line.trim().split(/\s+/);
      return { pid: Number(pid), name: command.split("/").at(-1) ?? "" };
    });
}
