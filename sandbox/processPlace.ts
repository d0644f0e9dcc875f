import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Where a process number means one process: a machine since its last boot, and on Linux a namespace of process numbers. */
export interface ProcessPlace {
  /** Its name, for messages. */
  readonly host: string;
  /** The number of its installation, and of its last boot. Empty if the system has none. */
  readonly machine: string;
  readonly boot: string;
  readonly pidNamespace: string;
}

/** The place of this process. */
export function ownPlace(): ProcessPlace {
  return {
    host: hostname(),
    machine: quietly(() => readFileSync("/etc/machine-id", "utf8").trim()),
    boot: quietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    pidNamespace: quietly(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/**
 * What one place can tell about processes of another. `same`: they can be looked up. `rebooted`: they ended when their machine
 * was booted again. `elsewhere`: another machine or container, of which nothing can be told.
 */
export function relationOf(own: ProcessPlace, other: ProcessPlace): "same" | "rebooted" | "elsewhere" {
  if (own.boot === other.boot) return own.pidNamespace === other.pidNamespace ? "same" : "elsewhere";
  const sameMachine = own.machine !== "" && own.machine === other.machine && own.host === other.host;
  return sameMachine ? "rebooted" : "elsewhere";
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
