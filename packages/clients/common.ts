/** How long calls wait, in milliseconds: steps of a saga, which tries them again, and calls that a user waits for. */
export const patience = { saga: 5_000, user: 2_000 } as const;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
