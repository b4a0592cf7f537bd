/** Where ids and chance come from. */
export interface Ids {
  /** A new UUIDv7: unique, and later ones sort after earlier ones. */
  uuid(): string;
  /** A secret that can't be guessed: `bytes` random bytes as base64url. */
  secret(bytes: number): string;
  /** A fraction in [0, 1), for jitter; not for secrets. */
  fraction(): number;
}
