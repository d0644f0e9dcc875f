import { type Edge, formatPath, type GatewayHost, type Mesh } from "../catalog";
import {
  dangling,
  type Difference,
  difference,
  interruptions,
  type KnownObject,
  knownObject,
  type Mistake,
  mistakes,
  missingHosts,
  type Model,
  type PlainObject,
  type ReceiverChange,
  receiverChanges,
  receivesRequests,
  released,
  titleOf,
  weaknesses,
} from "../effect";
import { refusals } from "./refusals";
import { modelOf } from "./meshModel";
import { unknownService } from "./references";
import type { Rendered } from "./rule";
import { fits } from "./rules/overrideFits";

/** What one override changes, or several together. */
export interface OverrideEffect {
  /** Path of the override in the catalog, or `overrides` for what none of them changes alone. */
  readonly path: string;
  readonly kind: string;
  readonly name: string;
  readonly differences: readonly Difference[];
  /** Hosts and subsets that lead to the pods of other workloads now, or to none. */
  readonly receivers: readonly ReceiverChange[];
  /** What the pods of the object may do now, and could not without the override. */
  readonly weaknesses: readonly string[];
  /** How the object interrupts pods now, and did not without the override. */
  readonly interruptions: readonly string[];
  /** What the object refers to now that is not there. */
  readonly dangling: readonly string[];
  /** Why the API server refuses the object now. */
  readonly refused: readonly string[];
  /** Settings that Istio ignores or reads otherwise now. */
  readonly mistakes: readonly OverrideMistake[];
  /** The object without and with the override. Undefined for several overrides together. */
  readonly objects?: readonly [before: KnownObject, after: KnownObject];
  /** Whether requests are sent to pods of the object. */
  readonly isReceiving: boolean;
}

/** A mistake, with its kind. */
export interface OverrideMistake extends Mistake {
  readonly about: keyof typeof mistakes;
}

const cache = new WeakMap<Mesh, readonly OverrideEffect[]>();

/**
 * Compares what the rendered objects mean with and without the overrides. A difference belongs to each override that
 * causes it alone, or else to all of them. Overrides of objects that the catalog doesn't render have no effect.
 */
export function overrideEffects(mesh: Mesh, rendered: Rendered): readonly OverrideEffect[] {
  const known = cache.get(mesh);
  if (known) return known;
  const found = Object.keys(mesh.overrides).length === 0 ? [] : compare(mesh, rendered);
  cache.set(mesh, found);
  return found;
}

/** A service that is not declared is another finding, and has no effect of its own. */
function withoutUnknown(mesh: Mesh): Mesh {
  const isKnown = ({ callee }: Edge): boolean => callee !== unknownService;
  const leads = (route: GatewayHost["routes"][number]): boolean =>
    route.edge === undefined ||
    (isKnown(route.edge) && route.destinations.every(({ edge }) => isKnown(edge)));
  return {
    ...mesh,
    services: mesh.services.filter(({ name }) => name !== unknownService),
    gateways: mesh.gateways.map((gateway) => ({
      ...gateway,
      hosts: gateway.hosts.map((host) => ({ ...host, routes: host.routes.filter(leads) })),
    })),
  };
}

function compare(whole: Mesh, { objects, patched }: Rendered): OverrideEffect[] {
  const mesh = withoutUnknown(whole);
  const plain = objects(mesh);
  const before = modelOf(mesh, plain);
  const overrides = Object.entries(mesh.overrides).flatMap(([kind, patches]) =>
    Object.entries(patches)
      // MW360 reports fields and values that the kind doesn't have.
      .filter(([name, patch]) => fits(kind, name, patch))
      .map(([name, patch]) => ({ kind, name, patch })),
  );
  const list = overrides.reduce<readonly PlainObject[]>(
    (changed, { kind, name, patch }) => patched(changed, { [kind]: { [name]: patch } }),
    plain,
  );
  const after = modelOf(mesh, list);
  const differences = difference(before, after);
  const found = new Set(differences.map(keyOf));
  const made = newMistakes(before, after);
  const single = overrides.flatMap(({ kind, name, patch }): OverrideEffect[] => {
    const [old, now] = [find(plain, kind, name), find(list, kind, name)];
    if (!old || !now) return [];
    const model =
      overrides.length === 1 ? after : modelOf(mesh, patched(plain, { [kind]: { [name]: patch } }));
    const alone =
      overrides.length === 1 || differences.length === 0 ? differences : difference(before, model);
    const added = (judge: (object: KnownObject, of: Model) => readonly string[]): string[] => {
      const had = new Set(judge(old, before));
      return judge(now, after).filter((text) => !had.has(text));
    };
    return [
      {
        path: formatPath(["overrides", kind, name]),
        kind,
        name,
        // Of what the override causes alone. Another one may change more of the same.
        differences: alone.filter((one) => found.has(keyOf(one))),
        // MW337 judges the labels of subsets.
        receivers: kind === "DestinationRule" ? [] : receiverChanges(before, model),
        weaknesses: added(weaknesses),
        interruptions: [...added((object, of) => interruptions(of, object)), ...released(after, old, now)],
        dangling: added((object, of) => missingIn(of, object, mesh)),
        refused: added(refusals),
        mistakes: made.filter(({ object }) => isSame(object, now) || overrides.length === 1),
        objects: [old, now],
        isReceiving: receivesRequests(after, now),
      },
    ];
  });
  const known = new Set(single.flatMap((effect) => effect.differences).map(keyOf));
  const together = differences.filter((one) => !known.has(keyOf(one)));
  return together.length === 0
    ? single
    : [
        ...single,
        {
          path: "overrides",
          kind: "",
          name: "",
          differences: together,
          receivers: [],
          weaknesses: [],
          interruptions: [],
          dangling: [],
          refused: [],
          mistakes: [],
          isReceiving: false,
        },
      ];
}

/** What an object refers to that is not there, its own hosts included. Other namespaces have Services that are unknown here. */
function missingIn(model: Model, object: KnownObject, { ownNamespaces }: Mesh): string[] {
  const hosts = missingHosts(model, object)
    .filter(({ service }) => ownNamespaces.includes(service.namespace))
    .map(({ host }) => `no Service or ServiceEntry with the host ${host}`);
  return [...dangling(model, object), ...hosts];
}

/** The mistakes that the objects have after the overrides, and not before. */
function newMistakes(before: Model, after: Model): OverrideMistake[] {
  return (Object.keys(mistakes) as OverrideMistake["about"][]).flatMap((about) => {
    const had = new Set(mistakes[about](before).map(mistakeKey));
    return mistakes[about](after)
      .filter((one) => !had.has(mistakeKey(one)))
      .map((one) => ({ ...one, about }));
  });
}

function mistakeKey({ object, problem }: Mistake): string {
  return `${titleOf(object)} ${problem}`;
}

function isSame(one: KnownObject, other: KnownObject): boolean {
  return titleOf(one) === titleOf(other);
}

/** What a difference is about: several overrides can cause the same. */
function keyOf({ kind, workload: { namespace, name }, sent }: Difference): string {
  return `${kind} ${namespace}/${name} ${sent === undefined ? "" : `${sent.host}:${sent.port}`}`;
}

function find(list: readonly PlainObject[], kind: string, name: string): KnownObject | undefined {
  const object = list.find(({ kind: own, metadata }) => {
    const { name: last, namespace } = metadata as { name: string; namespace?: string };
    return own === kind && (namespace === undefined ? last : `${namespace}/${last}`) === name;
  });
  return object && knownObject(object);
}
