import { isIP } from "node:net";
import { UserError } from "../../errors/userError";
import { settingsText } from "../settingsFile";

/** A question: what happens to a request. */
export interface Question {
  /** Name of a workload, service, pod or service account, as `clientOf` reads it. Undefined for a client outside of the mesh. */
  readonly client?: string;
  /** Name of a service or external service, or a host, as `targetOf` reads it. */
  readonly server: string;
  /** Port of the service, or of the gateway. Default: its only one, or the one for the scheme. */
  readonly port?: number;
  /** The scheme of the URL. Undefined for a server that is named otherwise. */
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

/** Methods of HTTP, which a word in lower case is meant as. */
const methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/**
 * Whether arguments are a question, not the name of an object: `<catalog> <Kind>/<name>`.
 *
 * @param isCatalog whether a word names a catalog, which decides where both are possible: `web shop/cart`.
 */
export async function isQuestion(
  args: readonly string[],
  isCatalog: (word: string) => Promise<boolean>,
): Promise<boolean> {
  const [first = ""] = args;
  const last = args.at(-1) ?? "";
  if (args.length > 2 || isUrl(last) || METHOD.test(args.at(-2) ?? "")) return true;
  if (!/^[A-Za-z]+\/./.test(last)) return true;
  // The name of every kind begins with a capital letter, and that of no namespace does.
  return args.length === 2 && !/^[A-Z]/.test(last) && !(await isCatalog(first));
}

/**
 * Parses `[catalog] <client> <server> [METHOD] [/path]`, or `[catalog] [client] [METHOD] <url>`, of a client outside of the
 * mesh if it names none.
 *
 * @param isCatalog whether the only word before a URL names a catalog, and not the client.
 * @throws {UserError} if the arguments or options are neither.
 */
export async function parseQuestion(
  args: readonly string[],
  options: QuestionOptions,
  isCatalog: (word: string) => Promise<boolean>,
): Promise<Parsed> {
  const rest = [...args];
  const url = isUrl(rest.at(-1) ?? "") ? urlOf(rest.pop() ?? "", options.port) : undefined;
  // No client and no server begins with a slash.
  const path = rest.length > 2 && rest.at(-1)?.startsWith("/") ? rest.pop() : undefined;
  const method = METHOD.test(rest.at(-1) ?? "") ? rest.pop() : undefined;
  const common = {
    method: method ?? "GET",
    headers: headersOf(options.header ?? []),
    ...(options.port !== undefined && { port: portOf(options.port) }),
    ...(options.token !== undefined && { claims: claimsOf(options.token) }),
    ...(options.sourceIp !== undefined && { sourceIp: addressOf(options.sourceIp) }),
  };
  if (url !== undefined && rest.length <= 2) {
    const [client, catalog] =
      rest.length === 1 && (await isCatalog(rest[0] ?? "")) ? [undefined, rest[0]] : rest.toReversed();
    const question: Question = { ...common, ...url, ...(client !== undefined && { client }) };
    return { ...(catalog !== undefined && { catalog }), question };
  }
  const [server, client, catalog] = rest.toReversed();
  const other = rest.find((word) => /^(?!spiffe:)[a-z][a-z0-9+.-]*:\/\//i.test(word));
  if (url === undefined && other !== undefined) {
    throw new UserError({
      problem: `"${other}" is not a URL that a gateway serves.`,
      fix: "Write a URL with http:// or https:// as the last word.",
      exitCode: 2,
    });
  }
  if (url !== undefined || rest.length > 3 || server === undefined || client === undefined) {
    throw new UserError({ ...misread(args), exitCode: 2 });
  }
  return {
    ...(catalog !== undefined && { catalog }),
    question: { ...common, client, path: path ?? "/", ...hostAndPort(server, options.port) },
  };
}

/** What is wrong with words that name no request, and how to write them. */
function misread(args: readonly string[]): { readonly problem: string; readonly fix: string } {
  const [method, last = ""] = args.slice(-2);
  if (args.length > 3 && method !== undefined && METHOD.test(method) && !isUrl(last)) {
    return { problem: `"${last}" is not a path.`, fix: `Begin the path with a slash: ${method} /${last}` };
  }
  const lower = args.slice(2).find((word) => methods.includes(word.toUpperCase()) && !METHOD.test(word));
  if (lower !== undefined) {
    return {
      problem: `"${lower}" is not a method.`,
      fix: `Write the method in capitals, before a path that begins with a slash: ${lower.toUpperCase()} /`,
    };
  }
  return {
    problem: `"${args.join(" ")}" does not name a client and a server, or a URL.`,
    fix: "Write [catalog] <client> <server> [METHOD /path], or [catalog] [client] [METHOD] <url>. Leave the client out if it is outside of the mesh.",
  };
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** The parts of a URL. Its path is as written: a client can send `/a/../b`, which `URL` makes `/b`. */
function urlOf(
  text: string,
  port: string | undefined,
): Pick<Question, "server" | "port" | "scheme" | "path"> {
  const url = new URL(text);
  const [, path = ""] = /^[a-z]+:\/\/[^/?#]*([^#]*)/i.exec(text) ?? [];
  return {
    ...hostAndPort(url.host, port),
    scheme: url.protocol === "http:" ? "http" : "https",
    path: path.startsWith("/") ? path : `/${path}`,
  };
}

/** Separates `cart:8080`, `[2001:db8::7]:8080` and names without a port. The dot that ends an absolute name is left out. */
function hostAndPort(text: string, option: string | undefined): Pick<Question, "server" | "port"> {
  const [, name = text, port] = /^(\[.+\]|[^:]+)(?::(\d+))?$/.exec(text) ?? [];
  if (port !== undefined && option !== undefined && port !== option) {
    throw new UserError({
      problem: `${text} has the port ${port}, and --port is ${option}.`,
      fix: "Leave out one of the two.",
      exitCode: 2,
    });
  }
  const server = name.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  return { server, ...(port !== undefined && { port: portOf(port) }) };
}

function headersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const [, name, value] = /^([^=:\s]+)[=:]\s*(.*)$/.exec(one) ?? [];
      if (name === undefined || value === undefined) {
        throw new UserError({
          problem: `"${one}" is not a header.`,
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
    problem: `"${text}" is not a port.`,
    fix: "Write --port with a number from 1 to 65535.",
    exitCode: 2,
  });
}

function addressOf(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new UserError({
    problem: `"${text}" is not an IP address.`,
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
    problem: `--token ${text} is not a JSON object.`,
    fix: 'Write the token\'s payload, such as \'{"iss": "https://auth.example.com", "sub": "ada"}\', or the path of a file that contains it.',
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
