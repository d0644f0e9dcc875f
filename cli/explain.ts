import type { Command } from "commander";
import pc from "picocolors";
import { stringify } from "yaml";
import { parsePath } from "../catalog";
import { checkMesh } from "../checks";
import { fromAnnotation, type MeshObject, renderMesh } from "../mesh";
import { UserError } from "../toolchain/userError";
import { loadSubject } from "./catalog";
import { print } from "./output";

/** `meshwright explain`: which lines of the catalog an object comes from. */
export function explainCommand(program: Command): void {
  program
    .command("explain")
    .description("show an object and the places in the catalog that it comes from")
    .argument("<catalog>", "platform, or path of a .ts, .js, .json or .yaml file")
    .argument(
      "<object>",
      "such as AuthorizationPolicy/cart, or with its namespace: AuthorizationPolicy/shop/cart",
    )
    .option("--stack <name>", "stack whose Pulumi.<name>.yaml sets the platform up")
    .option("--json", "print JSON")
    .action(async (argument: string, wanted: string, { stack, json }: { stack?: string; json?: true }) => {
      const { name, catalog } = await loadSubject(argument, stack);
      const { mesh } = checkMesh(catalog);
      if (mesh === undefined) {
        throw new UserError({
          problem: `${name} has errors, so it has no objects.`,
          cure: `Mend them: meshwright check ${name}`,
        });
      }
      const object = findObject(renderMesh(mesh), wanted, name);
      const from = sources(catalog, object);
      print(json ? JSON.stringify({ object, from }, null, 2) : describe(object, from));
    });
}

interface Source {
  /** Place in the catalog, such as `services.web.calls.cart`. */
  readonly path: string;
  /** What stands there. Absent where a default speaks. */
  readonly value?: unknown;
}

function findObject(objects: readonly MeshObject[], wanted: string, catalog: string): MeshObject {
  const [kind = "", ...rest] = wanted.split("/");
  const place = ({ metadata: { namespace, name } }: MeshObject): string =>
    [namespace, name].filter(Boolean).join("/");
  const ofKind = objects.filter((one) => one.kind.toLowerCase() === kind.toLowerCase());
  const found = ofKind.filter((one) => rest.join("/") === (rest.length > 1 ? place(one) : one.metadata.name));
  const [object, another] = found;
  if (object !== undefined && another === undefined) return object;
  const choices = found.length > 0 ? found : ofKind.length > 0 ? ofKind : [];
  const known = choices.map((one) => `${one.kind}/${place(one)}`);
  throw new UserError({
    problem: `${found.length > 1 ? "More than one object of" : "No object of"} ${catalog} is "${wanted}".`,
    cure:
      known.length > 0
        ? `Name one of: ${known.join(", ")}`
        : `Name one of the kinds: ${[...new Set(objects.map((one) => one.kind))].join(", ")}`,
  });
}

function sources(catalog: unknown, { metadata }: MeshObject): Source[] {
  const paths = (metadata.annotations?.[fromAnnotation] ?? "").split(",").filter((path) => path !== "");
  return paths.map((path) => {
    let value = catalog;
    for (const segment of parsePath(path)) {
      value =
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[segment] : undefined;
    }
    return value === undefined ? { path } : { path, value };
  });
}

function describe(object: MeshObject, from: readonly Source[]): string {
  const yaml = (value: unknown): string =>
    stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd();
  const indent = (text: string): string => text.replaceAll(/^/gm, "  ");
  return [
    yaml(object),
    "",
    pc.bold("comes from"),
    ...from.flatMap(({ path, value }) => [
      pc.cyan(path),
      value === undefined ? "  (a default)" : indent(yaml(value)),
    ]),
  ].join("\n");
}
