/** A new idempotency key; unlike `randomUUID`, it can be made on pages that came over plain HTTP too. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
