import {
  type BuildProgress,
  ensureToolchain,
  type ProgramName,
  sandboxPrograms,
  type Toolchain,
} from "../toolchain";
import { step } from "./output";

/** Finds or builds `names`, and shows the progress of builds. */
export async function tools(names: readonly ProgramName[] = sandboxPrograms): Promise<Toolchain> {
  return step(
    "Programs: find what is installed, build the rest (the first time takes about 25 minutes on two cores)",
    (say) => {
      const start = Date.now();
      return ensureToolchain(names, (progress) => {
        say(`${describeBuild(progress)} · ${Math.round((Date.now() - start) / 1000)} s`);
      });
    },
  );
}

/** One line about a running build. */
export function describeBuild({ module, programs, phase, compiled, packages }: BuildProgress): string {
  switch (phase) {
    case "waiting":
      return `${module}: waiting for another run that builds it`;
    case "downloading":
      return `${module}: downloading the sources of ${programs.join(", ")}`;
    case "packaging":
      return "packaging the charts of Istio and of the add-ons";
    case "compiling":
      return `${module}: ${compiled} of ${packages} packages of ${programs.join(", ")}`;
  }
}
