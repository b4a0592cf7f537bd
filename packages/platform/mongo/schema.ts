import { Schema, type SchemaDefinition, type SchemaOptions } from 'mongoose';

/**
 * How every schema here behaves. Fields that are not declared are refused instead of dropped, nothing is added to
 * documents or left out of them, and indexes are built when the service says so.
 */
const base = {
  strict: 'throw',
  strictQuery: 'throw',
  versionKey: false,
  id: false,
  minimize: false,
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
} as const satisfies SchemaOptions;

/** The schema of a collection's documents: each of their fields, in Mongoose's words, and no other. */
export const schemaOf = <Document>(
  fields: { readonly [Field in keyof Document]-?: SchemaDefinition[string] },
  options: Pick<SchemaOptions, 'writeConcern'> = {},
): Schema<Document> => new Schema(fields as SchemaDefinition, { ...base, ...options }) as unknown as Schema<Document>;
