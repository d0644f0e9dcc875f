/** The environments of a mesh. */
export const environments = ["dev", "staging", "prod"] as const;

export type Environment = (typeof environments)[number];
