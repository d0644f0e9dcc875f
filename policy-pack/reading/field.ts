import { isList, isObject } from "./value";

/** Represents a value that is unknown during preview. */
export const UNKNOWN = Symbol("unknown during preview");

/**
 * One place in a resource's properties: its path and its value.
 *
 * The engine wraps properties so that reading an unknown value throws. That would end a policy at its first unknown
 * value and hide every later violation. A field catches that: judging continues with {@link UNKNOWN}, and the unknown
 * values that were read are collected, so that the policy reports them afterwards.
 */
export class Field {
  private constructor(
    /** The path as Kubernetes documents write it, such as `spec.mtls.mode` or `spec.subsets[0].trafficPolicy`. */
    readonly path: string,
    /** The last step of the path: a property's name or an element's index. */
    readonly key: string,
    private readonly content: unknown,
    private readonly unknowns: Map<string, Error>,
  ) {}

  /**
   * @param properties the resource's properties, as the engine passes them to a policy
   * @param unknowns receives the error of each unknown value that is read, keyed by its message
   */
  static of(properties: Record<string, unknown>, unknowns: Map<string, Error>): Field {
    return new Field("", "", properties, unknowns);
  }

  /** The value. Undefined if it is not set (as null is, in Kubernetes), or {@link UNKNOWN}. */
  get value(): unknown {
    this.record();
    return this.peek;
  }

  /** Like {@link value}, for names and searches. No judgement depends on it, so an unknown value is not recorded. */
  get peek(): unknown {
    return this.content instanceof UnknownValue ? UNKNOWN : (this.content ?? undefined);
  }

  /** Whether a value is set, possibly an unknown one. */
  get isSet(): boolean {
    return this.peek !== undefined;
  }

  /** The field below this one, one key per level. Fields below an unknown value are unknown. */
  at(...keys: (string | number)[]): Field {
    return keys.reduce<Field>((field, key) => field.child(key), this);
  }

  /** The elements of a list or the properties of a map. None for any other value. */
  children(): Field[] {
    this.record();
    const content = this.content;
    if (isList(content)) return Array.from(content.keys(), (index) => this.child(index));
    return isMap(content) ? Object.keys(content).map((key) => this.child(key)) : [];
  }

  /**
   * The whole value as plain data, in which an unknown value stays one: {@link Field.of} reads it again. Nothing is
   * recorded.
   */
  get tree(): unknown {
    const content = this.content;
    if (isList(content)) return Array.from(content.keys(), (index) => this.child(index).tree);
    if (!isMap(content)) return content;
    return Object.fromEntries(Object.keys(content).map((key) => [key, this.child(key).tree]));
  }

  /** The whole value as plain data without its unknown values, which are recorded. */
  get known(): unknown {
    const content = this.content;
    if (content instanceof UnknownValue) {
      this.record();
      return undefined;
    }
    if (isList(content)) return Array.from(content.keys(), (index) => this.child(index).known);
    if (!isMap(content)) return content;
    return Object.fromEntries(Object.keys(content).map((key) => [key, this.child(key).known]));
  }

  private record(): void {
    if (this.content instanceof UnknownValue)
      this.unknowns.set(this.content.error.message, this.content.error);
  }

  private child(key: string | number): Field {
    return new Field(join(this.path, key), String(key), this.contentOf(key), this.unknowns);
  }

  private contentOf(key: string | number): unknown {
    if (this.content instanceof UnknownValue) return this.content;
    if (!isMap(this.content) || !Object.hasOwn(this.content, key)) return undefined;
    try {
      return this.content[key];
    } catch (error) {
      if (!isUnknownValueError(error)) throw error;
      return new UnknownValue(error);
    }
  }
}

/** The texts of a list, each with its field. */
export function textsOf(list: Field): { field: Field; text: string }[] {
  return list.children().flatMap((field) => {
    const text = field.value;
    return typeof text === "string" ? [{ field, text }] : [];
  });
}

/** The leaves below a field, or the field itself if there are none. */
export function leaves(field: Field): Field[] {
  const below = field.peek === UNKNOWN ? [] : field.children().flatMap(leaves);
  return below.length > 0 ? below : [field];
}

class UnknownValue {
  constructor(readonly error: Error) {}
}

/** Recognizes the error by its marker property, because `@pulumi/policy` exports the class without its type. */
export function isUnknownValueError(error: unknown): error is Error {
  return error instanceof Error && "unknownTypeSentinel" in error;
}

function isMap(value: unknown): value is Record<string | number, unknown> {
  return isObject(value) && !(value instanceof UnknownValue);
}

function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
