/** Sorts behind whatever a word may go on with: words are letters, marks and digits. */
export const lastOf = (prefix: string): string => `${prefix}\u{10ffff}`;
