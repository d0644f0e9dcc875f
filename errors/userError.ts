/**
 * An error a user can act on: it names what is wrong (culprit and value) and what to do about it.
 * The command line prints it without a stack trace and ends with its exit code.
 */
export class UserError extends Error {
  /** What is wrong: names the culprit and its value. One sentence, no trailing newline. */
  readonly problem: string;
  /** What the user can do about it. */
  readonly fix: string;
  /** Supporting text, such as the last lines of a log. Default: none. */
  readonly details: string | undefined;
  /** Exit code of the process. Default: 1. */
  readonly exitCode: number;

  constructor(options: {
    problem: string;
    fix: string;
    details?: string;
    exitCode?: number;
    cause?: unknown;
  }) {
    super([options.problem, options.details, `Fix: ${options.fix}`].filter(Boolean).join("\n"), {
      cause: options.cause,
    });
    this.name = "UserError";
    this.problem = options.problem;
    this.fix = options.fix;
    this.details = options.details;
    this.exitCode = options.exitCode ?? 1;
  }
}
