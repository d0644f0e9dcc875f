import type { Mesh } from "../catalog";
import type { Model, Workload } from "../effect";
import type { Answer } from "./judge";
import { callerOf } from "./model";
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
  /** Names the class of a client: those of one class have the same configuration, and receivers do not distinguish them. */
  readonly client: (receivers: readonly Workload[]) => (client: Workload) => string;
  /** Names the class of a host and port: a client's proxy does the same with those of one class, unless it forwards. */
  readonly host: (client: Workload) => (host: string, port: number) => string;
}

/** What is asked, and who answers. */
export interface Asking {
  readonly model: Model;
  readonly mesh: Mesh;
  /** Undefined if classes are not known: then each caller and each target is asked about. */
  readonly classes?: Classes | undefined;
  readonly answer: (question: Question) => { readonly answer: Answer; readonly passed?: Passed };
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
  const { otherCallers = [], otherTargets = [], ...single } = question;
  return [single.caller, ...otherCallers].flatMap((caller) =>
    [single.target, ...otherTargets].map((target) => ({ ...single, caller, target })),
  );
}

/**
 * Returns a function that asks a question from its callers and about its targets, but only once for those that get the same
 * answer. The proxies that have decided about a request show which they are: another caller's request meets the same
 * proxies, and they do the same with it, unless something in their configurations distinguishes the callers.
 */
export function asker(asking: Asking): (question: Question) => readonly Asked[] {
  const divided = divider(asking);
  const fromCallers = (question: Question, others: readonly Caller[]): Asked[] => {
    const { answer, passed } = asking.answer(question);
    const { alike, rest } = divided(question.caller, others, passed);
    return [
      { question, answer, others: () => alike.flat(2).map((one) => ({ ...question, caller: one })) },
      ...rest.flatMap(([caller, more]) => fromCallers({ ...question, caller }, more)),
    ];
  };
  return ({ otherCallers, otherTargets, ...single }) => {
    if (otherTargets) return toTargets(asking, single, [single.target, ...otherTargets]);
    return fromCallers(single, otherCallers ?? []);
  };
}

/** A caller, and others of its class. */
type Class = readonly [Caller, readonly Caller[]];

interface Division {
  /** Those of the class of the first caller. */
  readonly alike: readonly Class[];
  readonly rest: readonly Class[];
}

/** Divides callers: those of the class of the first, and the other classes. */
function divider({ classes, model, mesh }: Asking) {
  const workloads = new WeakMap<Caller, { readonly of: Workload | undefined }>();
  const workloadOf = (caller: Caller): Workload | undefined => {
    const known = workloads.get(caller) ?? { of: callerOf(model, mesh, caller) };
    workloads.set(caller, known);
    return known.of;
  };
  const numbers = new Map<Workload, number>();
  const numberOf = (workload: Workload): number => {
    const number = numbers.get(workload) ?? numbers.size;
    numbers.set(workload, number);
    return number;
  };
  const namings = new Map<string, Naming>();
  const namingFor = (receivers: readonly Workload[], known: Classes): Naming => {
    const key = [...new Set(receivers.map(numberOf))].join();
    const nameOf = namings.get(key)?.nameOf ?? known.client(receivers);
    const naming = namings.get(key) ?? { nameOf, divided: new WeakMap<readonly Caller[], Divided>() };
    namings.set(key, naming);
    return naming;
  };
  return (first: Caller, others: readonly Caller[], passed: Passed | undefined): Division => {
    if (classes === undefined || passed === undefined || others.length === 0) {
      return { alike: [], rest: others.map((caller): Class => [caller, []]) };
    }
    const { nameOf, divided } = namingFor(passed.receivers, classes);
    const classOf = (caller: Caller): string => {
      const workload = workloadOf(caller);
      return workload === undefined ? "none" : nameOf(workload);
    };
    // The same callers send requests to each path with each method, so they are divided once.
    const known = divided.get(others) ?? dividedBy(others, classOf);
    divided.set(others, known);
    const own = known.get(classOf(first));
    return { alike: own ? [own] : [], rest: [...known.values()].filter((one) => one !== own) };
  };
}

/** The classes of lists of callers, as the receivers of a request distinguish them. */
interface Naming {
  readonly nameOf: (client: Workload) => string;
  readonly divided: WeakMap<readonly Caller[], Divided>;
}

type Divided = ReadonlyMap<string, Class>;

function dividedBy(callers: readonly Caller[], classOf: (caller: Caller) => string): Divided {
  const groups = [...Map.groupBy(callers, classOf)];
  return new Map(
    groups.flatMap(([name, [caller, ...more]]) => (caller === undefined ? [] : [[name, [caller, more]]])),
  );
}

/** Of the targets of one class, the others are asked about only if the request has left the client's proxy. */
function toTargets(
  { classes, model, mesh, answer: answerTo }: Asking,
  single: Question,
  targets: readonly Target[],
): Asked[] {
  const client = callerOf(model, mesh, single.caller);
  const nameOf = client && classes?.host(client);
  const groups = Map.groupBy(targets, (target) =>
    nameOf === undefined || target.kind === "pods" ? target : nameOf(target.host, target.port),
  );
  const questionAbout = (target: Target): Question => ({ ...single, target });
  return [...groups.values()].flatMap(([first = single.target, ...others]): Asked[] => {
    const question = questionAbout(first);
    const { answer, passed } = answerTo(question);
    if (passed?.left === false) return [{ question, answer, others: () => others.map(questionAbout) }];
    const further = others.map((target): Asked => {
      const about = questionAbout(target);
      return { question: about, answer: answerTo(about).answer, others: () => [] };
    });
    return [{ question, answer, others: () => [] }, ...further];
  });
}
