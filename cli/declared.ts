import { type Plan, planOf } from "../program/plan";
import type { Settings } from "../program/settings";
import { loadProject, type Project } from "./project";

/** What a program declares, and the settings with which it declares it. */
export interface Declared {
  readonly plan: Plan;
  readonly settings: Settings;
}

/**
 * Reads what a program declares, without running it.
 *
 * @param settingsFor reads the settings of the loaded project.
 * @param folder folder of the program. Default: the current folder.
 * @returns undefined if it is not a program that `deploy` returned, or has errors, which the run itself reports.
 */
export async function declaredBy(
  settingsFor: (project: Project) => Settings,
  folder?: string,
): Promise<Declared | undefined> {
  try {
    const project = await loadProject(folder);
    if (project === undefined) return undefined;
    const settings = settingsFor(project);
    return { plan: planOf(settings), settings };
  } catch {
    return undefined;
  }
}
