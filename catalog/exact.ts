import type { Duration } from "./duration";

/**
 * Checks at compile time that a value has no unknown field at any depth, and that durations are digits with a unit.
 * TypeScript skips its own excess property check if a type parameter is inferred from the whole literal, and
 * `${number}` also matches `"10 "` and `"1e3"`. For a mistake, the expected type is a sentence that explains it.
 */
export type Exact<Shape, Value> = unknown extends Shape
  ? unknown
  : Value extends string | number | boolean | undefined
    ? IsDuration<Shape> extends true
      ? DurationForm<Value>
      : unknown
    : Value extends readonly unknown[]
      ? { readonly [Index in keyof Value]: Exact<ElementOf<Shape>, Value[Index]> }
      : {
          readonly [Key in keyof Value]: Key extends KeyOf<Shape>
            ? Exact<Property<Shape, Key>, Value[Key]>
            : Refused<`there is no field "${Key & string}" here`>;
        };

/**
 * A type without values, whose name explains the mistake. As an object type it does not turn neighbouring types into
 * `never`.
 */
export interface Refused<Reason extends string> {
  readonly refused: Reason;
}

type ElementOf<T> = T extends readonly (infer Element)[] ? Element : never;
type KeyOf<T> = T extends readonly unknown[] ? never : T extends object ? keyof T : never;
type Property<T, Key> = T extends readonly unknown[]
  ? never
  : T extends object
    ? Key extends keyof T
      ? T[Key]
      : never
    : never;

type IsDuration<Shape> = [NonNullable<Shape>] extends [never]
  ? false
  : [NonNullable<Shape>] extends [Duration]
    ? true
    : false;

type DurationForm<Value> = Value extends string
  ? // A duration that isn't a literal is left to the checks: a pattern makes an index signature, a literal a field.
    { readonly none?: undefined } extends Readonly<Record<Value, unknown>>
    ? unknown
    : IsNumber<NumberOf<Value>> extends true
      ? unknown
      : Refused<`"${Value}" is not a positive number and one of ms, s, m, h`>
  : unknown;

type NumberOf<Text extends string> = Text extends `${infer Number}ms`
  ? Number
  : Text extends `${infer Number}${"s" | "m" | "h"}`
    ? Number
    : "";

type IsNumber<Text extends string> = Text extends `${infer Whole}.${infer Fraction}`
  ? [AreDigits<Whole>, AreDigits<Fraction>] extends [true, true]
    ? true
    : false
  : AreDigits<Text>;

type AreDigits<Text extends string> = Text extends `${Digit}${infer Rest}`
  ? Rest extends ""
    ? true
    : AreDigits<Rest>
  : false;

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
