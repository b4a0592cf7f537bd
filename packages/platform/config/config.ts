import type { Schema } from 'joi';

/** One key of a configuration: what it must look like (Joi, from text; `.default(…)` for its default) and what it is. */
export interface Setting<T = unknown> {
  schema: Schema<T>;
  /** A sentence for whoever runs the service. */
  about: string;
}

export type Declaration = Record<string, Setting>;

export type Config<D extends Declaration> = { readonly [Key in keyof D]: D[Key] extends Setting<infer T> ? T : never };

/** Declares one key. */
export const setting = <T>(about: string, schema: Schema<T>): Setting<T> => ({ schema, about });

/** The configuration is not usable; the message names every variable that is wrong and says what it is for. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const problemOf = (key: string, { schema, about }: Setting, text: string | undefined) => {
  const { value, error } = schema
    .label(key)
    .prefs({ convert: true, errors: { wrap: { label: false } } })
    .validate(text);
  // Values stay out of the message: they may be passwords.
  return error ? { fault: `${error.message.replaceAll('"', '')} (${about})` } : { value };
};

/**
 * Reads the declared keys from environment variables of the same names. An empty variable counts as absent, as
 * compose files write it.
 * @throws ConfigError with one sentence a fault, each naming its variable.
 */
export const readConfig = <D extends Declaration>(
  declaration: D,
  env: Readonly<Record<string, string | undefined>>,
): Config<D> => {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [key, one] of Object.entries(declaration)) {
    const result = problemOf(key, one, env[key] === '' ? undefined : env[key]);
    if (result.fault) faults.push(result.fault);
    else values[key] = result.value;
  }
  if (faults.length > 0) throw new ConfigError(`The configuration is not valid: ${faults.join('; ')}.`);
  return Object.freeze(values) as Config<D>;
};
