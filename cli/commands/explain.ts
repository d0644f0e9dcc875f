import type { Command } from "commander";
import { UserError } from "../../errors/userError";
import { clusterOptions } from "../clusterOptions";
import { answer } from "../explain/answer";
import { answerText } from "../explain/answerText";
import { explainObject } from "../explain/object";
import { isQuestion, parseQuestion, type QuestionOptions } from "../explain/question";
import { clusterSide } from "../liveSide";
import { withAssumedPods } from "../assumedPods";
import { print } from "../output";
import { loadSide, namesSide, sideArgument } from "../side";
import { stackOption } from "../subject";

interface ExplainOptions extends QuestionOptions {
  readonly stack?: string;
  readonly cluster?: true;
  readonly json?: true;
}

/** `meshwright explain`: what happens to a request and why, or where an object comes from. */
export function explainCommand(command: Command): void {
  command
    .usage(
      "[options] [catalog] <client> <server> [METHOD /path]\n" +
        "       meshwright explain [options] [catalog] [client] [METHOD] <url>\n" +
        "       meshwright explain [options] [catalog] <object>",
    )
    .argument(
      "<words...>",
      `what to explain: a client and the service, external service, host or URL that it requests, a URL requested from outside, or an object. A client is a service, workload, pod or ns/<namespace>/sa/<service account>. An object is AuthorizationPolicy/cart or AuthorizationPolicy/shop/cart, for example. Before it: ${sideArgument}`,
    )
    .option("--stack <name>", stackOption)
    .option(
      "--port <number>",
      "port of the service or gateway (default: the only one, or the one of the URL)",
    )
    .option("--header <name=value>", "header of the request; can be repeated", collect)
    .option("--token <claims>", "payload of the end user's token, as JSON or a file with it")
    .option("--source-ip <address>", "IP address of the client")
    .option("--cluster", "ask about what a live cluster has, instead of a catalog")
    .option("--json", "print JSON");
  clusterOptions(command).action(async (words: readonly string[], options: ExplainOptions) => {
    const { stack, cluster, json } = options;
    const isCatalog = async (word: string): Promise<boolean> => !cluster && (await namesSide(word));
    if (!(await isQuestion(words, isCatalog))) {
      if (cluster) throw noCatalog("an object of a catalog", words.join(" "));
      const [wanted = "", argument] = words.toReversed();
      print(await explainObject(argument, wanted, options));
      return;
    }
    const { catalog, question } = await parseQuestion(words, options, isCatalog);
    if (cluster && catalog !== undefined) throw noCatalog(catalog, catalog);
    const [side] = withAssumedPods(cluster ? await clusterSide(command) : await loadSide(catalog, stack));
    const found = answer(side.model, question);
    print(json ? JSON.stringify({ question, ...found }, null, 2) : answerText(question, found, side));
    if (found.verdict !== "allowed") process.exitCode = 1;
  });
}

function noCatalog(what: string, words: string): UserError {
  return new UserError({
    problem: `--cluster asks about a cluster, and ${what} is named: ${words}.`,
    fix: "Leave out one of the two.",
    exitCode: 2,
  });
}

function collect(one: string, others: readonly string[] = []): string[] {
  return [...others, one];
}
