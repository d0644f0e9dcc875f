import { execa } from "execa";
import { UserError } from "../errors/userError";
import { unavailable } from "../toolchain/laboratory";

const needed = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  mount: "util-linux",
  ip: "iproute2",
};

/**
 * Checks that this machine can run a laboratory.
 *
 * @throws {UserError} with the exit code `3` and what is missing.
 */
export async function requireLaboratory(): Promise<void> {
  const refuse = (problem: string, fix: string, details?: string): never => {
    throw new UserError({
      problem: `Requests can't be sent here: ${problem}`,
      fix,
      exitCode: unavailable,
      ...(details !== undefined && { details }),
    });
  };
  if (process.platform !== "linux") {
    refuse(
      `the laboratory needs the network namespaces of Linux, and this is ${process.platform}.`,
      "Run the command on Linux, for example in CI.",
    );
  }
  if (process.getuid?.() !== 0) {
    refuse(
      "the laboratory creates network namespaces, and this user is not root.",
      "Run the command as root, for example with sudo.",
    );
  }
  for (const [program, from] of Object.entries(needed)) {
    const found = await execa(program, ["-V"], { reject: false });
    if (found.code === "ENOENT") refuse(`${program} is not on PATH.`, `Install the package ${from}.`);
  }
  const flags = ["--net", "--mount", "--pid", "--fork", "--mount-proc"];
  const attempt = await execa("unshare", [...flags, "ip", "link", "add", "br0", "type", "bridge"], {
    reject: false,
    all: true,
  });
  if (attempt.failed) {
    refuse(
      "the kernel allows no network namespace with a bridge.",
      "Run the command outside of a container, or in one with the capability SYS_ADMIN.",
      attempt.all,
    );
  }
}
