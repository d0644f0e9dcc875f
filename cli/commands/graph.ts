import { type Command, Option } from "commander";
import { dotOf } from "../graph/dot";
import { mermaidOf } from "../graph/mermaid";
import { compared, type Graph, graphOf } from "../graph/model";
import { pageOf } from "../graph/page";
import { viewsOf } from "../graph/view";
import { checkOutput, writeOutput } from "../outputFile";
import { print } from "../output";
import { checkedMesh } from "../planned";
import { loadSubject, stackOption, subjectArgument } from "../subject";

interface GraphOptions {
  readonly stack?: string;
  readonly base?: string;
  readonly format: keyof typeof formats;
  readonly out?: string;
}

/** `meshwright graph`: draws the call graph of a catalog. */
export function graphCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--stack <name>", stackOption)
    .option("--base <catalog>", "mark the calls that the catalog gains and loses against this one")
    .addOption(new Option("--format <format>", "what to write").choices(Object.keys(formats)).default("html"))
    .option("--out <file>", "write to this file (default: standard output)")
    .action(async (argument: string | undefined, { stack, base, format, out }: GraphOptions) => {
      if (out !== undefined) checkOutput(out);
      const own = await graphOfSubject(argument, stack);
      const graph = base === undefined ? own : compared(own, await graphOfSubject(base, undefined));
      const content = await formats[format](graph);
      if (out === undefined) {
        print(content.trimEnd());
      } else {
        writeOutput(out, content);
        print(`${graph.nodes.length} nodes and ${graph.links.length} links written to ${out}`);
      }
    });
}

const formats = {
  html: pageOf,
  dot: (graph: Graph) => dotOf(viewOf(graph)),
  mermaid: (graph: Graph) => mermaidOf(viewOf(graph)),
  json: (graph: Graph) => `${JSON.stringify(graph, null, 2)}\n`,
} satisfies Record<string, (graph: Graph) => string | Promise<string>>;

/** The first picture: above some number of nodes, that of the namespaces. */
function viewOf(graph: Graph): ReturnType<typeof viewsOf>[number] {
  const [first] = viewsOf(graph);
  if (first === undefined) throw new Error("no view");
  return first;
}

async function graphOfSubject(argument: string | undefined, stack: string | undefined): Promise<Graph> {
  const { mesh, findings } = checkedMesh(await loadSubject(argument, stack));
  return graphOf(mesh, findings);
}
