import { closeSync, existsSync, openSync, readSync, rmSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { type Options, SingleBar } from "cli-progress";
import { z } from "zod";

/** How often the log of events is read, and how often a log file of a terminal gets a line, in milliseconds. */
const pause = { read: 250, line: 10_000 } as const;

/**
 * The fields of an engine's event that are read here. An operation has ended with `resOutputsEvent`, or failed.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
 */
const operation = z.object({ metadata: z.object({ urn: z.string() }) });
const event = z.object({ resOutputsEvent: operation.optional(), resOpFailedEvent: operation.optional() });

/** With it, `pulumi up` has the option `--event-log`, as the Automation API uses it. */
export const withEventLog = { PULUMI_DEBUG_COMMANDS: "true" };

/**
 * Shows on stderr how many of `urns` a run of Pulumi has handled. On a terminal it is a bar, elsewhere a line every ten
 * seconds. Nothing is shown of a run that has handled none.
 *
 * @param work the run, which writes its events to the file that it is given (`--event-log`).
 */
export async function withProgress<T>(
  file: string,
  urns: ReadonlySet<string>,
  work: () => Promise<T>,
  stream: NodeJS.WritableStream = process.stderr,
): Promise<T> {
  rmSync(file, { force: true });
  const bar = new SingleBar(barOptions(stream));
  const handled = new Set<string>();
  const events = lines(file);
  const look = (): void => {
    for (const urn of events().flatMap(handledBy)) if (urns.has(urn)) handled.add(urn);
    if (handled.size === 0) return;
    if (bar.isActive) bar.update(handled.size);
    else bar.start(urns.size, handled.size);
  };
  const timer = setInterval(look, pause.read);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    look();
    bar.stop();
    // It has the stack's values.
    rmSync(file, { force: true });
  }
}

function barOptions(stream: NodeJS.WritableStream): Options {
  const plain = process.env.NO_COLOR !== undefined;
  return {
    stream,
    format: "{bar} {value} of {total} objects, {duration_formatted}, about {eta_formatted} left",
    noTTYOutput: true,
    notTTYSchedule: pause.line,
    barCompleteChar: plain ? "#" : "█",
    barIncompleteChar: plain ? "-" : "░",
    barsize: 30,
    etaBuffer: 100,
    hideCursor: true,
    // `interrupt.ts` handles signals.
    gracefulExit: false,
  };
}

/** The resources whose operation a line of the log tells to have ended. A line of another form tells of none. */
export function handledBy(line: string): string[] {
  const parsed = z.string().transform(tryJson).pipe(event).safeParse(line);
  if (!parsed.success) return [];
  const { resOutputsEvent, resOpFailedEvent } = parsed.data;
  return [resOutputsEvent, resOpFailedEvent].flatMap((one) => (one === undefined ? [] : [one.metadata.urn]));
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the whole lines that a file has got since the last call. */
function lines(file: string): () => string[] {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(1 << 20);
  let at = 0;
  let rest = "";
  return () => {
    if (!existsSync(file)) return [];
    const opened = openSync(file, "r");
    try {
      for (;;) {
        const length = readSync(opened, buffer, 0, buffer.length, at);
        if (length === 0) break;
        at += length;
        rest += decoder.write(buffer.subarray(0, length));
      }
    } finally {
      closeSync(opened);
    }
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    return whole;
  };
}

/** Sections of Pulumi's output, of which each follows the rows of single resources. */
const section = /^(Diagnostics|Policies|Outputs|Resources|Duration):|^(error|warning):/;

/**
 * Leaves out Pulumi's row for each resource, in whose place the progress is shown. What comes before the rows stays, and so do
 * the sections behind them, with every error.
 */
export function withoutRows(): (line: unknown) => Generator<string> {
  let isRow = false;
  return function* (line) {
    const text = String(line);
    const plain = stripVTControlCharacters(text);
    if (section.test(plain)) isRow = false;
    if (!isRow) yield text;
    if (plain.startsWith("Updating (")) isRow = true;
  };
}
