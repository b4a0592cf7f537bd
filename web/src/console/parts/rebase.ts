const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** An edit of `before`, put onto `after`: what the edit has not touched is as it is there. */
export const rebased = <Draft extends object>(edit: Draft, before: Draft, after: Draft): Draft => {
  const fields = Object.keys(edit) as (keyof Draft)[];
  const untouched = fields.filter((field) => isSame(edit[field], before[field]));
  return { ...edit, ...Object.fromEntries(untouched.map((field) => [field, after[field]])) };
};
