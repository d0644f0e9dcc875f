import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { run } from "../../cli/program";
import type { Ended } from "./run";

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly interruptAt?: string;
}

const root = join(__dirname, "..", "..");
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line in this process, from its words to its exit code. A process takes half a second to start; tests
 * of stdin, the end by a signal and what is loaded need one (`meshwright` of `run.ts`). Runs wait for each other, because
 * they share the folder, the environment and the streams.
 *
 * @param options `interruptAt`: as soon as stdout has that, the command gets SIGINT, as Ctrl-C sends it.
 */
export function inProcess(args: readonly string[], options: Options = {}): Promise<Ended> {
  const ended = last.then(() => runAlone(args, options));
  last = ended.catch(() => undefined);
  return ended;
}

async function runAlone(
  args: readonly string[],
  { cwd = process.cwd(), env = {}, interruptAt }: Options,
): Promise<Ended> {
  const before = { cwd: process.cwd(), exitCode: process.exitCode };
  const variables = Object.keys(env).map((name) => [name, process.env[name]] as const);
  const loaded = new Set(Object.keys(require.cache));
  const own = process.listeners("SIGINT");
  const interrupt = (text: string): void => {
    if (interruptAt === undefined || !text.includes(interruptAt)) return;
    for (const listener of process.listeners("SIGINT")) if (!own.includes(listener)) listener("SIGINT");
  };
  const stdout = captured(process.stdout, interrupt);
  const stderr = captured(process.stderr);
  process.exitCode = undefined;
  setVariables(Object.entries(env));
  try {
    process.chdir(cwd);
    await run([process.execPath, "meshwright", ...args]);
    return { exitCode: exitCode(), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.release();
    stderr.release();
    process.exitCode = before.exitCode;
    setVariables(variables);
    process.chdir(before.cwd);
    // A test may write another program into the same file.
    const isOwn = (path: string): boolean => path.startsWith(root) && (cwd === root || !path.startsWith(cwd));
    for (const path of Object.keys(require.cache)) {
      if (!loaded.has(path) && !isOwn(path)) Reflect.deleteProperty(require.cache, path);
    }
  }
}

/** The exit code that a process would end with now. */
function exitCode(): number {
  const { exitCode } = process as { readonly exitCode?: number };
  return exitCode ?? 0;
}

function setVariables(variables: readonly (readonly [name: string, value: string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** Keeps what is written to a stream, instead of writing it, and what listens to it. */
function captured(
  stream: NodeJS.WriteStream,
  onText: (text: string) => void = () => undefined,
): { text: () => string; release: () => void } {
  const write = stream.write.bind(stream);
  const listeners = stream.listeners("error");
  let text = "";
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === "function") (done as () => void)();
    setImmediate(onText, text);
    return true;
  };
  return {
    // As execa does, without the last line break.
    text: () => stripVTControlCharacters(text).replace(/\n$/, ""),
    release: () => {
      stream.write = write;
      for (const listener of stream.listeners("error")) {
        if (!listeners.includes(listener)) stream.off("error", listener as () => void);
      }
    },
  };
}
