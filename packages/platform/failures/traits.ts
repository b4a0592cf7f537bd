/**
 * What can be read of whatever was thrown. Errors come from drivers, from Node and from anybody else's code: reading a
 * property of one never throws here, and never answers another type than was asked for.
 */

const read = (error: unknown, name: string): unknown => {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    return (error as Record<string, unknown>)[name];
  } catch {
    return undefined; // a foreign error whose properties throw
  }
};

export const textOf = (error: unknown, name: string): string | undefined => {
  const value = read(error, name);
  return typeof value === 'string' ? value : undefined;
};

export const numberOf = (error: unknown, name: string): number | undefined => {
  const value = read(error, name);
  return typeof value === 'number' ? value : undefined;
};

/** A list, or nothing. */
export const listOf = (error: unknown, name: string): readonly unknown[] => {
  const value = read(error, name);
  return Array.isArray(value) ? value : [];
};

export const objectOf = (error: unknown, name: string): object | undefined => {
  const value = read(error, name);
  return typeof value === 'object' && value !== null ? value : undefined;
};

/**
 * Whether a system that a service stands on, or the way to it, failed (`true`), or the error is certainly about the
 * work itself, whatever it was made from (`false`); undefined where whoever judges doesn't know such errors.
 */
export type Verdict = boolean | undefined;
