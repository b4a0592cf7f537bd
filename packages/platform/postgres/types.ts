import pg from 'pg';

const { INT8, DATE, TIMESTAMP } = pg.types.builtins;

/** Counters and amounts stay far below 2^53; one that doesn't must not be rounded silently. */
const safeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} is too large to be read exactly`);
  return value;
};

/** The driver would read values without a time zone in the zone of this machine. */
const asText = (text: string): string => text;

/** How the driver reads a value of a type: int8 as a number, timestamptz as a Date, numeric and date as text. */
export const readValue = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8 && format !== 'binary') return safeInteger;
  if ((oid === DATE || oid === TIMESTAMP) && format !== 'binary') return asText;
  return pg.types.getTypeParser(oid, format as 'text');
}) as typeof pg.types.getTypeParser;
