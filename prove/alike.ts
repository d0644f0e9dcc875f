import type { Mesh } from "../catalog";
import type { Model, Workload } from "../effect";
import type { Answer } from "./judge";
import { callerOf } from "./model";
import { type Class, divider, itemsOf, type Naming, none, type Others } from "./others";
import type { Caller, Question, Target } from "./question";

/** Which proxies have decided about a request. */
export interface Passed {
  /** The workloads of the proxies that have received it, the client's aside. */
  readonly receivers: readonly Workload[];
  /** Whether it has left the client's proxy. */
  readonly left: boolean;
}

/** What the answer to a request depends on, besides the request. */
export interface Classes {
  /** Names a client's identity, and the class of its configuration. */
  readonly identity: (client: Workload) => string;
  readonly configuration: (client: Workload) => number;
  /** Names the class of an identity: receivers do not distinguish those of one class. */
  readonly distinguish: (receivers: readonly Workload[]) => Naming<string>;
  /** Names the class of a host and port: a client's proxy does the same with those of one class, unless it forwards. */
  readonly host: (client: Workload) => HostNaming;
}

/** The classes of hosts at a client's proxy. */
export interface HostNaming {
  readonly nameOf: (host: string, port: number) => string;
  /** Hosts in lower case. All others are of one class on each port. Undefined: each host is named. */
  readonly keys?: ReadonlySet<string>;
}

/** What is asked about. */
interface World {
  readonly model: Model;
  readonly mesh: Mesh;
  /** Undefined if classes are not known: then each caller and each target is asked about. */
  readonly classes?: Classes | undefined;
}

/** What is asked about, and who answers. */
export interface Asking<T extends Followed = Followed> extends World {
  /** What becomes of a question's request. It does not depend on what the question expects. */
  readonly follow: (question: Question) => T;
  /** The answer to a question whose request was followed, or one that shares its way. */
  readonly answer: (followed: T, question: Question) => Answer;
}

/** A request that was followed, with the proxies that have decided about it. Undefined if they are not known. */
export interface Followed {
  readonly passed?: Passed | undefined;
}

/** A question as it was asked, with its answer, and who else gets this answer. */
export interface Asked {
  /** From one caller to one target. */
  readonly question: Question;
  readonly answer: Answer;
  /** Returns the questions that get the same answer without being asked. */
  readonly others: () => Question[];
}

/** The same question from each caller to each target, as single questions. */
export function singleQuestions(question: Question): Question[] {
  const { otherCallers = none, otherTargets = none, ...single } = question;
  return [single.caller, ...itemsOf(otherCallers)].flatMap((caller) =>
    [single.target, ...itemsOf(otherTargets)].map((target) => ({ ...single, caller, target })),
  );
}

/**
 * Returns a function that asks a question from its callers and about its targets, but only once for those that get the
 * same answer. The proxies that have decided about a request show which they are. Another caller's request meets the
 * same proxies. They do the same with it, unless something in their configurations distinguishes the callers.
 */
export function asker<T extends Followed>(asking: Asking<T>): (question: Question) => readonly Asked[] {
  const namings = namingsFor(asking);
  const divided = callerDivider(asking, namings);
  const follow = followedOnce(asking, namings);
  const ask = (question: Question): Answered => {
    const followed = follow(question);
    return { answer: asking.answer(followed, question), passed: followed.passed };
  };
  const fromCallers = (question: Question, others: Others<Caller>): Asked[] => {
    const { answer, passed } = ask(question);
    const { alike, rest } = divided(question.caller, others, passed);
    return [
      { question, answer, others: () => alike.flatMap(membersOf).map((caller) => ({ ...question, caller })) },
      ...rest.flatMap(({ first, more }) => fromCallers({ ...question, caller: first }, more)),
    ];
  };
  const toTargets = targetAsker(asking, ask);
  return (question) => {
    if (question.otherCallers === undefined && question.otherTargets === undefined) {
      return [{ question, answer: ask(question).answer, others: () => [] }];
    }
    const { otherCallers, ...single } = question;
    if (question.otherTargets) return toTargets(single);
    return fromCallers(single, otherCallers ?? none);
  };
}

interface Answered {
  readonly answer: Answer;
  readonly passed?: Passed | undefined;
}

/**
 * Returns a function that follows the same request only once for callers of one class, whatever their questions expect. It
 * remembers the requests to one host and port, because questions about them follow each other.
 */
function followedOnce<T extends Followed>(
  { model, mesh, classes, follow }: Asking<T>,
  { classFor }: Namings,
): (question: Question) => T {
  if (classes === undefined) return follow;
  let place = "";
  let known = new Map<string, Shared<T>[]>();
  return (question) => {
    const { caller, target, through, scheme, requestPath, request } = question;
    // What is sent through a gateway does not come from the caller's proxy.
    if (through !== undefined || target.kind === "pods") return follow(question);
    const client = callerOf(model, mesh, caller);
    if (client === undefined) return follow(question);
    const here = `${target.host}:${target.port}`;
    if (here !== place) {
      place = here;
      known = new Map();
    }
    const key = `${classes.configuration(client)} ${scheme} ${JSON.stringify(request)} ${requestPath}`;
    const shared = known.get(key);
    const found = shared?.find(({ classOf, name }) => classOf(client) === name);
    if (found !== undefined) return found.followed;
    const followed = follow(question);
    if (followed.passed === undefined) return followed;
    const classOf = classFor(followed.passed.receivers);
    const one = { followed, classOf, name: classOf(client) };
    if (shared === undefined) known.set(key, [one]);
    else shared.push(one);
    return followed;
  };
}

/** A request that was followed, and the class of the clients whose same request goes the same way. */
interface Shared<T> {
  readonly followed: T;
  readonly classOf: (client: Workload) => string;
  readonly name: string;
}

function membersOf<T>({ first, more }: Class<T>): T[] {
  return [first, ...itemsOf(more)];
}

interface Division {
  /** Those of the class of the first caller. */
  readonly alike: readonly Class<Caller>[];
  readonly rest: readonly Class<Caller>[];
}

/** The classes of clients, as the receivers of requests distinguish them. */
interface Namings {
  readonly namingFor: (receivers: readonly Workload[]) => DividedNaming;
  readonly classFor: (receivers: readonly Workload[]) => (client: Workload) => string;
}

/** The classes of callers, as the receivers of a request distinguish them. */
interface DividedNaming extends Naming<Caller> {
  readonly classOf: (client: Workload) => string;
  readonly divided: WeakMap<Others<Caller>, readonly Class<Caller>[]>;
}

function namingsFor({ classes, model, mesh }: World): Namings {
  const numbers = new Map<Workload, number>();
  const numberOf = (workload: Workload): number => {
    const number = numbers.get(workload) ?? numbers.size;
    numbers.set(workload, number);
    return number;
  };
  const namings = new Map<string, DividedNaming>();
  const read = (receivers: readonly Workload[]): DividedNaming => {
    const { nameOf, keys } = classes?.distinguish(receivers) ?? { nameOf: (text: string) => text };
    const names = new Map<Workload, string>();
    const classOf = (client: Workload): string => {
      let name = names.get(client);
      if (name === undefined) {
        name = `${classes?.configuration(client) ?? ""} ${nameOf(classes?.identity(client) ?? "")}`;
        names.set(client, name);
      }
      return name;
    };
    return {
      classOf,
      nameOf: (caller) => {
        const client = callerOf(model, mesh, caller);
        return client === undefined ? "none" : classOf(client);
      },
      ...(keys && { keys }),
      divided: new WeakMap(),
    };
  };
  const namingFor = (receivers: readonly Workload[]): DividedNaming => {
    const key = [...new Set(receivers.map(numberOf))].join();
    const known = namings.get(key);
    if (known !== undefined) return known;
    const naming = read(receivers);
    namings.set(key, naming);
    return naming;
  };
  return { namingFor, classFor: (receivers) => namingFor(receivers).classOf };
}

/** Divides callers: those of the class of the first, and the other classes. */
function callerDivider({ classes, model, mesh }: World, { namingFor }: Namings) {
  const textOf =
    (read: (client: Workload) => string | number) =>
    (caller: Caller): string => {
      const workload = callerOf(model, mesh, caller);
      return workload === undefined ? "none" : String(read(workload));
    };
  if (classes === undefined)
    return (_: Caller, others: Others<Caller>) => ({ alike: [], rest: each(others) });
  const { identity, configuration } = classes;
  const divide = divider<Caller>({ keyOf: textOf(identity), commonOf: textOf(configuration) });
  return (first: Caller, others: Others<Caller>, passed: Passed | undefined): Division => {
    if (passed === undefined) return { alike: [], rest: each(others) };
    const naming = namingFor(passed.receivers);
    // The same callers send requests to each path with each method, so they are divided once.
    const known = naming.divided.get(others) ?? divide(others, naming);
    naming.divided.set(others, known);
    const name = naming.nameOf(first);
    return {
      alike: known.filter((one) => one.name === name),
      rest: known.filter((one) => one.name !== name),
    };
  };
}

/** Each item is of a class of its own. */
function each<T>(others: Others<T>): Class<T>[] {
  return itemsOf(others).map((first) => ({ name: "", first, more: none }));
}

/** A target, and others of its class, which are listed only where they are needed. */
interface TargetClass {
  readonly first: Target;
  readonly more: () => readonly Target[];
}

function classOf({ first, more }: Class<Target>): TargetClass {
  return { first, more: () => itemsOf(more) };
}

/** Of the targets of one class, the others are asked about only if the request has left the client's proxy. */
function targetAsker({ classes, model, mesh }: World, answerTo: (question: Question) => Answered) {
  const divide = divider<Target>({ keyOf: hostOf, commonOf: portOf });
  const divided = (single: Question, others: Others<Target>): TargetClass[] => {
    const client = callerOf(model, mesh, single.caller);
    const naming = client && classes?.host(client);
    if (naming === undefined) return [{ first: single.target, more: () => [] }, ...each(others).map(classOf)];
    const nameOf = (target: Target): string =>
      target.kind === "pods" ? portOf(target) : naming.nameOf(target.host, target.port);
    const name = nameOf(single.target);
    const { own = [], rest = [] } = Object.groupBy(
      divide(others, { nameOf, ...(naming.keys && { keys: naming.keys }) }),
      (one) => (one.name === name ? "own" : "rest"),
    );
    return [{ first: single.target, more: () => own.flatMap(membersOf) }, ...rest.map(classOf)];
  };
  return ({ otherTargets, ...single }: Question): Asked[] =>
    divided(single, otherTargets ?? none).flatMap(({ first, more }): Asked[] => {
      const question = { ...single, target: first };
      const others = (): Question[] => more().map((target) => ({ ...single, target }));
      const { answer, passed } = answerTo(question);
      if (passed?.left === false) return [{ question, answer, others }];
      const further = others().map((about): Asked => ({
        question: about,
        answer: answerTo(about).answer,
        others: () => [],
      }));
      return [{ question, answer, others: () => [] }, ...further];
    });
}

function hostOf(target: Target): string {
  return target.kind === "pods" ? "" : target.host.toLowerCase();
}

function portOf(target: Target): string {
  return target.kind === "pods" ? `${target.service} ${target.port}` : String(target.port);
}
