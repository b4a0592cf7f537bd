/** A value that is kept in this browser and is the same in all of its tabs. */
export interface Store<T> {
  get(): T | undefined;
  set(value: T | undefined): void;
  /** Called after every change, also one made in another tab; answers how to stop. */
  subscribe(listener: () => void): () => void;
}

type Texts = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** For browsers that switch storage off: what is kept lasts as long as the page. */
const memoryTexts = (): Texts => {
  const texts = new Map<string, string>();
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  };
};

const openTexts = (): Texts => {
  try {
    localStorage.getItem('');
    return localStorage;
  } catch {
    return memoryTexts();
  }
};

const texts = openTexts();

/** Keeps a value as JSON under a key; what can't be read, or is not what `isValid` wants, is not there. */
export const createStore = <T>(key: string, isValid: (value: unknown) => value is T): Store<T> => {
  const listeners = new Set<() => void>();
  let text: string | null = null;
  let value: T | undefined;

  const parse = (json: string | null): T | undefined => {
    try {
      const parsed: unknown = json === null ? undefined : JSON.parse(json);
      return isValid(parsed) ? parsed : undefined;
    } catch {
      return undefined;
    }
  };

  return {
    // The same text answers the same object: who compares by identity sees no change.
    get() {
      const now = texts.getItem(key);
      if (now !== text) {
        text = now;
        value = parse(now);
      }
      return value;
    },
    set(next) {
      if (next === undefined) texts.removeItem(key);
      else texts.setItem(key, JSON.stringify(next));
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      const onStorage = (event: StorageEvent) => {
        if (event.key === key || event.key === null) listener();
      };
      listeners.add(listener);
      window.addEventListener('storage', onStorage);
      return () => {
        listeners.delete(listener);
        window.removeEventListener('storage', onStorage);
      };
    },
  };
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
