import { runError } from "../components/runError";
import type * as declaring from "./declare";
import { missingPackage } from "./missingPackage";
import type { Platform } from "./platform";

/** A Pulumi program. Pulumi calls it, and the command line reads its platforms. */
export interface Program {
  (): Promise<Record<string, unknown>>;
  /** The platforms that the program can deploy. */
  readonly platforms: readonly Platform[];
}

/**
 * Returns the Pulumi program that installs Istio and deploys a platform. Export it from the program's file. The program
 * checks the whole catalog, the cluster and the chart repository before it registers any resource. Its settings are the
 * `meshwright:` keys of `Pulumi.<stack>.yaml`.
 *
 * @param platforms the platforms that a stack can deploy. With several, the setting `meshwright:platform` selects one.
 * @example
 * ```ts
 * export = deploy(definePlatform({ name: "shop", catalog }));
 * ```
 */
export function deploy(...platforms: readonly [Platform, ...Platform[]]): Program {
  return Object.assign(() => loadDeclare()(platforms), { platforms });
}

/** Loaded only when Pulumi runs the program: `meshwright check` and `meshwright render` need no SDK. */
function loadDeclare(): typeof declaring.declare {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement would load it at once
    return (require("./declare") as typeof declaring).declare;
  } catch (error) {
    const name = missingPackage(error);
    if (name === undefined) throw error;
    throw runError(
      `The program needs the package ${name}, which is not installed. Install it: npm install ${name}`,
    );
  }
}
