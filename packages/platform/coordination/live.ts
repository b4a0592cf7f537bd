/** Tells watchers of changes at once, best effort: what counts is stored elsewhere, a lost message costs only time. */
export interface Live {
  publish(channel: string, message: unknown): void;
  /** Calls `listener` for each message until the returned function is called. */
  subscribe(channel: string, listener: (message: unknown) => void): () => void;
}
