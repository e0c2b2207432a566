/** Replaced by generate-schema.ts. */
// biome-ignore lint/suspicious/noExplicitAny: placeholder until the first migrations exist
// oxlint-disable-next-line typescript/no-explicit-any
export type DB = Record<string, any>;
