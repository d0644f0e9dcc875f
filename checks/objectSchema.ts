/** The parts of an object's schema that overrides are checked against. */
export interface ObjectSchema {
  /** A type of JSON Schema, or `quantity`: an integer or a text. */
  readonly type?: string;
  readonly properties?: Readonly<Record<string, ObjectSchema>>;
  readonly additionalProperties?: boolean | ObjectSchema;
  readonly items?: ObjectSchema;
  readonly enum?: readonly unknown[];
  /** Regular expression that a text must match. */
  readonly pattern?: string;
}
