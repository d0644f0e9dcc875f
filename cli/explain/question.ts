import { isIP } from "node:net";
import { UserError } from "../../errors/userError";
import { settingsText } from "../settingsFile";

/** A question: what happens to a request. */
export interface Question {
  /** Name of a service or workload, optionally `<namespace>/<name>`. Undefined for a client outside of the mesh. */
  readonly client?: string;
  /** Name of a service, optionally `<namespace>/<name>`, or a host. */
  readonly server: string;
  /** Port of the service, or of the gateway. Default: its only one, or the one for the scheme. */
  readonly port?: number;
  readonly scheme?: "http" | "https";
  /** Default: `GET`. */
  readonly method: string;
  /** Default: `/`. */
  readonly path: string;
  /** Named in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Payload of the end user's token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** IP address of the client. */
  readonly sourceIp?: string;
}

/** The options of a question, as the command line has them. */
export interface QuestionOptions {
  readonly port?: string;
  readonly header?: readonly string[];
  readonly token?: string;
  readonly sourceIp?: string;
}

/** The arguments of a question, without the catalog's. */
export interface Parsed {
  readonly catalog?: string;
  readonly question: Question;
}

const METHOD = /^[A-Z]+$/;

/** Whether arguments are a question, not the name of an object: `<catalog> <Kind>/<name>`. */
export function isQuestion(args: readonly string[]): boolean {
  const last = args.at(-1) ?? "";
  return args.length > 2 || isUrl(last) || METHOD.test(args.at(-2) ?? "") || !/^[A-Za-z]+\/./.test(last);
}

/**
 * Parses `[catalog] <client> <server> [METHOD] [/path]`, or `[catalog] [METHOD] <url>` for a client outside of the mesh.
 *
 * @throws {UserError} if the arguments or options are neither.
 */
export function parseQuestion(args: readonly string[], options: QuestionOptions): Parsed {
  const rest = [...args];
  const url = isUrl(rest.at(-1) ?? "") ? new URL(rest.pop() ?? "") : undefined;
  // A path follows a method: without one it could be a file.
  const path =
    rest.length > 1 && METHOD.test(rest.at(-2) ?? "") && rest.at(-1)?.startsWith("/")
      ? rest.pop()
      : undefined;
  const method = METHOD.test(rest.at(-1) ?? "") ? rest.pop() : undefined;
  const common = {
    method: method ?? "GET",
    headers: headersOf(options.header ?? []),
    ...(options.port !== undefined && { port: portOf(options.port) }),
    ...(options.token !== undefined && { claims: claimsOf(options.token) }),
    ...(options.sourceIp !== undefined && { sourceIp: addressOf(options.sourceIp) }),
  };
  if (url !== undefined && rest.length <= 1) {
    const [catalog] = rest;
    const question: Question = {
      ...common,
      server: url.hostname,
      scheme: url.protocol === "http:" ? "http" : "https",
      path: `${url.pathname}${url.search}`,
      ...(url.port !== "" && { port: Number(url.port) }),
    };
    return { ...(catalog !== undefined && { catalog }), question };
  }
  const [server, client, catalog] = rest.toReversed();
  const other = rest.find((word) => /^[a-z][a-z0-9+.-]*:\/\//i.test(word));
  if (url === undefined && other !== undefined) {
    throw new UserError({
      problem: `"${other}" is no URL that a gateway serves.`,
      fix: "Write a URL with http:// or https://.",
      exitCode: 2,
    });
  }
  if (url !== undefined || rest.length > 3 || server === undefined || client === undefined) {
    throw new UserError({
      problem: `"${args.join(" ")}" is no question.`,
      fix: "Ask [catalog] <client> <server> [METHOD /path], or [catalog] [METHOD] <url> for a client outside of the mesh. Write the method in capitals, and begin the path with /.",
      exitCode: 2,
    });
  }
  return {
    ...(catalog !== undefined && { catalog }),
    question: { ...common, client, server, path: path ?? "/" },
  };
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function headersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const [, name, value] = /^([^=:\s]+)[=:]\s*(.*)$/.exec(one) ?? [];
      if (name === undefined || value === undefined) {
        throw new UserError({
          problem: `"${one}" is no header.`,
          fix: "Write --header name=value.",
          exitCode: 2,
        });
      }
      return [name.toLowerCase(), value];
    }),
  );
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new UserError({
    problem: `"${text}" is no port.`,
    fix: "Write --port with a number from 1 to 65535.",
    exitCode: 2,
  });
}

function addressOf(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new UserError({
    problem: `"${text}" is no IP address.`,
    fix: "Write --source-ip with an address, such as 203.0.113.7 or 2001:db8::7.",
    exitCode: 2,
  });
}

/** The claims of a token: JSON, or a file with JSON. */
function claimsOf(text: string): Record<string, unknown> {
  const content = text.trimStart().startsWith("{") ? text : readText(text);
  try {
    const claims = JSON.parse(content) as unknown;
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch {
    // Reported below, as every other text that is no object.
  }
  throw new UserError({
    problem: `--token ${text} has no JSON object.`,
    fix: 'Write the token\'s payload, such as \'{"iss": "https://auth.example.com", "sub": "ada"}\', or a file with it.',
    exitCode: 2,
  });
}

function readText(file: string): string {
  try {
    return settingsText(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      problem: `--token ${file} can't be read.`,
      fix: "Name a file with the token's payload as JSON, or write the JSON itself.",
      exitCode: 2,
      cause: error,
    });
  }
}
